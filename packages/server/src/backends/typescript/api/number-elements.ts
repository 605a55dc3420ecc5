import type { Datatype } from "@nereid/protocol";
import type { Tensor } from "./tensor.ts";

interface ElementArray<View> {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): View;
}

/** A tensor's elements as a typed array: a view where they lie aligned, else a copy. @throws {TypeError} for another datatype */
export function elementsOf<View>(
  tensor: Tensor,
  datatype: Datatype,
  View: ElementArray<View>,
): View {
  if (tensor.datatype !== datatype) {
    throw new TypeError(
      `tensor '${tensor.name}' has datatype ${tensor.datatype}, not ${datatype}: ` +
        `it cannot be read as a ${View.name}`,
    );
  }
  const { bytes } = tensor;
  const aligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new View(aligned.buffer, aligned.byteOffset, bytes.byteLength / View.BYTES_PER_ELEMENT);
}

/**
 * Numbers, bigints and booleans as the bytes of a datatype; what does not fit is wrapped or rounded as typed arrays do.
 *
 * @throws {TypeError} for an element that is no number
 */
export function numberElements(
  name: string,
  datatype: Exclude<Datatype, "BYTES">,
  elements: readonly unknown[],
): Uint8Array {
  for (const element of elements) {
    if (!["number", "bigint", "boolean"].includes(typeof element)) {
      throw new TypeError(
        `tensor '${name}' of datatype ${datatype} takes numbers, got ${element === null ? "null" : typeof element}`,
      );
    }
  }
  const array = typedArrayOf(datatype, elements);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function typedArrayOf(
  datatype: Exclude<Datatype, "BYTES">,
  elements: readonly unknown[],
): ArrayBufferView {
  switch (datatype) {
    case "BOOL":
      return Uint8Array.from(elements, (element) => (Number(element) === 0 ? 0 : 1));
    case "UINT8":
      return Uint8Array.from(elements, Number);
    case "UINT16":
      return Uint16Array.from(elements, Number);
    case "UINT32":
      return Uint32Array.from(elements, Number);
    case "INT8":
      return Int8Array.from(elements, Number);
    case "INT16":
      return Int16Array.from(elements, Number);
    case "INT32":
      return Int32Array.from(elements, Number);
    case "FP16":
      return Float16Array.from(elements, Number);
    case "FP32":
      return Float32Array.from(elements, Number);
    case "FP64":
      return Float64Array.from(elements, Number);
    case "UINT64":
      return BigUint64Array.from(elements, toBigInt);
    case "INT64":
      return BigInt64Array.from(elements, toBigInt);
    case "BF16":
      return bfloat16Of(elements);
  }
}

function toBigInt(element: unknown): bigint {
  // Checked above: a number, a bigint or a boolean.
  return BigInt(element as number | bigint | boolean);
}

/** The upper half of each FP32, rounded to even; what is no number stays none. */
function bfloat16Of(elements: readonly unknown[]): Uint16Array {
  const wide = Float32Array.from(elements, Number);
  const bits = new Uint32Array(wide.buffer);
  return Uint16Array.from(bits, (word, index) =>
    Number.isNaN(wide[index]) ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16,
  );
}
