import type { DatatypeName } from "@nereid/onnx-writer";

/** Values of a datatype in both forms of the protocol, chosen at the edges of its range. */
export interface SampleValues {
  /** The `data` array as JSON text; null where JSON cannot carry the type. */
  readonly json: string | null;
  readonly bytes: Uint8Array;
  readonly count: number;
}

function sample(json: string | null, values: ArrayBufferView, count: number): SampleValues {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { json, bytes, count };
}

/** Four values of each datatype but BYTES. */
export const SAMPLES: Readonly<Record<Exclude<DatatypeName, "BYTES">, SampleValues>> = {
  BOOL: sample("[true,false,true,true]", Uint8Array.of(1, 0, 1, 1), 4),
  UINT8: sample("[0,1,127,255]", Uint8Array.of(0, 1, 127, 255), 4),
  UINT16: sample("[0,1,32767,65535]", Uint16Array.of(0, 1, 32767, 65535), 4),
  UINT32: sample("[0,1,65536,4294967295]", Uint32Array.of(0, 1, 65536, 4294967295), 4),
  UINT64: sample(
    "[0,1,9007199254740993,18446744073709551615]",
    BigUint64Array.of(0n, 1n, 9007199254740993n, 18446744073709551615n),
    4,
  ),
  INT8: sample("[-128,-1,0,127]", Int8Array.of(-128, -1, 0, 127), 4),
  INT16: sample("[-32768,-1,0,32767]", Int16Array.of(-32768, -1, 0, 32767), 4),
  INT32: sample("[-2147483648,-1,0,2147483647]", Int32Array.of(-2147483648, -1, 0, 2147483647), 4),
  INT64: sample(
    "[-9223372036854775808,-1,9007199254740993,9223372036854775807]",
    BigInt64Array.of(-9223372036854775808n, -1n, 9007199254740993n, 9223372036854775807n),
    4,
  ),
  FP16: sample(null, Uint16Array.of(0x3c00, 0xbc00, 0x7bff, 0x0001), 4),
  FP32: sample(
    "[0.1,-1.5,3.4028234663852886e38,1e-45]",
    Float32Array.of(0.1, -1.5, 3.4028234663852886e38, 1e-45),
    4,
  ),
  FP64: sample(
    "[0.1,-1.5,1.7976931348623157e308,5e-324]",
    Float64Array.of(0.1, -1.5, 1.7976931348623157e308, 5e-324),
    4,
  ),
  BF16: sample(null, Uint16Array.of(0x3f80, 0xbf80, 0x7f7f, 0x0001), 4),
};

/** An infer request's JSON text with one input INPUT0 and JSON data. */
export function jsonInput(datatype: string, shape: readonly number[], data: string): string {
  return `{"inputs":[{"name":"INPUT0","datatype":"${datatype}","shape":[${shape.join()}],"data":${data}}]}`;
}

/** The same with binary data of a size, and any further members of the request. */
export function binaryInput(
  datatype: string,
  shape: readonly number[],
  size: number,
  more = "",
): string {
  return `{"inputs":[{"name":"INPUT0","datatype":"${datatype}","shape":[${shape.join()}],"parameters":{"binary_data_size":${size}}}]${more}}`;
}

/** Asks for OUTPUT0 as binary: goes behind the inputs. */
export const BINARY_OUTPUT = ',"outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}}]';
