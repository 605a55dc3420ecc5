import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, inflateSync } from "node:zlib";
import { decodeModelStreamInferResponse } from "@nereid/protocol";
import { CallHarness, type TestCall } from "./testing/call-harness.ts";
import { FakeModel } from "./testing/fake-server.ts";
import { inferRequest } from "./testing/infer-messages.ts";

/** Above the size up to which outputs are copied. */
const LARGE = 8192;

/** `<id>` for an answer, with `+` where more follow; `<id>!<error>` for an error. */
function answersOf(call: TestCall): string[] {
  return call.stream.messages.map(({ bytes }) => {
    const { errorMessage, response } = decodeModelStreamInferResponse(bytes);
    const isFinal = response.parameters.get("triton_final_response");
    const more = isFinal === false ? "+" : "";
    return errorMessage === "" ? `${response.id}${more}` : `${response.id}!${errorMessage}${more}`;
  });
}

function answer(model: FakeModel, id: string, isFinal = true): void {
  const request = model.waiting.find((each) => each.id === id);
  assert.ok(request !== undefined, id);
  model.answer(request, isFinal);
}

test("answers of models that answer once come in the order of the requests", () => {
  const [model, other] = [new FakeModel("model"), new FakeModel("other")];
  const call = new CallHarness([model, other]).call("ModelStreamInfer");
  call.send(inferRequest({ id: "1" })).send(inferRequest({ id: "2", model: "other" }));
  call
    .send(inferRequest({ id: "3" }))
    .send(inferRequest({ id: "4", model: "none" }))
    .end();
  answer(other, "2");
  answer(model, "3");
  assert.deepEqual(answersOf(call), []);
  answer(model, "1");
  assert.deepEqual(answersOf(call), [
    "1",
    "2",
    "3",
    "4!Request for unknown model: 'none' is not found",
  ]);
  assert.equal(call.outcome, "0");
  assert.deepEqual([model.outputsInUse, other.outputsInUse, call.stream.heldCount], [0, 0, 0]);
});

test("answers of decoupled models come as they are made, beside the order of others", () => {
  const [model, decoupled] = [new FakeModel("model"), new FakeModel("decoupled", true)];
  const call = new CallHarness([model, decoupled]).call("ModelStreamInfer");
  call.send(inferRequest({ id: "1" }));
  call.send(inferRequest({ id: "a", model: "decoupled" }));
  call.send(inferRequest({ id: "b", model: "decoupled" }));
  const [a, b] = decoupled.waiting;
  assert.ok(a !== undefined && b !== undefined);
  decoupled.answer(a, false);
  decoupled.answer(b, false);
  decoupled.answer(a, false);
  decoupled.refuse(b, "broken", false);
  decoupled.answer(b, true);
  call.end();
  assert.equal(call.outcome, "");
  a.respond(null, true);
  answer(model, "1");
  assert.deepEqual(answersOf(call), ["a+", "b+", "a+", "b!broken+", "b", "1"]);
  assert.equal(call.outcome, "0");
  assert.deepEqual([decoupled.outputsInUse, call.stream.heldCount], [0, 0]);
});

test("a final flag without an answer is told to those who ask for it", () => {
  const decoupled = new FakeModel("model", true);
  decoupled.onRequest = (request) => {
    request.respond(null, true);
  };
  const call = new CallHarness([decoupled]).call("ModelStreamInfer");
  call.send(inferRequest({ id: "1" }));
  call.send(inferRequest({ id: "2", parameters: { triton_enable_empty_final_response: true } }));
  assert.deepEqual(answersOf(call.end()), ["2"]);
  const [message] = call.stream.messages;
  const { response } = decodeModelStreamInferResponse(message?.bytes ?? new Uint8Array(0));
  assert.deepEqual([response.modelName, response.modelVersion], ["model", ""]);
  assert.deepEqual([...response.parameters], [["triton_final_response", true]]);
  assert.equal(call.outcome, "0");
});

test("errors are in-band: those of a request name it, those of the inference its model too", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelStreamInfer");
  call.send(inferRequest({ id: "1", version: "x" })).send(inferRequest({ id: "2" }));
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.refuse(request, "broken");
  const responses = call.stream.messages.map(({ bytes }) => decodeModelStreamInferResponse(bytes));
  assert.deepEqual(
    responses.map(({ response }) => [response.id, response.modelName, [...response.parameters]]),
    [
      ["1", "", []],
      ["2", "model", [["triton_final_response", true]]],
    ],
  );
  assert.equal(responses[1]?.errorMessage, "broken");
  assert.equal(call.end().outcome, "0");
});

test("asked to, the first error of an inference ends the stream and cancels the rest", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelStreamInfer", { triton_grpc_error: "true" });
  call.send(inferRequest({ id: "0", model: "none" }));
  for (const id of ["1", "2", "3"]) {
    call.send(inferRequest({ id }));
  }
  assert.equal(call.outcome, "");
  answer(model, "3");
  const request = model.waiting.find(({ id }) => id === "2");
  assert.ok(request !== undefined);
  model.refuse(request, "broken");
  assert.equal(call.outcome, "13 broken");
  assert.deepEqual(answersOf(call), ["0!Request for unknown model: 'none' is not found"]);
  assert.deepEqual([model.waiting.length, model.outputsInUse, call.stream.heldCount], [0, 0, 0]);
});

test("a client that goes takes its requests and their answers with it", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelStreamInfer");
  for (const id of ["1", "2", "3"]) {
    call.send(inferRequest({ id, values: new Float32Array(LARGE) }));
  }
  answer(model, "2");
  assert.equal(model.outputsInUse, 1);
  call.cancel();
  assert.deepEqual([model.waiting.length, model.outputsInUse, call.stream.heldCount], [0, 0, 0]);
});

test("a deadline ends the stream and cancels its requests", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model]);
  const call = harness.call("ModelStreamInfer", { "grpc-timeout": "1S" }).send(inferRequest());
  harness.server.clock.advance(1100);
  assert.equal(call.outcome, "4 Deadline Exceeded");
  assert.deepEqual([model.waiting.length, call.stream.heldCount], [0, 0]);
});

test("what cannot be read counts as the end of the requests", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelStreamInfer");
  call
    .send(inferRequest({ id: "1" }))
    .send(Uint8Array.of(0x0a, 9))
    .send(inferRequest({ id: "2" }));
  assert.equal(call.outcome, "");
  answer(model, "1");
  assert.deepEqual([answersOf(call), call.outcome], [["1"], "0"]);
  const empty = new CallHarness().call("ModelStreamInfer").end();
  assert.deepEqual([empty.stream.messages, empty.outcome], [[], "0"]);
});

test("while the client does not read, its requests are not taken", () => {
  const model = new FakeModel("model");
  model.onRequest = (request) => {
    model.answer(request);
  };
  const call = new CallHarness([model]).call("ModelStreamInfer");
  call.stream.hasRoom = false;
  call
    .send(inferRequest({ id: "1" }))
    .send(inferRequest({ id: "2" }))
    .send(inferRequest({ id: "3" }));
  assert.deepEqual([answersOf(call), call.stream.isReceiving], [["1"], false]);
  call.end();
  call.drain();
  assert.deepEqual([answersOf(call), call.outcome], [["1", "2", "3"], "0"]);
  assert.equal(call.stream.heldCount, 0);
});

test("a stream has so many requests in flight and no more", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelStreamInfer");
  for (let index = 0; index < 1500; index++) {
    call.send(inferRequest({ id: String(index) }));
  }
  assert.deepEqual([model.waiting.length, call.stream.isReceiving], [1024, false]);
  while (model.waiting.length > 0) {
    answer(model, model.waiting[0]?.id ?? "");
  }
  assert.deepEqual(
    answersOf(call),
    Array.from({ length: 1500 }, (_, index) => String(index)),
  );
  assert.equal(call.stream.isReceiving, true);
});

test("large requests count by their bytes", () => {
  const model = new FakeModel("model");
  const call = new CallHarness([model]).call("ModelStreamInfer");
  const values = new Float32Array(4 << 20);
  for (const id of ["1", "2", "3", "4"]) {
    call.send(inferRequest({ id, values }));
  }
  assert.deepEqual([model.waiting.length, call.stream.isReceiving], [2, false]);
  answer(model, "1");
  assert.deepEqual([model.waiting.length, call.stream.isReceiving], [2, false]);
  answer(model, "2");
  answer(model, "3");
  answer(model, "4");
  assert.deepEqual([answersOf(call), call.stream.isReceiving], [["1", "2", "3", "4"], true]);
});

test("many streams together have a bound, and each goes on with one request at a time", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model], {}, { streamMemorySizeMax: 8 * LARGE * 4 });
  const values = new Float32Array(LARGE);
  const calls = Array.from({ length: 10 }, () => harness.call("ModelStreamInfer"));
  for (const call of calls) {
    call.send(inferRequest({ values })).send(inferRequest({ values }));
  }
  // Four streams have two requests in flight, the others one.
  assert.equal(model.waiting.length, 14);
  while (model.waiting.length > 0) {
    answer(model, "");
  }
  assert.ok(calls.every((call) => call.stream.messages.length === 2));
  assert.ok(calls.every((call) => call.stream.isReceiving));
});

test("compressed requests keep their order among others", async () => {
  const model = new FakeModel("model");
  model.onRequest = (request) => {
    model.answer(request);
  };
  const harness = new CallHarness([model], { responseCompressionLevel: "high" });
  const headers = { "grpc-encoding": "gzip", "grpc-accept-encoding": "deflate" };
  const call = harness.call("ModelStreamInfer", headers);
  const values = Float32Array.from({ length: LARGE }, Math.random);
  call.send(gzipSync(inferRequest({ id: "1", values })), 1);
  call.send(inferRequest({ id: "2", values: new Float32Array(100) })).end();
  await call.settled();
  const ids = call.stream.messages.map(({ bytes, flags }) => {
    const plain = flags === 1 ? inflateSync(bytes) : bytes;
    return decodeModelStreamInferResponse(plain).response.id;
  });
  assert.deepEqual([ids, call.outcome], [["1", "2"], "0"]);
  assert.deepEqual([model.outputsInUse, call.stream.heldCount], [0, 0]);
});

test("requests on a stream are refused in-band once the server shuts down", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model]);
  const call = harness.call("ModelStreamInfer").send(inferRequest({ id: "1" }));
  harness.frontend.shutDown();
  call.send(inferRequest({ id: "2" })).end();
  answer(model, "1");
  assert.deepEqual(answersOf(call), [
    "1",
    "2!GRPC server is shutting down and has stopped accepting new requests.",
  ]);
  assert.equal(call.outcome, "0");
});

test("decoupled models wait while their stream is not read, and so do those that begin then", () => {
  const decoupled = new FakeModel("model", true);
  const call = new CallHarness([decoupled]).call("ModelStreamInfer");
  call.send(inferRequest({ id: "1" })).send(inferRequest({ id: "2" }));
  const [first, second] = decoupled.waiting;
  assert.ok(first !== undefined && second !== undefined);
  call.stream.hasRoom = false;
  decoupled.answer(first, false);
  assert.deepEqual([first.isCongested, second.isCongested], [true, true]);
  let drainCount = 0;
  second.drainListener = () => {
    drainCount++;
  };
  call.drain();
  assert.deepEqual([first.isCongested, second.isCongested, drainCount], [false, false, 1]);
  call.cancel();
});

test("a decoupled model waits once as many answers as the pool has are unread", () => {
  const decoupled = new FakeModel("model", true);
  const harness = new CallHarness([decoupled], { responsePoolSize: 2 });
  const call = harness.call("ModelStreamInfer");
  call.send(inferRequest({ id: "1" })).send(inferRequest({ id: "2" }));
  const [first, second] = decoupled.waiting;
  assert.ok(first !== undefined && second !== undefined);
  call.stream.isStuck = true;
  decoupled.answer(first, false);
  assert.equal(first.isCongested, false);
  decoupled.answer(first, false);
  assert.deepEqual([first.isCongested, second.isCongested], [true, false]);
  call.stream.flush();
  assert.equal(first.isCongested, false);
  call.stream.isStuck = false;
  decoupled.answer(first, true);
  decoupled.answer(second, true);
  call.end();
  assert.deepEqual([call.outcome, decoupled.outputsInUse, call.stream.heldCount], ["0", 0, 0]);
});
