import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { decodeModelInferResponse } from "@nereid/protocol";
import { CallHarness, type TestCall } from "./testing/call-harness.ts";
import { FakeModel } from "./testing/fake-server.ts";
import { inferRequest } from "./testing/infer-messages.ts";

/** Above the size up to which outputs are copied. */
const LARGE = 8192;

function floatsOf(message: Uint8Array): number[] {
  const [output] = decodeModelInferResponse(message).outputs;
  assert.ok(output !== undefined);
  return [...new Float32Array(Uint8Array.from(output.bytes).buffer)];
}

test("an inference that runs at once is answered at once, and lets go of everything", () => {
  const model = new FakeModel("model");
  model.onRequest = (request) => {
    model.answer(request);
  };
  const call = new CallHarness([model]).call("ModelInfer").send(inferRequest({ id: "i" }));
  assert.equal(call.outcome, "0");
  const [message] = call.stream.messages;
  assert.ok(message !== undefined);
  const { id, modelName, modelVersion } = decodeModelInferResponse(message.bytes);
  assert.deepEqual([id, modelName, modelVersion], ["i", "model", "1"]);
  assert.deepEqual(floatsOf(message.bytes), [1, 2, 3, 4]);
  assert.deepEqual(call.stream.headFields, {
    ":status": "200",
    "content-type": "application/grpc",
    "grpc-accept-encoding": "identity, deflate, gzip",
  });
  assert.deepEqual([model.outputsInUse, call.stream.heldCount], [0, 0]);
});

test("large outputs are sent where they are: memory is used until the wire has taken it", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelInfer");
  call.stream.isStuck = true;
  call.send(inferRequest({ values: new Float32Array(LARGE).fill(2) })).end();
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.answer(request);
  assert.equal(call.outcome, "0");
  assert.deepEqual([model.outputsInUse, call.stream.heldCount], [1, 1]);
  assert.equal(floatsOf(call.stream.messages[0]?.bytes ?? new Uint8Array(0)).length, LARGE);
  call.stream.flush();
  assert.deepEqual([model.outputsInUse, call.stream.heldCount], [0, 0]);
});

test("faults end the call with their status, and leave nothing behind", () => {
  const harness = new CallHarness([new FakeModel("model"), new FakeModel("stream", true)]);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [Uint8Array.of(0x0a, 5, 0x41), "13 Unable to parse request"],
    [inferRequest({ model: "nöpe" }), "5 Request for unknown model: 'n%C3%B6pe' is not found"],
    [
      inferRequest({ version: "x" }),
      "3 failed to get model version from specified version string 'x' (details: stol), version should be an integral value > 0",
    ],
    [inferRequest({ version: "2" }), "5 Request for unknown model: 'model' version 2 is not found"],
    [
      inferRequest({ model: "stream" }),
      "12 ModelInfer RPC doesn't support models with decoupled transaction policy",
    ],
    [
      inferRequest({ parameters: { priority: "high" } }),
      "3 invalid value type for 'priority' parameter, expected int64_param or uint64_param.",
    ],
    [
      Uint8Array.from([0x0a, 5, ...Buffer.from("model")]),
      "3 [request id: <id_unknown>] expected 1 input",
    ],
  ];
  for (const [message, outcome] of cases) {
    const call = harness.call("ModelInfer").send(message);
    assert.equal(call.outcome, outcome);
    assert.equal(call.stream.heldCount, 0);
    assert.deepEqual(call.stream.messages, []);
  }
});

test("a call without a message is malformed, and what follows the first one is not looked at", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model]);
  assert.equal(harness.call("ModelInfer").end().outcome, "13 Unable to parse request");
  const call = harness.call("ModelInfer").send(inferRequest()).send(Uint8Array.of(1));
  assert.equal(call.end().outcome, "");
  assert.equal(model.waiting.length, 1);
});

test("an error of the model ends the call with it", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelInfer").send(inferRequest());
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.refuse(request, "no memory");
  assert.equal(call.outcome, "13 no memory");
  assert.equal(call.stream.heldCount, 0);
});

test("a client that goes takes its waiting request with it", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelInfer").send(inferRequest());
  call.cancel();
  assert.deepEqual([model.waiting.length, call.stream.heldCount], [0, 0]);
});

test("a request that runs on after its client has gone keeps its memory until it ends", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelInfer").send(inferRequest());
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  request.cancellationListener = null;
  call.cancel();
  assert.deepEqual([request.isCancelled, call.stream.heldCount], [true, 1]);
  model.answer(request);
  assert.deepEqual([model.outputsInUse, call.stream.heldCount], [0, 0]);
});

test("a deadline ends the call and cancels its request; one that is kept leaves no timer", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model]);
  const late = harness.call("ModelInfer", { "grpc-timeout": "50m" }).send(inferRequest());
  harness.server.clock.advance(100);
  assert.equal(late.outcome, "4 Deadline Exceeded");
  assert.deepEqual([model.waiting.length, late.stream.heldCount], [0, 0]);
  const kept = harness.call("ModelInfer", { "grpc-timeout": "50m" }).send(inferRequest());
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.answer(request);
  harness.server.clock.advance(100);
  assert.equal(kept.outcome, "0");
  assert.equal(harness.server.clock.timerCount, 0);
});

test("a deadline comes without a message, too", () => {
  const harness = new CallHarness();
  const call = harness.call("ModelInfer", { "grpc-timeout": "1S" });
  harness.server.clock.advance(1100);
  assert.equal(call.outcome, "4 Deadline Exceeded");
});

test("compressed requests are read, and responses compressed if client and flag agree", async () => {
  const model = new FakeModel("model");
  model.onRequest = (request) => {
    model.answer(request);
  };
  const harness = new CallHarness([model], { responseCompressionLevel: "low" });
  const values = new Float32Array(LARGE).fill(3);
  const headers = { "grpc-encoding": "gzip", "grpc-accept-encoding": "identity, gzip" };
  const call = harness.call("ModelInfer", headers).send(gzipSync(inferRequest({ values })), 1);
  assert.equal((await call.settled()).outcome, "0");
  const [message] = call.stream.messages;
  assert.equal(call.stream.headFields?.["grpc-encoding"], "gzip");
  assert.equal(message?.flags, 1);
  assert.deepEqual(floatsOf(gunzipSync(message?.bytes ?? "")), [...values]);
  assert.deepEqual([model.outputsInUse, call.stream.heldCount], [0, 0]);
  const plain = harness.call("ModelInfer").send(inferRequest());
  assert.deepEqual([plain.outcome, plain.stream.messages[0]?.flags], ["0", 0]);
});

test("a message that cannot be decompressed ends the call", async () => {
  const harness = new CallHarness([new FakeModel("model")]);
  const call = harness.call("ModelInfer", { "grpc-encoding": "deflate" });
  call.send(gzipSync(inferRequest()), 1);
  assert.equal(
    (await call.settled()).outcome,
    "13 Unexpected error decompressing data for algorithm deflate",
  );
  assert.equal(call.stream.heldCount, 0);
});

test("decompressed messages of all calls have a bound, and count until they are let go of", async () => {
  const model = new FakeModel("model");
  const message = inferRequest({ values: new Float32Array(LARGE) });
  const limits = { decompressedSizeMax: message.byteLength * 1.5 };
  const harness = new CallHarness([model], {}, limits);
  const send = (): Promise<TestCall> =>
    harness.call("ModelInfer", { "grpc-encoding": "gzip" }).send(gzipSync(message), 1).settled();
  const first = await send();
  assert.match((await send()).outcome, /^8 SERVER: Received message larger than max/);
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.answer(request);
  assert.equal(first.outcome, "0");
  await send();
  assert.equal(model.waiting.length, 1);
});

test("messages that the wire does not hand on have a status", () => {
  const harness = new CallHarness();
  const cases = [
    ["tooLarge", "8 SERVER: Received message larger than max (4294967295 vs. 2147483647)"],
    ["memory", "8 no memory for a message of 4294967295 bytes"],
  ] as const;
  for (const [fault, outcome] of cases) {
    const call = harness.call("ModelInfer");
    call.fault(fault, 2 ** 32 - 1);
    assert.equal(call.outcome, outcome);
  }
  const truncated = harness.call("ModelInfer");
  truncated.fault("truncated", 3);
  assert.equal(truncated.outcome, "13 Unable to parse request");
});

test("a server that shuts down takes no new inference", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model]);
  const running = harness.call("ModelInfer").send(inferRequest());
  harness.frontend.shutDown();
  assert.equal(
    harness.call("ModelInfer").send(inferRequest()).outcome,
    "14 GRPC server is shutting down and has stopped accepting new requests.",
  );
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.answer(request);
  assert.equal(running.outcome, "0");
});
