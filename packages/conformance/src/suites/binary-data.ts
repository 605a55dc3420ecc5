import { identityModel } from "@nereid/onnx-writer";
import { bytesElements, rawBytes } from "../http-request.ts";
import { onnxModel } from "../model-repository.ts";
import { type Case, infer, type Suite, send, testCase } from "../suite.ts";
import { onnxConfig } from "./config-text.ts";
import { BINARY_OUTPUT, binaryInput } from "./infer-data.ts";
import { batchedIdentityOf, identityOf, simpleModel } from "./sample-models.ts";

const TWO_FLOATS = rawBytes(Float32Array.of(1.5, -2));
const LENGTH = "Inference-Header-Content-Length";

/** identity_fp32 with a JSON part for `size` bytes of [2] and a tail. */
function withTail(size: number, tail: Uint8Array, more = ""): ReturnType<typeof infer> {
  return infer("identity_fp32", binaryInput("FP32", [2], size, more), { binary: [tail] });
}

/** A good binary request whose length header says something else. */
function withLength(value: string): Case["steps"][number] {
  return infer("identity_fp32", binaryInput("FP32", [2], 8), {
    binary: [TWO_FLOATS],
    headers: { [LENGTH]: value },
  });
}

/** A request without JSON: the body is the only input's data. */
function raw(
  model: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
): Case["steps"][number] {
  return send(`/v2/models/${model}/infer`, { body, headers: { [LENGTH]: "0", ...headers } });
}

const INT_ROW = rawBytes(Int32Array.from({ length: 16 }, (_, index) => index));

/** The binary data extension and raw binary requests. */
export const binaryDataSuite: Suite = {
  name: "L0_binary_data",
  about: "binary tensor data: sizes, the JSON part's length, order, raw binary requests",
  models: [
    simpleModel(),
    identityOf("FP32"),
    identityOf("BYTES"),
    identityOf("FP16"),
    identityOf("BOOL"),
    batchedIdentityOf("FP32"),
    batchedIdentityOf("BYTES"),
    onnxModel("fixed", identityModel({ elementType: "INT32", dims: [2, 3] })),
    onnxModel(
      "one_of_two",
      identityModel({ elementType: "FLOAT", dims: [2, "n"] }),
      onnxConfig({
        inputs: [["INPUT0", "FP32", [2, -1]]],
        outputs: [["OUTPUT0", "FP32", [2, -1]]],
      }),
    ),
    onnxModel(
      "two_variable",
      identityModel({ elementType: "FLOAT", dims: ["m", "n"] }),
      onnxConfig({
        inputs: [["INPUT0", "FP32", [-1, -1]]],
        outputs: [["OUTPUT0", "FP32", [-1, -1]]],
      }),
    ),
    onnxModel("one_string", identityModel({ elementType: "STRING", dims: [1] })),
    onnxModel("two_strings", identityModel({ elementType: "STRING", dims: [2] })),
  ],
  flags: [],
  cases: [
    testCase("good", withTail(8, TWO_FLOATS, BINARY_OUTPUT)),
    testCase("size_larger_than_shape", withTail(12, rawBytes(Float32Array.of(1, 2, 3)))),
    testCase("size_smaller_than_shape", withTail(4, rawBytes(Float32Array.of(1)))),
    testCase("size_not_of_elements", withTail(7, TWO_FLOATS.subarray(1))),
    testCase("size_zero", withTail(0, new Uint8Array(0))),
    testCase("tail_too_short", withTail(8, TWO_FLOATS.subarray(0, 5))),
    testCase("tail_missing", withTail(8, new Uint8Array(0))),
    testCase("tail_too_long", withTail(8, Buffer.concat([TWO_FLOATS, Uint8Array.of(0)]))),
    testCase(
      "tail_without_binary_input",
      infer(
        "identity_fp32",
        '{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1],"data":[1]}]}',
        { binary: [TWO_FLOATS] },
      ),
    ),
    testCase(
      "no_length_header",
      send("/v2/models/identity_fp32/infer", {
        body: Buffer.concat([Buffer.from(binaryInput("FP32", [2], 8)), TWO_FLOATS]),
      }),
    ),
    testCase(
      "no_length_header_no_tail",
      send("/v2/models/identity_fp32/infer", { body: binaryInput("FP32", [2], 8) }),
    ),
    testCase("length_word", withLength("abc")),
    testCase("length_empty", withLength("")),
    testCase("length_negative", withLength("-1")),
    testCase("length_beyond_body", withLength("100000")),
    testCase("length_fraction", withLength("10.5")),
    testCase("length_trailing_text", withLength("92abc")),
    testCase("length_leading_space", withLength("  92")),
    testCase("length_out_of_range", withLength("4294967296")),
    testCase("length_cuts_json", withLength("20")),
    testCase("length_includes_tail", withLength("95")),
    testCase(
      "two_inputs_in_order",
      infer(
        "simple",
        {
          inputs: [
            {
              name: "INPUT1",
              datatype: "INT32",
              shape: [1, 16],
              parameters: { binary_data_size: 64 },
            },
            {
              name: "INPUT0",
              datatype: "INT32",
              shape: [1, 16],
              parameters: { binary_data_size: 64 },
            },
          ],
        },
        { binary: [rawBytes(new Int32Array(16).fill(1)), INT_ROW] },
      ),
    ),
    testCase(
      "two_inputs_one_short",
      infer(
        "simple",
        {
          inputs: [
            {
              name: "INPUT0",
              datatype: "INT32",
              shape: [1, 16],
              parameters: { binary_data_size: 64 },
            },
            {
              name: "INPUT1",
              datatype: "INT32",
              shape: [1, 16],
              parameters: { binary_data_size: 64 },
            },
          ],
        },
        { binary: [INT_ROW, INT_ROW.subarray(0, 60)] },
      ),
    ),
    testCase("raw", raw("identity_fp32", TWO_FLOATS)),
    testCase("raw_empty", raw("identity_fp32", "")),
    testCase("raw_not_of_elements", raw("identity_fp32", TWO_FLOATS.subarray(1))),
    testCase("raw_batched", raw("batched_fp32", TWO_FLOATS)),
    testCase("raw_fixed", raw("fixed", rawBytes(Int32Array.of(1, 2, 3, 4, 5, 6)))),
    testCase("raw_fixed_too_short", raw("fixed", rawBytes(Int32Array.of(1, 2, 3)))),
    testCase("raw_one_variable", raw("one_of_two", rawBytes(Float32Array.of(1, 2, 3, 4)))),
    testCase("raw_one_variable_odd", raw("one_of_two", rawBytes(Float32Array.of(1, 2, 3)))),
    testCase("raw_two_variable", raw("two_variable", TWO_FLOATS)),
    testCase("raw_two_inputs", raw("simple", INT_ROW)),
    testCase("raw_string", raw("one_string", "text")),
    testCase("raw_string_empty", raw("one_string", "")),
    testCase("raw_string_variable", raw("identity_bytes", "text")),
    testCase("raw_string_batched", raw("batched_bytes", "text")),
    testCase("raw_two_strings", raw("two_strings", bytesElements(["a", "b"]))),
    testCase("raw_fp16", raw("identity_fp16", Uint8Array.of(0, 0x3c, 0, 0xbc))),
    testCase("raw_bool", raw("identity_bool", Uint8Array.of(1, 0, 1))),
    testCase("raw_accepts_gzip", raw("identity_fp32", TWO_FLOATS, { "Accept-Encoding": "gzip" })),
    testCase("raw_unknown_model", raw("nothing", TWO_FLOATS)),
    testCase("raw_length_negative_zero", raw("identity_fp32", TWO_FLOATS, { [LENGTH]: "-0" })),
  ],
};
