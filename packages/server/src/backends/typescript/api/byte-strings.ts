/** Bytes of the length in front of each element of a BYTES tensor. */
const PREFIX_SIZE = 4;

/** The elements of a BYTES tensor's bytes, as views. @throws {RangeError} if the bytes do not end with an element */
export function decodeByteStrings(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let position = 0;
  while (position < bytes.byteLength) {
    if (bytes.byteLength - position < PREFIX_SIZE) {
      throw new RangeError("Invalid bytes tensor data: incomplete length field");
    }
    const start = position + PREFIX_SIZE;
    position = start + view.getUint32(position, true);
    if (position > bytes.byteLength) {
      throw new RangeError("Invalid bytes tensor data: string extends beyond buffer");
    }
    elements.push(bytes.subarray(start, position));
  }
  return elements;
}

/** Number of elements in a BYTES tensor's bytes, or -1 if they do not end with an element. */
export function countByteStrings(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  let position = 0;
  while (position < bytes.byteLength) {
    if (bytes.byteLength - position < PREFIX_SIZE) {
      return -1;
    }
    position += PREFIX_SIZE + view.getUint32(position, true);
    count++;
  }
  return position === bytes.byteLength ? count : -1;
}

/** A BYTES tensor's bytes: text as UTF-8, byte strings as they are. */
export function encodeByteStrings(elements: readonly (string | Uint8Array)[]): Uint8Array {
  let size = 0;
  for (const element of elements) {
    size +=
      PREFIX_SIZE + (typeof element === "string" ? Buffer.byteLength(element) : element.byteLength);
  }
  const bytes = Buffer.alloc(size);
  let position = 0;
  for (const element of elements) {
    const start = position + PREFIX_SIZE;
    if (typeof element === "string") {
      position = start + bytes.write(element, start);
    } else {
      bytes.set(element, start);
      position = start + element.byteLength;
    }
    bytes.writeUInt32LE(position - start, start - PREFIX_SIZE);
  }
  return bytes;
}
