import type { JsonObject } from "@bufbuild/protobuf";
import { rawBytes } from "../http-request.ts";

/** Bytes as the JSON form of messages has them. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** FP32 values as the JSON form of raw contents. */
export function floats(...values: readonly number[]): string {
  return base64(rawBytes(Float32Array.from(values)));
}

/** A ModelInferRequest for identity_fp32 with two values, and further or other fields. */
export function identityRequest(more: JsonObject = {}): JsonObject {
  return {
    modelName: "identity_fp32",
    inputs: [{ name: "INPUT0", datatype: "FP32", shape: [2] }],
    rawInputContents: [floats(1.5, -2)],
    ...more,
  };
}

const INT32_ROW = Array.from({ length: 16 }, (_, index) => index);

/** A ModelInferRequest for `simple`, and further or other fields. */
export function simpleRequest(more: JsonObject = {}): JsonObject {
  const input = { datatype: "INT32", shape: [1, 16] };
  return {
    modelName: "simple",
    inputs: [
      { name: "INPUT0", ...input },
      { name: "INPUT1", ...input },
    ],
    rawInputContents: [
      base64(rawBytes(Int32Array.from(INT32_ROW))),
      base64(rawBytes(new Int32Array(16).fill(1))),
    ],
    ...more,
  };
}

/** A ModelInferRequest for `slow`, the model whose run takes as many multiplications as are asked. */
export function slowRequest(count: number, more: JsonObject = {}): JsonObject {
  return {
    modelName: "slow",
    inputs: [
      { name: "INPUT0", datatype: "FP32", shape: [1] },
      { name: "COUNT", datatype: "INT64", shape: [1] },
    ],
    rawInputContents: [floats(0.5), base64(rawBytes(BigInt64Array.of(BigInt(count))))],
    ...more,
  };
}
