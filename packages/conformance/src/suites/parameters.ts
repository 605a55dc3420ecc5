import { infer, type RequestStep, type Suite, testCase } from "../suite.ts";
import { identityOf } from "./sample-models.ts";

/** identity_fp32 with request parameters and headers. */
function withParameters(
  parameters: string,
  headers: Readonly<Record<string, string>> = {},
): RequestStep {
  return infer(
    "identity_fp32",
    `{"parameters":${parameters},"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1],"data":[1]}]}`,
    { headers },
  );
}

/** Request parameters and forwarded headers, on a model that makes nothing of them. */
export const parametersSuite: Suite = {
  name: "L0_parameters",
  about: "request parameters of every type, reserved names, header forwarding",
  models: [identityOf("FP32")],
  flags: ["--http-header-forward-pattern=.*(forward|sequence|triton|timeout|priority|headers).*"],
  cases: [
    testCase("none", withParameters("{}")),
    testCase("string", withParameters('{"key":"value"}')),
    testCase("integer", withParameters('{"key":-5}')),
    testCase("unsigned", withParameters('{"key":18446744073709551615}')),
    testCase("boolean", withParameters('{"key":true}')),
    testCase("double", withParameters('{"key":1.5}')),
    testCase("null", withParameters('{"key":null}')),
    testCase("array", withParameters('{"key":[1]}')),
    testCase("object", withParameters('{"key":{}}')),
    testCase("empty_name", withParameters('{"":1}')),
    testCase("array_of_parameters", withParameters("[]")),
    testCase("string_of_parameters", withParameters('"x"')),
    testCase("null_parameters", withParameters("null")),
    testCase("reserved_prefix", withParameters('{"triton_anything":1}')),
    testCase(
      "reserved_final_response",
      withParameters('{"triton_enable_empty_final_response":true}'),
    ),
    testCase("sequence_id", withParameters('{"sequence_id":42}')),
    testCase(
      "sequence_id_string",
      withParameters('{"sequence_id":"abc","sequence_start":true,"sequence_end":true}'),
    ),
    testCase("sequence_id_zero", withParameters('{"sequence_id":0,"sequence_start":true}')),
    testCase("sequence_id_negative", withParameters('{"sequence_id":-1}')),
    testCase("sequence_id_double", withParameters('{"sequence_id":1.5}')),
    testCase("sequence_id_boolean", withParameters('{"sequence_id":true}')),
    testCase("sequence_start_number", withParameters('{"sequence_id":1,"sequence_start":1}')),
    testCase("sequence_end_string", withParameters('{"sequence_id":1,"sequence_end":"true"}')),
    testCase("priority", withParameters('{"priority":1}')),
    testCase("priority_string", withParameters('{"priority":"1"}')),
    testCase("priority_negative", withParameters('{"priority":-1}')),
    testCase("timeout", withParameters('{"timeout":1000000}')),
    testCase("timeout_string", withParameters('{"timeout":"1"}')),
    testCase("timeout_negative", withParameters('{"timeout":-1}')),
    testCase("binary_data_output_number", withParameters('{"binary_data_output":1}')),
    testCase("headers_parameter", withParameters('{"headers":"x"}')),
    testCase("header_forwarded", withParameters("{}", { "x-forward-me": "1" })),
    testCase(
      "header_and_parameter",
      withParameters('{"x-forward-me":"2"}', { "x-forward-me": "1" }),
    ),
    testCase("header_reserved", withParameters("{}", { sequence_id: "1" })),
    testCase("header_reserved_other_case", withParameters("{}", { Sequence_Id: "1" })),
    testCase("header_reserved_timeout", withParameters("{}", { timeout: "1" })),
    testCase("header_reserved_headers", withParameters("{}", { headers: "1" })),
    testCase("header_reserved_prefix", withParameters("{}", { triton_x: "1" })),
    testCase("header_not_matching", withParameters("{}", { other: "1" })),
  ],
};
