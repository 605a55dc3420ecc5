import { type Case, infer, type Suite, send, testCase } from "../suite.ts";
import { jsonInput } from "./infer-data.ts";
import { identityOf, simpleModel } from "./sample-models.ts";

/** A body for identity_fp32 as it is. */
function body(text: string): ReturnType<typeof infer> {
  return infer("identity_fp32", text);
}

/** Members of the only input, after its name. */
function inputWith(members: string): ReturnType<typeof infer> {
  return body(`{"inputs":[{"name":"INPUT0",${members}}]}`);
}

/** A good request with more top-level members. */
function withMembers(members: string): ReturnType<typeof infer> {
  return body(`{"inputs":[{"name":"INPUT0","datatype":"FP32","shape":[1],"data":[1]}],${members}}`);
}

/** A request for one element whose shape is written so. */
function withShape(dims: string): ReturnType<typeof infer> {
  return inputWith(`"datatype":"FP32","shape":[${dims}],"data":[1]`);
}

/** A case that the recorded version does not survive. */
function deadly(name: string, step: ReturnType<typeof infer>): Case {
  return { ...testCase(name, step), isDeadlyForPeer: true };
}

function nested(depth: number): string {
  return `${"[".repeat(depth)}1${"]".repeat(depth)}`;
}

/** Malformed and mistyped JSON of inference requests: the server's texts for each. */
export const jsonSuite: Suite = {
  name: "L0_json",
  about: "malformed JSON, members of the wrong type, element types, nesting, huge numbers",
  models: [
    simpleModel(),
    ...(["FP32", "INT32", "UINT8", "BOOL", "INT64", "UINT64", "BYTES"] as const).map(identityOf),
  ],
  flags: [],
  cases: [
    testCase("empty_object", body("{}")),
    testCase("array", body("[]")),
    testCase("string", body('"text"')),
    testCase("number", body("7")),
    testCase("null", body("null")),
    testCase("blank", body("   ")),
    testCase("empty_body", infer("simple", "")),
    testCase("not_json", body("hello")),
    testCase("cut", body('{"inputs":[')),
    testCase("cut_string", body('{"inputs":[{"name":"INP')),
    testCase("missing_comma", body('{"inputs":[] "outputs":[]}')),
    testCase("missing_colon", body('{"inputs" []}')),
    testCase("missing_comma_in_array", body('{"inputs":[{} {}]}')),
    testCase("unquoted_key", body("{inputs:[]}")),
    testCase("single_quotes", body("{'inputs':[]}")),
    testCase("trailing_comma", body('{"inputs":[],}')),
    testCase("trailing_comma_in_array", body(jsonInput("FP32", [2], "[1,2,]"))),
    testCase("trailing_text", body(`${jsonInput("FP32", [1], "[1]")} x`)),
    testCase("trailing_space", body(`${jsonInput("FP32", [1], "[1]")} \r\n\t`)),
    testCase("two_documents", body(`${jsonInput("FP32", [1], "[1]")}{}`)),
    testCase("comment", body(`/* x */${jsonInput("FP32", [1], "[1]")}`)),
    testCase("byte_order_mark", body(`\ufeff${jsonInput("FP32", [1], "[1]")}`)),
    testCase(
      "invalid_utf8",
      send("/v2/models/identity_bytes/infer", {
        body: Buffer.from(jsonInput("BYTES", [1], '["\u00ff"]'), "latin1"),
      }),
    ),
    testCase(
      "raw_control_character",
      infer("identity_bytes", jsonInput("BYTES", [1], '["a\u0001b"]')),
    ),
    testCase("bad_escape", infer("identity_bytes", jsonInput("BYTES", [1], '["\\x"]'))),
    testCase("bad_unicode_escape", infer("identity_bytes", jsonInput("BYTES", [1], '["\\u12G4"]'))),
    testCase("number_leading_zero", body(jsonInput("FP32", [1], "[01]"))),
    testCase("number_leading_plus", body(jsonInput("FP32", [1], "[+1]"))),
    testCase("number_leading_point", body(jsonInput("FP32", [1], "[.5]"))),
    testCase("number_trailing_point", body(jsonInput("FP32", [1], "[1.]"))),
    testCase("number_no_exponent", body(jsonInput("FP32", [1], "[1e]"))),
    testCase("number_too_large", body(jsonInput("FP32", [1], "[1e400]"))),
    testCase("number_too_small", body(jsonInput("FP32", [1], "[1e-400]"))),
    testCase("number_hexadecimal", body(jsonInput("FP32", [1], "[0x10]"))),
    testCase("number_many_digits", body(jsonInput("FP32", [1], `[${"1".repeat(60)}]`))),
    testCase("nan_other_spellings", body(jsonInput("FP32", [1], "[nan]"))),
    testCase("repeated_key_inputs", body(`{"inputs":[],${jsonInput("FP32", [1], "[1]").slice(1)}`)),
    testCase("no_inputs", body('{"outputs":[]}')),
    testCase("inputs_object", body('{"inputs":{}}')),
    testCase("inputs_null", body('{"inputs":null}')),
    testCase("inputs_of_numbers", body('{"inputs":[1]}')),
    testCase("input_without_name", body('{"inputs":[{"datatype":"FP32","shape":[1],"data":[1]}]}')),
    testCase(
      "input_name_number",
      body('{"inputs":[{"name":1,"datatype":"FP32","shape":[1],"data":[1]}]}'),
    ),
    testCase("input_without_datatype", inputWith('"shape":[1],"data":[1]')),
    testCase("input_datatype_number", inputWith('"datatype":1,"shape":[1],"data":[1]')),
    testCase("input_without_shape", inputWith('"datatype":"FP32","data":[1]')),
    testCase("shape_number", inputWith('"datatype":"FP32","shape":1,"data":[1]')),
    testCase("shape_of_strings", inputWith('"datatype":"FP32","shape":["1"],"data":[1]')),
    testCase("shape_negative", inputWith('"datatype":"FP32","shape":[-1],"data":[1]')),
    testCase("shape_fraction", inputWith('"datatype":"FP32","shape":[1.5],"data":[1]')),
    testCase("shape_fraction_whole", inputWith('"datatype":"FP32","shape":[1.0],"data":[1]')),
    testCase("shape_nested", inputWith('"datatype":"FP32","shape":[[1]],"data":[1]')),
    testCase("shape_null", inputWith('"datatype":"FP32","shape":[null],"data":[1]')),
    testCase("input_without_data", inputWith('"datatype":"FP32","shape":[1]')),
    testCase("data_null", inputWith('"datatype":"FP32","shape":[1],"data":null')),
    testCase("data_object", inputWith('"datatype":"FP32","shape":[1],"data":{}')),
    testCase("data_string", inputWith('"datatype":"FP32","shape":[1],"data":"1"')),
    testCase("data_of_strings", inputWith('"datatype":"FP32","shape":[1],"data":["1"]')),
    testCase("data_of_nulls", inputWith('"datatype":"FP32","shape":[1],"data":[null]')),
    testCase("data_of_objects", inputWith('"datatype":"FP32","shape":[1],"data":[{}]')),
    testCase("data_of_booleans", inputWith('"datatype":"FP32","shape":[2],"data":[true,false]')),
    testCase(
      "data_and_binary",
      inputWith('"datatype":"FP32","shape":[1],"data":[1],"parameters":{"binary_data_size":4}'),
    ),
    testCase(
      "data_and_shared_memory",
      inputWith(
        '"datatype":"FP32","shape":[1],"data":[1],"parameters":{"shared_memory_region":"r","shared_memory_byte_size":4}',
      ),
    ),
    testCase(
      "binary_and_shared_memory",
      inputWith(
        '"datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4,"shared_memory_region":"r","shared_memory_byte_size":4}',
      ),
    ),
    testCase(
      "all_three_sources",
      inputWith(
        '"datatype":"FP32","shape":[1],"data":[1],"parameters":{"binary_data_size":4,"shared_memory_region":"r","shared_memory_byte_size":4}',
      ),
    ),
    testCase(
      "input_parameters_array",
      inputWith('"datatype":"FP32","shape":[1],"data":[1],"parameters":[]'),
    ),
    testCase(
      "binary_data_size_string",
      inputWith('"datatype":"FP32","shape":[1],"parameters":{"binary_data_size":"4"}'),
    ),
    testCase(
      "binary_data_size_negative",
      inputWith('"datatype":"FP32","shape":[1],"parameters":{"binary_data_size":-4}'),
    ),
    testCase(
      "shared_memory_unknown",
      inputWith(
        '"datatype":"FP32","shape":[1],"parameters":{"shared_memory_region":"r","shared_memory_byte_size":4}',
      ),
    ),
    testCase(
      "shared_memory_no_size",
      inputWith('"datatype":"FP32","shape":[1],"parameters":{"shared_memory_region":"r"}'),
    ),
    testCase(
      "shared_memory_region_number",
      inputWith('"datatype":"FP32","shape":[1],"parameters":{"shared_memory_region":1}'),
    ),
    testCase("id_number", withMembers('"id":1')),
    testCase("id_null", withMembers('"id":null')),
    testCase("outputs_object", withMembers('"outputs":{}')),
    testCase("outputs_null", withMembers('"outputs":null')),
    testCase("outputs_of_strings", withMembers('"outputs":["OUTPUT0"]')),
    testCase("output_without_name", withMembers('"outputs":[{}]')),
    testCase(
      "output_parameters_array",
      withMembers('"outputs":[{"name":"OUTPUT0","parameters":[]}]'),
    ),
    testCase(
      "output_binary_data_number",
      withMembers('"outputs":[{"name":"OUTPUT0","parameters":{"binary_data":1}}]'),
    ),
    testCase(
      "output_classification_string",
      withMembers('"outputs":[{"name":"OUTPUT0","parameters":{"classification":"2"}}]'),
    ),
    testCase(
      "output_classification_negative",
      withMembers('"outputs":[{"name":"OUTPUT0","parameters":{"classification":-2}}]'),
    ),
    testCase(
      "output_unknown_parameter",
      withMembers('"outputs":[{"name":"OUTPUT0","parameters":{"other":[1]}}]'),
    ),
    testCase(
      "output_shared_memory_unknown",
      withMembers(
        '"outputs":[{"name":"OUTPUT0","parameters":{"shared_memory_region":"r","shared_memory_byte_size":4}}]',
      ),
    ),
    testCase(
      "output_shared_memory_and_classification",
      withMembers(
        '"outputs":[{"name":"OUTPUT0","parameters":{"shared_memory_region":"r","shared_memory_byte_size":4,"classification":1}}]',
      ),
    ),
    testCase(
      "output_shared_memory_and_binary",
      withMembers(
        '"outputs":[{"name":"OUTPUT0","parameters":{"shared_memory_region":"r","shared_memory_byte_size":4,"binary_data":true}}]',
      ),
    ),
    testCase(
      "binary_and_classification",
      withMembers(
        '"outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true,"classification":1}}]',
      ),
    ),
    testCase("int_fraction", infer("identity_int32", jsonInput("INT32", [1], "[1.5]"))),
    testCase("int_fraction_whole", infer("identity_int32", jsonInput("INT32", [1], "[1.0]"))),
    testCase("int_exponent", infer("identity_int32", jsonInput("INT32", [1], "[1e2]"))),
    testCase("int_string", infer("identity_int32", jsonInput("INT32", [1], '["1"]'))),
    testCase(
      "int64_too_large",
      infer("identity_int64", jsonInput("INT64", [1], "[9223372036854775808]")),
    ),
    testCase("uint8_negative", infer("identity_uint8", jsonInput("UINT8", [1], "[-1]"))),
    testCase(
      "uint64_too_large",
      infer("identity_uint64", jsonInput("UINT64", [1], "[18446744073709551616]")),
    ),
    testCase("bool_number", infer("identity_bool", jsonInput("BOOL", [1], "[1]"))),
    testCase("bool_string", infer("identity_bool", jsonInput("BOOL", [1], '["true"]'))),
    testCase("nesting_99", body(jsonInput("FP32", [1], nested(99)))),
    testCase("nesting_100", body(jsonInput("FP32", [1], nested(100)))),
    testCase("nesting_101", body(jsonInput("FP32", [1], nested(101)))),
    testCase(
      "nesting_bytes_100",
      infer("identity_bytes", jsonInput("BYTES", [1], nested(100).replace("1", '"a"'))),
    ),
    deadly("nesting_deep", body(jsonInput("FP32", [1], nested(200_000)))),
    deadly("nesting_deep_elsewhere", withMembers(`"comment":${nested(200_000)}`)),
    deadly("nesting_deep_unclosed", body(`{"inputs":${"[".repeat(200_000)}`)),
    deadly("dim_2_32", withShape("4294967296")),
    deadly("dim_2_62", withShape("4611686018427387904")),
    testCase("dim_2_63", withShape("9223372036854775808")),
    deadly("dim_2_64_minus_1", withShape("18446744073709551615")),
    testCase("dim_2_64", withShape("18446744073709551616")),
    testCase("dims_overflow", withShape("4294967296,4294967296")),
    deadly("dims_overflow_with_zero", withShape("0,18446744073709551615")),
  ],
};
