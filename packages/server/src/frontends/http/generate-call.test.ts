import assert from "node:assert/strict";
import { test } from "node:test";
import { DecoupledServer, until } from "./testing/decoupled-server.ts";

const JSON_TYPE = "application/json";
const EVENTS = "text/event-stream; charset=utf-8";
const NOT_ONE =
  '{"error":"generate expects model to produce exactly 1 response, use generate stream for model that generates various ' +
  'number of responses"}';
/** So long that a few hundred answers fill every buffer on the way to a client. */
const LONG_ID = "x".repeat(10_000);
const MANY = 10_000;

function answer(model: string, outputs: string, id = ""): string {
  return `{${outputs},${id === "" ? "" : `"id":"${id}",`}"model_name":"${model}","model_version":"1"}`;
}

const REPEAT_TWICE = '{"IN":[4,5],"DELAY":[0,1],"WAIT":0,"id":"i"}';
const CASES: readonly (readonly [
  path: string,
  body: string,
  status: number,
  type: string,
  answer: string,
])[] = [
  ["square/generate", '{"IN":1,"x":"y"}', 200, JSON_TYPE, answer("square", '"OUT":1')],
  ["square/generate", '{"IN":[2]}', 200, JSON_TYPE, NOT_ONE],
  ["square/generate", '{"IN":0}', 200, JSON_TYPE, NOT_ONE],
  ["failing/generate", '{"IN":1}', 400, JSON_TYPE, '{"error":"simulated failure"}'],
  ["failing/generate", '{"IN":2}', 200, JSON_TYPE, NOT_ONE],
  [
    "square/generate",
    '{"IN":[1,2]}',
    400,
    JSON_TYPE,
    `{"error":"The schema can not convert input 'IN' to tensor with proper shape"}`,
  ],
  [
    "repeat/generate_stream",
    REPEAT_TWICE,
    200,
    EVENTS,
    `data: ${answer("repeat", '"IDX":0,"OUT":4', "i")}\n\ndata: ${answer("repeat", '"IDX":1,"OUT":5', "i")}\n\n`,
  ],
  ["square/generate_stream", '{"IN":0}', 200, EVENTS, ""],
  ["failing/generate_stream", '{"IN":1}', 400, EVENTS, 'data: {"error":"simulated failure"}\n\n'],
  [
    "failing/generate_stream",
    '{"IN":2}',
    200,
    EVENTS,
    `data: ${answer("failing", '"OUT":2')}\n\ndata: {"error":"simulated failure"}\n\n`,
  ],
  [
    "square/generate_stream",
    '{"IN":"x"}',
    500,
    JSON_TYPE,
    `{"error":"Unable to parse 'data': attempt to access JSON non-signed-integer as signed-integer"}`,
  ],
  [
    "nothing/generate_stream",
    "{}",
    404,
    JSON_TYPE,
    `{"error":"Request for unknown model: 'nothing' is not found"}`,
  ],
];

for (const threadCount of [1, 2]) {
  test(`one answer is an object, several are events, with ${threadCount} thread(s)`, async () => {
    await using server = await DecoupledServer.start({ threadCount });
    for (const [path, body, status, type, expected] of CASES) {
      assert.deepEqual(await server.post(path, body), [status, type, expected], `${path} ${body}`);
    }
  });
}

test("other methods and codings are refused", async () => {
  await using server = await DecoupledServer.start();
  const url = `http://127.0.0.1:${server.port}/v2/models/square/generate`;
  const response = await fetch(url);
  assert.deepEqual(
    [response.status, await response.text()],
    [405, '{"error":"Method Not Allowed"}'],
  );
  assert.deepEqual(await server.post("square/generate", "{}", { "Content-Encoding": "gzip" }), [
    400,
    JSON_TYPE,
    `{"error":"Unsupported content-encoding, only 'identity' is supported."}`,
  ]);
});

test("the connection goes on behind a stream", async () => {
  await using server = await DecoupledServer.start();
  const socket = server.connectAndPost("square/generate_stream", '{"IN":3}');
  socket.write("GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let text = "";
  socket.setEncoding("latin1");
  for await (const chunk of socket) {
    text += String(chunk);
  }
  assert.equal(text.split("data: ").length - 1, 3);
  assert.match(text, /\r\n0\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
});

test("a client that goes takes its request with it", async () => {
  await using server = await DecoupledServer.start();
  const socket = server.connectAndPost("slow/generate_stream", '{"IN":1000000}');
  await new Promise((resolve) => {
    socket.once("data", resolve);
    socket.resume();
  });
  socket.destroy();
  const isCancelled = (): boolean =>
    server.engine
      .statistics("slow", null)
      .some(({ responses }) => responses.some(({ cancel }) => cancel.count === 1));
  await until(isCancelled, "the model hears of it");
  assert.deepEqual((await server.post("square/generate", '{"IN":1}'))[0], 200);
});

for (const threadCount of [1, 2]) {
  test(`the model waits for a client that does not read, with ${threadCount} thread(s)`, async () => {
    await using server = await DecoupledServer.start({ threadCount });
    const body = JSON.stringify({ IN: MANY, id: LONG_ID });
    const socket = server.connectAndPost("square/generate_stream", body);
    const answerCount = (): number =>
      server.engine.statistics("square", null)[0]?.responses.length ?? 0;
    let last = -1;
    let quietCount = 0;
    await until(() => {
      quietCount = answerCount() === last && last > 0 ? quietCount + 1 : 0;
      last = answerCount();
      return quietCount > 20;
    }, "the model has stopped answering");
    assert.ok(last < MANY / 2, `${last} answers wait`);
    let eventCount = 0;
    let isDone = false;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      eventCount += text.split('"OUT"').length - 1;
      isDone ||= text.endsWith("0\r\n\r\n");
    });
    socket.resume();
    await until(() => isDone, "the stream ends");
    assert.ok(eventCount > MANY * 0.99 && eventCount <= MANY, `${eventCount} events`);
    assert.equal(answerCount(), MANY);
  });
}
