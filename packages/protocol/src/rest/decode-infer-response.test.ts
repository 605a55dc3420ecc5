import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "../status-code.ts";
import { type ClientInferResponse, decodeInferResponse } from "./decode-infer-response.ts";

function decode(json: string, tail: readonly number[] | null = null): ClientInferResponse {
  const text = new TextEncoder().encode(json);
  const body = Uint8Array.from([...text, ...(tail ?? [])]);
  return decodeInferResponse(body, tail === null ? null : text.byteLength);
}

test("binary and JSON outputs become bytes", () => {
  const response = decode(
    '{"id":"x","model_name":"m","model_version":"2","parameters":{"a":1,"sequence_id":"s"},"outputs":[' +
      '{"name":"A","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}},' +
      '{"name":"B","datatype":"FP64","shape":[2],"data":[NaN,1e21]},' +
      '{"name":"C","datatype":"BYTES","shape":[1,1],"data":["h\\u00e9"]},' +
      '{"name":"D","datatype":"INT64","shape":[]},' +
      '{"data":[5],"name":"E","datatype":"INT8","shape":[]},' +
      '{"name":"F","datatype":"INT8","shape":[0],"data":[]},' +
      '{"name":"G","datatype":"UINT8","shape":[1],"parameters":{"binary_data_size":1}}]}',
    [7, 8, 9],
  );
  assert.deepEqual([response.id, response.modelName, response.modelVersion], ["x", "m", "2"]);
  assert.deepEqual(
    [...response.parameters],
    [
      ["a", 1n],
      ["sequence_id", "s"],
    ],
  );
  const bytes = response.outputs.map((output) => output.bytes);
  assert.deepEqual([...bytes[0]!], [7, 8]);
  assert.deepEqual([...new Float64Array(bytes[1]!.buffer)], [Number.NaN, 1e21]);
  assert.deepEqual([...bytes[2]!], [3, 0, 0, 0, 104, 0xc3, 0xa9]);
  assert.deepEqual(
    bytes.slice(3).map((each) => [...each]),
    [[], [5], [], [9]],
  );
});

for (const [name, json, tail] of [
  ["text that is no JSON", "{", null],
  ["no object", "[]", null],
  ["no outputs", '{"model_name":"m"}', null],
  ["no model", '{"outputs":[]}', null],
  ["an output without a name", '{"model_name":"m","outputs":[{}]}', null],
  [
    "an unknown datatype",
    '{"model_name":"m","outputs":[{"name":"A","datatype":"FP8","shape":[1],"data":[1]}]}',
    null,
  ],
  [
    "too little data",
    '{"model_name":"m","outputs":[{"name":"A","datatype":"FP32","shape":[2],"data":[1]}]}',
    null,
  ],
  [
    "FP16 as JSON",
    '{"model_name":"m","outputs":[{"name":"A","datatype":"FP16","shape":[1],"data":[1]}]}',
    null,
  ],
  [
    "a binary output longer than the body",
    '{"model_name":"m","outputs":[{"name":"A","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}',
    [1, 2],
  ],
  [
    "a binary size that is no size",
    '{"model_name":"m","outputs":[{"name":"A","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":"4"}}]}',
    [1, 2],
  ],
  ["bytes that belong to no output", '{"model_name":"m","outputs":[]}', [1]],
] as const) {
  test(`a response with ${name} is refused`, () => {
    assert.throws(() => decode(json, tail), { name: "TritonError", code: StatusCode.Internal });
  });
}

test("a JSON part longer than the body is refused", () => {
  assert.throws(() => decodeInferResponse(new Uint8Array(4), 5), { code: StatusCode.Internal });
});
