import type { RequestOptions } from "../http-request.ts";
import { type Case, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { DECOUPLED_MODELS, DECOUPLED_STAND_INS, identityBackendModel } from "./decoupled-models.ts";
import { identityOf } from "./sample-models.ts";

function post(path: string, body: string, options: RequestOptions = {}): RequestStep {
  return send(`/v2/models/${path}`, { body, ...options });
}

function repeat(values: readonly number[], delays: readonly number[], more = ""): string {
  return `{"IN":${JSON.stringify(values)},"DELAY":${JSON.stringify(delays)},"WAIT":0${more}}`;
}

/** Bodies for a model with a text, a grid of floats [2,-1], flags [-1,-1] and small integers, all but the text optional. */
const BODIES: Readonly<Record<string, string>> = {
  text: '{"INPUT0":"hi"}',
  text_unicode: '{"INPUT0":"h\\u00e9 \\ud83d\\ude00 \\"\\\\\\n"}',
  text_empty: '{"INPUT0":""}',
  texts: '{"INPUT0":["a","b"],"id":"x7"}',
  id_empty: '{"INPUT0":"a","id":""}',
  grid: '{"INPUT0":"a","INPUT1":[1,2.5,-3,1e3]}',
  grid_nested: '{"INPUT0":"a","INPUT1":[[1],[3]]}',
  grid_nested_twice: '{"INPUT0":"a","INPUT1":[[1,2],[3,4]]}',
  grid_odd: '{"INPUT0":"a","INPUT1":[1,2,3]}',
  grid_scalar: '{"INPUT0":"a","INPUT1":1}',
  grid_text: '{"INPUT0":"a","INPUT1":["1","2"]}',
  flags: '{"INPUT0":"a","INPUT2":[true,false]}',
  flags_numbers: '{"INPUT0":"a","INPUT2":[1]}',
  integers_wrap: '{"INPUT0":"a","INPUT3":[300,-1]}',
  integers_fraction: '{"INPUT0":"a","INPUT3":[1.5]}',
  integers_inner_list: '{"INPUT0":"a","INPUT3":[[]]}',
  text_number: '{"INPUT0":1}',
  text_null: '{"INPUT0":null}',
  text_object: '{"INPUT0":{"a":"b"}}',
  texts_nested: '{"INPUT0":[["a","b"],["c"]]}',
  list_empty: '{"INPUT0":[]}',
  grid_empty: '{"INPUT0":"a","INPUT1":[]}',
  twice: '{"INPUT0":"a","INPUT0":"b"}',
  twice_nested: '{"id":"r","INPUT0":"a","parameters":{"INPUT0":"b"}}',
  nested: '{"INPUT0":"a","parameters":{"INPUT1":[3,4],"temperature":0.5}}',
  nested_odd: '{"INPUT0":"a","parameters":{"INPUT1":[3]}}',
  nested_number: '{"INPUT0":"a","parameters":5}',
  nested_null: '{"INPUT0":"a","parameters":null}',
  nested_twice: '{"INPUT0":"a","parameters":{"parameters":{"x":1}}}',
  nested_bad_parameter: '{"INPUT0":"a","parameters":{"x":[1]}}',
  parameter_null: '{"INPUT0":"a","x":null}',
  parameter_list: '{"INPUT0":"a","x":[1]}',
  parameter_object: '{"INPUT0":"a","x":{"a":1}}',
  parameters_of_sequences: '{"INPUT0":"a","sequence_id":1,"sequence_start":"x","priority":-1}',
  parameter_reserved: '{"INPUT0":"a","triton_x":1}',
  parameter_zero_in_key: '{"INPUT0":"a","x\\u0000y":1}',
  output_name: '{"INPUT0":"a","OUTPUT0":1}',
  nothing: "{}",
  empty: "",
  number: "5",
  list: "[1]",
  cut: '{"INPUT0":"a"',
  broken_behind_wrong: '{"INPUT0":1,"x":nul}',
  id_number: '{"id":5,"INPUT0":"a"}',
};

const MIXED: readonly Case[] = Object.entries(BODIES).map(([name, body]) =>
  testCase(`mixed_${name}`, post("mixed/generate", body)),
);

const STREAMED: readonly Case[] = ["text", "texts", "text_number", "nothing"].map((name) =>
  testCase(`mixed_stream_${name}`, post("mixed/generate_stream", BODIES[name] ?? "")),
);

const DECOUPLED: readonly Case[] = Object.entries({
  one: ["repeat", repeat([4], [0])],
  two: ["repeat", repeat([4, 5], [0, 5], ',"id":"i"')],
  none: ["square", '{"IN":0}'],
  many: ["square", '{"IN":20}'],
  refused: ["repeat", repeat([1, 1], [0])],
  error_only: ["failing", '{"IN":1}'],
  error_last: ["failing", '{"IN":3}'],
  wrong_type: ["square", '{"IN":"x"}'],
} as const).flatMap(([name, [model, body]]) => [
  testCase(`decoupled_${name}`, post(`${model}/generate`, body)),
  testCase(`decoupled_stream_${name}`, post(`${model}/generate_stream`, body)),
]);

const MIXED_CONFIG = `input { name: "INPUT0" data_type: TYPE_STRING dims: -1 }
input { name: "INPUT1" data_type: TYPE_FP32 dims: [ 2, -1 ] optional: true }
input { name: "INPUT2" data_type: TYPE_BOOL dims: [ -1, -1 ] optional: true }
input { name: "INPUT3" data_type: TYPE_INT8 dims: -1 optional: true }
output { name: "OUTPUT0" data_type: TYPE_STRING dims: -1 }
output { name: "OUTPUT1" data_type: TYPE_FP32 dims: [ 2, -1 ] }
output { name: "OUTPUT2" data_type: TYPE_BOOL dims: [ -1, -1 ] }
output { name: "OUTPUT3" data_type: TYPE_INT8 dims: -1 }
`;
const PAIRS_CONFIG = `max_batch_size: 4
input { name: "INPUT0" data_type: TYPE_INT32 dims: 2 }
output { name: "OUTPUT0" data_type: TYPE_INT32 dims: 2 }
`;

/** The generate extension. */
export const generateSuite: Suite = {
  name: "L0_generate",
  about: "the generate extension: how JSON becomes tensors and back, one answer, streams, errors",
  models: [
    identityOf("BYTES"),
    identityOf("FP32"),
    identityOf("FP16"),
    identityOf("UINT64"),
    identityBackendModel("mixed", MIXED_CONFIG),
    identityBackendModel("pairs", PAIRS_CONFIG),
    ...DECOUPLED_MODELS,
  ],
  standIns: DECOUPLED_STAND_INS,
  flags: [],
  cases: [
    testCase("generate", post("identity_bytes/generate", '{"INPUT0":"text"}')),
    testCase(
      "generate_version",
      post("identity_bytes/versions/1/generate", '{"INPUT0":["a","b"]}'),
    ),
    testCase("generate_stream", post("identity_fp32/generate_stream", '{"INPUT0":[1,2],"id":"x"}')),
    testCase("generate_unknown_model", post("nothing/generate", '{"INPUT0":"text"}')),
    testCase(
      "generate_stream_unknown_version",
      post("identity_bytes/versions/4/generate_stream", "{}"),
    ),
    testCase("generate_get", send("/v2/models/identity_bytes/generate")),
    testCase("generate_stream_get", send("/v2/models/identity_bytes/generate_stream")),
    testCase(
      "generate_version_too_large",
      post("identity_bytes/versions/99999999999999999999/generate", "{}"),
    ),
    testCase("floats", post("identity_fp32/generate", '{"INPUT0":[0.1,1e30,-0.0,NaN,Infinity]}')),
    testCase("large_unsigned", post("identity_uint64/generate", '{"INPUT0":18446744073709551615}')),
    testCase("half_input", post("identity_fp16/generate", '{"INPUT0":1}')),
    testCase("batch", post("pairs/generate", '{"INPUT0":[1,2,3,4]}')),
    testCase("batch_too_large", post("pairs/generate", '{"INPUT0":[1,2,3,4,5,6,7,8,9,10]}')),
    testCase("batch_odd", post("pairs/generate_stream", '{"INPUT0":5}')),
    testCase("batch_empty", post("pairs/generate", '{"INPUT0":[]}')),
    testCase(
      "coding",
      post("mixed/generate", '{"INPUT0":"a"}', { headers: { "content-encoding": "gzip" } }),
    ),
    testCase(
      "coding_unknown",
      post("mixed/generate_stream", '{"INPUT0":"a"}', { headers: { "content-encoding": "br" } }),
    ),
    testCase(
      "accepted_coding",
      post("pairs/generate", '{"INPUT0":[1,2]}', { headers: { "accept-encoding": "gzip" } }),
    ),
    testCase("infer_refused", post("square/infer", "{}")),
    ...MIXED,
    ...STREAMED,
    ...DECOUPLED,
  ],
};
