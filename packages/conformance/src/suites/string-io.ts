import { addSubModel } from "@nereid/onnx-writer";
import { bytesElements } from "../http-request.ts";
import { onnxModel } from "../model-repository.ts";
import { infer, type Suite, testCase } from "../suite.ts";
import { BINARY_OUTPUT, binaryInput, jsonInput } from "./infer-data.ts";
import { batchedIdentityOf, identityOf } from "./sample-models.ts";

type Elements = readonly (string | Uint8Array)[];

function binary(elements: Elements, more = ""): ReturnType<typeof infer> {
  const bytes = bytesElements(elements);
  return infer("identity_bytes", binaryInput("BYTES", [elements.length], bytes.byteLength, more), {
    binary: [bytes],
  });
}

function json(data: string, count: number): ReturnType<typeof infer> {
  return infer("identity_bytes", jsonInput("BYTES", [count], data));
}

/** Binary data whose size is right but whose elements are not. */
function broken(bytes: Uint8Array, count: number): ReturnType<typeof infer> {
  return infer("identity_bytes", binaryInput("BYTES", [count], bytes.byteLength), {
    binary: [bytes],
  });
}

/** BYTES in JSON and binary, and BYTES data that is not well-formed. */
export const stringIoSuite: Suite = {
  name: "L0_string_io",
  about: "BYTES tensors: text, unicode, NUL, empty, invalid UTF-8, malformed elements",
  models: [
    identityOf("BYTES"),
    batchedIdentityOf("BYTES"),
    onnxModel("string_sums", addSubModel({ elementType: "STRING", dims: [2] })),
  ],
  flags: [],
  cases: [
    testCase("json", json('["a","bc",""]', 3)),
    testCase("json_unicode", json('["é","日本","😀"]', 3)),
    testCase("json_escapes", json('["\\u00e9","\\ud83d\\ude00","\\"\\\\\\/\\b\\f\\n\\r\\t"]', 3)),
    testCase("json_control_characters", json('["\\u0001\\u001f\\u007f","\\u0080"]', 2)),
    testCase("json_nul", json('["a\\u0000b","\\u0000"]', 2)),
    testCase("json_lone_surrogate", json('["\\ud800"]', 1)),
    testCase("json_number", json("[1,2]", 2)),
    testCase("json_nested", json('[["a"],["b","c"]]', 3)),
    testCase("json_too_many", json('["a","b","c"]', 2)),
    testCase("json_too_few", json('["a"]', 2)),
    testCase("json_empty_tensor", json("[]", 0)),
    testCase(
      "json_batched",
      infer("batched_bytes", jsonInput("BYTES", [2, 2], '["a","b","c","d"]')),
    ),
    testCase("binary_to_json", binary(["a", "bc", ""])),
    testCase("binary_to_binary", binary(["a", "bc", ""], BINARY_OUTPUT)),
    testCase("binary_unicode", binary(["é", "日本", "😀"], BINARY_OUTPUT)),
    testCase("binary_nul_to_binary", binary(["he\0llo", "\0", "\0\0x"], BINARY_OUTPUT)),
    testCase("binary_nul_to_json", binary(["he\0llo"])),
    testCase(
      "binary_invalid_utf8_to_binary",
      binary([Uint8Array.of(0xff, 0xfe, 0x41)], BINARY_OUTPUT),
    ),
    testCase("binary_invalid_utf8_to_json", binary([Uint8Array.of(0xff, 0xfe, 0x41)])),
    testCase("binary_quotes_to_json", binary(['"', "\\", "/", "\n", "\t", "\u0001", "\u007f"])),
    testCase("binary_long", binary(["x".repeat(5000)], BINARY_OUTPUT)),
    testCase("binary_empty_tensor", binary([], BINARY_OUTPUT)),
    testCase("binary_element_too_long", broken(Uint8Array.of(5, 0, 0, 0, 65), 1)),
    testCase("binary_length_cut", broken(Uint8Array.of(1, 0, 0, 0, 65, 1, 0), 2)),
    testCase("binary_too_few_elements", broken(bytesElements(["a"]), 2)),
    testCase("binary_too_many_elements", broken(bytesElements(["a", "b", "c"]), 2)),
    testCase("binary_huge_length", broken(Uint8Array.of(255, 255, 255, 255, 65), 1)),
    testCase(
      "binary_trailing_bytes",
      broken(Buffer.concat([bytesElements(["a"]), Buffer.from([1, 2])]), 1),
    ),
    testCase("binary_no_bytes", broken(new Uint8Array(0), 1)),
    testCase(
      "sums",
      infer("string_sums", {
        inputs: [
          { name: "INPUT0", datatype: "BYTES", shape: [2], data: ["1", "-20"] },
          { name: "INPUT1", datatype: "BYTES", shape: [2], data: ["3", "4"] },
        ],
      }),
    ),
    testCase(
      "run_time_failure",
      infer("string_sums", {
        inputs: [
          { name: "INPUT0", datatype: "BYTES", shape: [2], data: ["one", "2"] },
          { name: "INPUT1", datatype: "BYTES", shape: [2], data: ["3", "4"] },
        ],
      }),
    ),
  ],
};
