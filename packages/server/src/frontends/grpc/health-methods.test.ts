import assert from "node:assert/strict";
import { test } from "node:test";
import { healthMethods, ServingStatus } from "@nereid/protocol";
import { CallHarness, type TestCall } from "./testing/call-harness.ts";
import { FakeModel } from "./testing/fake-server.ts";

function statusesOf(call: TestCall): ServingStatus[] {
  return call.stream.messages.map(({ bytes }) => healthMethods.watch.decodeResponse(bytes).status);
}

async function check(harness: CallHarness, service: string): Promise<string> {
  const answer = await harness.ask(healthMethods.check, { service });
  if (typeof answer === "string") {
    return answer;
  }
  return answer.status === ServingStatus.SERVING ? "SERVING" : "NOT_SERVING";
}

test("a check is the server's readiness whatever service it names, but for models", async () => {
  const harness = new CallHarness([new FakeModel("model")]);
  for (const service of ["", "inference.GRPCInferenceService", "anything"]) {
    assert.equal(await check(harness, service), "SERVING");
  }
  assert.equal(await check(harness, "models/model"), "SERVING");
  assert.equal(await check(harness, "models/model/versions/1"), "SERVING");
  assert.equal(
    await check(harness, "models/model/versions/2"),
    "5 Request for unknown model: 'model' version 2 is not found",
  );
  assert.equal(
    await check(harness, "models/none"),
    "5 Request for unknown model: 'none' is not found",
  );
  harness.server.isServerReady = false;
  assert.equal(await check(harness, ""), "NOT_SERVING");
});

test("a watch tells each change once, and goes on", () => {
  const harness = new CallHarness([]);
  const { server } = harness;
  const call = harness.call(healthMethods.watch.path);
  call.send(healthMethods.watch.encodeRequest({ service: "models/model" })).end();
  server.clock.advance(5000);
  server.models.set("model", new FakeModel("model"));
  server.clock.advance(5000);
  server.models.delete("model");
  server.clock.advance(5000);
  assert.deepEqual(statusesOf(call), [
    ServingStatus.SERVICE_UNKNOWN,
    ServingStatus.SERVING,
    ServingStatus.SERVICE_UNKNOWN,
  ]);
  assert.equal(call.outcome, "");
  call.cancel();
  assert.equal(server.clock.timerCount, 0);
});

test("a watcher that does not read hears of the state that holds when it does", () => {
  const harness = new CallHarness();
  const { server } = harness;
  const call = harness.call(healthMethods.watch.path);
  call.send(healthMethods.watch.encodeRequest({}));
  call.stream.unsentSize = 7;
  server.isServerReady = false;
  server.clock.advance(3000);
  server.isServerReady = true;
  server.clock.advance(3000);
  call.stream.unsentSize = 0;
  server.clock.advance(3000);
  assert.deepEqual(statusesOf(call), [ServingStatus.SERVING]);
});

test("watches end with the server", () => {
  const harness = new CallHarness();
  const call = harness.call(healthMethods.watch.path);
  call.send(healthMethods.watch.encodeRequest({}));
  harness.frontend.shutDown();
  assert.deepEqual(statusesOf(call), [ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  assert.match(call.outcome, /^14 /);
  assert.equal(harness.server.clock.timerCount, 0);
});
