/** Bytes of the length in front of each BYTES element. */
export const BYTES_LENGTH_PREFIX_SIZE = 4;

/**
 * What is wrong with a BYTES tensor's bytes.
 *
 * `incomplete-length`: `availableSize` of the 4 bytes of a length are left. `incomplete-element`: an element claims
 * `expectedSize` bytes, `availableSize` are left. `elementIndex` counts from 0: as many whole elements precede it.
 */
export interface BytesTensorFault {
  readonly kind: "incomplete-length" | "incomplete-element";
  readonly elementIndex: number;
  readonly expectedSize: number;
  readonly availableSize: number;
}

/** Splits a BYTES tensor: `elements` are views of its bytes; `fault` is null if they fill the bytes exactly. */
export interface BytesTensorElements {
  readonly elements: readonly Uint8Array[];
  readonly fault: BytesTensorFault | null;
}

const textEncoder = new TextEncoder();

/** Encodes elements (text as UTF-8) as a BYTES tensor: each a u32 little-endian length and the bytes. */
export function encodeBytesTensor(elements: readonly (Uint8Array | string)[]): Uint8Array {
  const chunks = elements.map((element) =>
    typeof element === "string" ? textEncoder.encode(element) : element,
  );
  let byteSize = 0;
  for (const chunk of chunks) {
    byteSize += BYTES_LENGTH_PREFIX_SIZE + chunk.byteLength;
  }
  const bytes = new Uint8Array(byteSize);
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const chunk of chunks) {
    view.setUint32(position, chunk.byteLength, true);
    bytes.set(chunk, position + BYTES_LENGTH_PREFIX_SIZE);
    position += BYTES_LENGTH_PREFIX_SIZE + chunk.byteLength;
  }
  return bytes;
}

/** Splits the bytes of a BYTES tensor into views of its elements, as far as they are whole. */
export function decodeBytesTensor(bytes: Uint8Array): BytesTensorElements {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let position = 0;
  while (position < bytes.byteLength) {
    const fault = faultAt(view, position, elements.length);
    if (fault !== null) {
      return { elements, fault };
    }
    const start = position + BYTES_LENGTH_PREFIX_SIZE;
    position = start + view.getUint32(position, true);
    elements.push(bytes.subarray(start, position));
  }
  return { elements, fault: null };
}

/**
 * Number of elements in the bytes of a BYTES tensor, or the first fault. Makes no views, so it costs nothing per element
 * but the step.
 */
export function countBytesElements(bytes: Uint8Array): number | BytesTensorFault {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  let count = 0;
  while (position < bytes.byteLength) {
    const fault = faultAt(view, position, count);
    if (fault !== null) {
      return fault;
    }
    position += BYTES_LENGTH_PREFIX_SIZE + view.getUint32(position, true);
    count++;
  }
  return count;
}

function faultAt(view: DataView, position: number, elementIndex: number): BytesTensorFault | null {
  const remaining = view.byteLength - position;
  if (remaining < BYTES_LENGTH_PREFIX_SIZE) {
    return {
      kind: "incomplete-length",
      elementIndex,
      expectedSize: BYTES_LENGTH_PREFIX_SIZE,
      availableSize: remaining,
    };
  }
  const expectedSize = view.getUint32(position, true);
  const availableSize = remaining - BYTES_LENGTH_PREFIX_SIZE;
  if (expectedSize > availableSize) {
    return {
      kind: "incomplete-element",
      elementIndex,
      expectedSize,
      availableSize,
    };
  }
  return null;
}
