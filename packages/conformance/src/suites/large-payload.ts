import { gzipSync } from "node:zlib";
import { rawBytes } from "../http-request.ts";
import { infer, type Suite, send, testCase } from "../suite.ts";
import { BINARY_OUTPUT, binaryInput, jsonInput } from "./infer-data.ts";
import { identityOf } from "./sample-models.ts";

const ZEROS_300 = `[${new Array<string>(300).fill("0").join()}]`;
const FLOATS_400 = rawBytes(new Float32Array(400));

/** Requests beyond --http-max-input-size, which is 1000 bytes here. */
export const largePayloadSuite: Suite = {
  name: "L0_large_payload",
  about:
    "--http-max-input-size: JSON, tensors in JSON, raw bodies, decompressed bodies; binary data",
  models: [identityOf("FP64"), identityOf("FP32")],
  flags: ["--model-control-mode=explicit", "--load-model=*"],
  newerFlags: ["--http-max-input-size=1000"],
  cases: [
    testCase("json_within", infer("identity_fp64", jsonInput("FP64", [2], "[1,2]"))),
    testCase("json_at_limit", infer("identity_fp64", jsonInput("FP64", [2], "[1,2]").padEnd(1000))),
    testCase("json_beyond", infer("identity_fp64", jsonInput("FP64", [2], "[1,2]").padEnd(1001))),
    testCase(
      "tensor_in_json_beyond",
      infer("identity_fp64", jsonInput("FP64", [300], ZEROS_300), {
        masks: [[/(0\.0,)+0\.0/, "<zeros>"]],
      }),
    ),
    testCase(
      "raw_beyond",
      send("/v2/models/identity_fp32/infer", {
        body: FLOATS_400,
        headers: { "Inference-Header-Content-Length": "0" },
      }),
    ),
    testCase(
      "binary_data_is_not_limited",
      infer("identity_fp32", binaryInput("FP32", [400], 1600, BINARY_OUTPUT), {
        binary: [FLOATS_400],
      }),
    ),
    testCase(
      "decompressed_beyond",
      send("/v2/models/identity_fp64/infer", {
        body: gzipSync(jsonInput("FP64", [2], "[1,2]").padEnd(2000)),
        headers: { "Content-Encoding": "gzip" },
      }),
    ),
    testCase(
      "decompressed_bomb",
      send("/v2/models/identity_fp64/infer", {
        body: gzipSync(Buffer.alloc(20_000_000, " ")),
        headers: { "Content-Encoding": "gzip" },
      }),
    ),
    testCase("index_beyond", send("/v2/repository/index", { body: "{}".padEnd(1001) })),
    testCase(
      "load_beyond",
      send("/v2/repository/models/identity_fp32/load", { body: "{}".padEnd(1001) }),
    ),
  ],
};
