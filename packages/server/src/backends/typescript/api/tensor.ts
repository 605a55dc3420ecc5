import type { Datatype } from "@nereid/protocol";
import { decodeByteStrings, encodeByteStrings } from "./byte-strings.ts";
import { countElements, ELEMENT_BYTE_SIZES, isElementType } from "./element-sizes.ts";
import { elementsOf, numberElements } from "./number-elements.ts";
import { runtime } from "./runtime.ts";

/**
 * What a tensor is made of: any typed array (its bytes are taken as they are), numbers that are converted to the datatype,
 * or texts and byte strings for BYTES.
 */
export type TensorData =
  | ArrayBufferView
  | readonly number[]
  | readonly bigint[]
  | readonly boolean[]
  | readonly (string | Uint8Array)[];

/**
 * A named tensor: row-major, little-endian, packed; BYTES elements are each a u32 length and the bytes.
 *
 * An input is valid until its request has been answered: the server then uses its memory for something else. Copy
 * (`slice()`) what is to be kept longer.
 */
export class Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** The full shape, batch dimension included. */
  readonly shape: readonly number[];
  /** Large tensors lie in a SharedArrayBuffer. */
  readonly bytes: Uint8Array;

  /** @throws {TypeError} for a datatype or a shape that is none, or data that does not fill the shape */
  constructor(name: string, datatype: Datatype, shape: readonly number[], data: TensorData) {
    if (typeof name !== "string" || name === "") {
      throw new TypeError("Tensor name cannot be an empty string.");
    }
    if (!isElementType(datatype)) {
      throw new TypeError(`tensor '${name}' has the unknown datatype '${String(datatype)}'`);
    }
    checkShape(name, shape);
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.bytes = bytesOf(name, datatype, data);
    checkSize(this);
  }

  /**
   * A tensor to be filled in place (`asFloat32()`, …) and sent as an output, which then costs no copy: worth it above 8 KiB.
   * Its contents are undefined before. Once it, and every other tensor on its memory, has been sent and has reached its
   * client, the memory is used again: what has been sent is not to be written to, and cannot be sent later on.
   *
   * @throws {TypeError} for BYTES, whose size depends on the elements, and as the constructor does
   */
  static allocate(name: string, datatype: Datatype, shape: readonly number[]): Tensor {
    if (!isElementType(datatype) || datatype === "BYTES") {
      throw new TypeError(`tensor '${name}' of datatype ${String(datatype)} cannot be allocated`);
    }
    checkShape(name, shape);
    const size = countElements(shape) * ELEMENT_BYTE_SIZES[datatype];
    return new Tensor(name, datatype, shape, runtime().allocate(size));
  }

  /** Number of elements. */
  get elementCount(): number {
    return countElements(this.shape);
  }

  /** The elements of a tensor of this datatype, without a copy where they lie aligned, which they do unless a model made it. */
  asFloat16(): Float16Array {
    return elementsOf(this, "FP16", Float16Array);
  }

  asFloat32(): Float32Array {
    return elementsOf(this, "FP32", Float32Array);
  }

  asFloat64(): Float64Array {
    return elementsOf(this, "FP64", Float64Array);
  }

  asInt8(): Int8Array {
    return elementsOf(this, "INT8", Int8Array);
  }

  asInt16(): Int16Array {
    return elementsOf(this, "INT16", Int16Array);
  }

  asInt32(): Int32Array {
    return elementsOf(this, "INT32", Int32Array);
  }

  asInt64(): BigInt64Array {
    return elementsOf(this, "INT64", BigInt64Array);
  }

  asUint8(): Uint8Array {
    return elementsOf(this, "UINT8", Uint8Array);
  }

  asUint16(): Uint16Array {
    return elementsOf(this, "UINT16", Uint16Array);
  }

  asUint32(): Uint32Array {
    return elementsOf(this, "UINT32", Uint32Array);
  }

  asUint64(): BigUint64Array {
    return elementsOf(this, "UINT64", BigUint64Array);
  }

  /** BOOL elements. */
  asBooleans(): boolean[] {
    return Array.from(elementsOf(this, "BOOL", Uint8Array), (value) => value !== 0);
  }

  /** BF16 elements, widened. */
  asBfloat16(): Float32Array {
    const bits = elementsOf(this, "BF16", Uint16Array);
    const wide = new Uint32Array(bits.length);
    for (let index = 0; index < bits.length; index++) {
      wide[index] = (bits[index] ?? 0) << 16;
    }
    return new Float32Array(wide.buffer);
  }

  /** BYTES elements as views of the tensor's bytes. */
  asByteStrings(): Uint8Array[] {
    requireBytes(this);
    return decodeByteStrings(this.bytes);
  }

  /** BYTES elements as UTF-8 text. */
  asStrings(): string[] {
    return this.asByteStrings().map((element) =>
      Buffer.from(element.buffer, element.byteOffset, element.byteLength).toString(),
    );
  }

  /** The same bytes under another name, without a copy. */
  withName(name: string): Tensor {
    return new Tensor(name, this.datatype, this.shape, this.bytes);
  }
}

function requireBytes({ name, datatype }: Tensor): void {
  if (datatype !== "BYTES") {
    throw new TypeError(`tensor '${name}' has datatype ${datatype}, not BYTES`);
  }
}

function checkShape(name: string, shape: unknown): void {
  const isShape =
    Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape) {
    throw new TypeError(
      `tensor '${name}' needs a shape of non-negative integers, got ${JSON.stringify(shape)}`,
    );
  }
}

function bytesOf(name: string, datatype: Datatype, data: TensorData): Uint8Array {
  if (data instanceof Uint8Array && data.constructor === Uint8Array) {
    return data; // Not a Buffer, whose `slice` is no copy.
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (!Array.isArray(data)) {
    throw new TypeError(`tensor '${name}' needs a typed array or an array of its elements`);
  }
  // Told apart by what the elements are: models in JavaScript may mix them, which the conversion finds.
  const elements = data as readonly unknown[];
  if (datatype !== "BYTES") {
    return numberElements(name, datatype, elements);
  }
  const isText = (element: unknown): element is string | Uint8Array =>
    typeof element === "string" || element instanceof Uint8Array;
  if (!elements.every(isText)) {
    throw new TypeError(`tensor '${name}' of datatype BYTES takes strings and byte strings only`);
  }
  return encodeByteStrings(elements);
}

function checkSize({ name, datatype, shape, bytes }: Tensor): void {
  const elementSize = ELEMENT_BYTE_SIZES[datatype];
  const expected = countElements(shape) * elementSize;
  if (elementSize > 0 && bytes.byteLength !== expected) {
    throw new TypeError(
      `tensor '${name}' of datatype ${datatype} and shape [${shape.join(",")}] needs ${expected} bytes, ` +
        `got ${bytes.byteLength}`,
    );
  }
}
