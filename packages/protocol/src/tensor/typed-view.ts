import type { Datatype } from "./datatype.ts";

/** The typed array in which the elements of a datatype are read; BOOL, FP16 and BF16 as their raw bits. */
export type TypedView =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/**
 * The elements of a tensor's bytes as numbers: a view where the bytes lie on a multiple of the element size, otherwise a
 * copy of them. Trailing bytes that make no whole element are left out. BYTES gives the bytes themselves. Both hold on
 * little-endian machines only, which is every machine that runs JavaScript today.
 */
export function typedViewOf(datatype: Datatype, bytes: Uint8Array): TypedView {
  switch (datatype) {
    case "BOOL":
    case "UINT8":
    case "BYTES":
      return bytes;
    case "INT8":
      return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    case "UINT16":
    case "FP16":
    case "BF16":
      return viewAs(Uint16Array, bytes);
    case "INT16":
      return viewAs(Int16Array, bytes);
    case "UINT32":
      return viewAs(Uint32Array, bytes);
    case "INT32":
      return viewAs(Int32Array, bytes);
    case "FP32":
      return viewAs(Float32Array, bytes);
    case "UINT64":
      return viewAs(BigUint64Array, bytes);
    case "INT64":
      return viewAs(BigInt64Array, bytes);
    case "FP64":
      return viewAs(Float64Array, bytes);
  }
}

interface ViewConstructor<View> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): View;
}

function viewAs<View>(View: ViewConstructor<View>, bytes: Uint8Array): View {
  const aligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  const count = Math.floor(bytes.byteLength / View.BYTES_PER_ELEMENT);
  return new View(aligned.buffer, aligned.byteOffset, count);
}
