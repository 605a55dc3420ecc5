import { bf16FromNumber, type Datatype, datatypeByteSize, fp16FromNumber } from "@nereid/protocol";

type FixedDatatype = Exclude<Datatype, "BYTES">;

const INTEGER = /^-?\d+$/;
const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/;
const BITS_A_BYTE = 8;

/** One element as a tensor has it: little-endian, packed. Null if the text is no such element. */
export function encodePaddingValue(datatype: FixedDatatype, text: string): Uint8Array | null {
  switch (datatype) {
    case "BOOL":
      return encodeBool(text);
    case "FP16":
    case "BF16":
    case "FP32":
    case "FP64": {
      const number = parseNumber(text);
      return number === null ? null : encodeNumber(datatype, number);
    }
    default:
      return INTEGER.test(text) ? encodeInteger(datatype, BigInt(text)) : null;
  }
}

/** The element that is one. */
export function encodeOne(datatype: FixedDatatype): Uint8Array {
  return encodePaddingValue(datatype, "1") ?? Uint8Array.of(1);
}

function encodeBool(text: string): Uint8Array | null {
  switch (text) {
    case "true":
    case "1":
      return Uint8Array.of(1);
    case "false":
    case "0":
      return Uint8Array.of(0);
    default:
      return null;
  }
}

function parseNumber(text: string): number | null {
  switch (text) {
    case "inf":
      return Number.POSITIVE_INFINITY;
    case "-inf":
      return Number.NEGATIVE_INFINITY;
    case "nan":
      return Number.NaN;
    default:
      return NUMBER.test(text) ? Number(text) : null;
  }
}

function encodeNumber(datatype: "FP16" | "BF16" | "FP32" | "FP64", number: number): Uint8Array {
  const bytes = new Uint8Array(datatypeByteSize(datatype));
  const view = new DataView(bytes.buffer);
  switch (datatype) {
    case "FP16":
      view.setUint16(0, fp16FromNumber(number), true);
      break;
    case "BF16":
      view.setUint16(0, bf16FromNumber(number), true);
      break;
    case "FP32":
      view.setFloat32(0, number, true);
      break;
    case "FP64":
      view.setFloat64(0, number, true);
      break;
  }
  return bytes;
}

function encodeInteger(datatype: FixedDatatype, value: bigint): Uint8Array | null {
  const bytes = new Uint8Array(datatypeByteSize(datatype));
  const bits = bytes.byteLength * BITS_A_BYTE;
  const isInRange = datatype.startsWith("UINT")
    ? BigInt.asUintN(bits, value) === value
    : BigInt.asIntN(bits, value) === value;
  if (!isInRange) {
    return null;
  }
  let rest = BigInt.asUintN(bits, value);
  for (let index = 0; index < bytes.byteLength; index++) {
    bytes[index] = Number(rest & 0xffn);
    rest >>= BigInt(BITS_A_BYTE);
  }
  return bytes;
}
