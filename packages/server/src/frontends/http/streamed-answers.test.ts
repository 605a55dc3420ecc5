import assert from "node:assert/strict";
import { test } from "node:test";
import { DecoupledServer } from "./testing/decoupled-server.ts";

const NDJSON = { Accept: "application/x-ndjson" };
const EVENTS = { Accept: "text/event-stream" };

function square(value: number, extra = ""): string {
  return `{"id":"i","inputs":[{"name":"IN","datatype":"INT32","shape":[1],"data":[${value}]}]${extra}}`;
}

function answer(model: string, value: number): string {
  return (
    `{"id":"i","model_name":"${model}","model_version":"1",` +
    `"outputs":[{"name":"OUT","datatype":"INT32","shape":[1],"data":[${value}]}]}`
  );
}

for (const threadCount of [1, 2]) {
  test(`a client that accepts a stream gets every answer, with ${threadCount} thread(s)`, async () => {
    await using server = await DecoupledServer.start({ isInferStreamed: true, threadCount });
    const line = answer("square", 2);
    assert.deepEqual(await server.post("square/infer", square(2), NDJSON), [
      200,
      "application/x-ndjson",
      `${line}\n${line}\n`,
    ]);
    assert.deepEqual(await server.post("square/infer", square(2), EVENTS), [
      200,
      "text/event-stream; charset=utf-8",
      `data: ${line}\n\ndata: ${line}\n\n`,
    ]);
    assert.deepEqual((await server.post("square/infer", square(0), NDJSON))[2], "");
    assert.deepEqual(await server.post("failing/infer", square(2), NDJSON), [
      200,
      "application/x-ndjson",
      `${answer("failing", 2)}\n{"error":"simulated failure"}\n`,
    ]);
    const [status, type, text] = await server.post("failing/infer", square(1), NDJSON);
    assert.deepEqual(
      [status, type, text],
      [400, "application/x-ndjson", '{"error":"simulated failure"}\n'],
    );
  });
}

test("a model that answers once has one line", async () => {
  await using server = await DecoupledServer.start({ isInferStreamed: true });
  const body =
    '{"inputs":[{"name":"INPUT0","datatype":"BYTES","shape":[1],"data":["a\\nb"]}],"outputs":[{"name":"OUTPUT0"}]}';
  const [status, type, text] = await server.post("identity/infer", body, NDJSON);
  assert.deepEqual([status, type], [200, "application/x-ndjson"]);
  assert.equal(text.split("\n").length, 2);
  assert.match(text, /"data":\["a\\nb"\]/);
});

test("binary outputs have no place in a stream, and requests are refused as always", async () => {
  await using server = await DecoupledServer.start({ isInferStreamed: true });
  const binary = ',"parameters":{"binary_data_output":true}';
  assert.deepEqual(await server.post("square/infer", square(1, binary), NDJSON), [
    400,
    "application/x-ndjson",
    '{"error":"binary outputs can not be sent in a stream of answers, ask for JSON"}\n',
  ]);
  const [status, type, text] = await server.post("square/infer", '{"inputs":[]}', NDJSON);
  assert.deepEqual([status, type], [400, "application/json"]);
  assert.match(text, /expected 1 inputs but got 0 inputs/);
});

test("without the option, or without asking, decoupled models are refused as the real server does", async () => {
  const refusal =
    '{"error":"HTTP end point doesn\'t support models with decoupled transaction policy"}';
  for (const [isInferStreamed, headers] of [
    [false, NDJSON],
    [true, {}],
  ] as const) {
    await using server = await DecoupledServer.start({ isInferStreamed });
    const [status, , text] = await server.post("square/infer", square(1), headers);
    assert.deepEqual([status, text], [501, refusal]);
  }
});
