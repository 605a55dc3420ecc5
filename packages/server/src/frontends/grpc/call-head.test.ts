import assert from "node:assert/strict";
import { test } from "node:test";
import { CallHarness } from "./testing/call-harness.ts";
import { FakeModel } from "./testing/fake-server.ts";
import { FakeHead } from "./testing/fake-stream.ts";
import { inferRequest } from "./testing/infer-messages.ts";

const LIVE = "/inference.GRPCInferenceService/ServerLive";

async function outcomeOf(head: FakeHead): Promise<string> {
  const { stream } = await new CallHarness().callWith(head).send(new Uint8Array(0)).settled();
  return stream.resetCode === null ? stream.outcome : `reset ${stream.resetCode}`;
}

test("heads that break gRPC's rules end their streams, others get what they deserve", async () => {
  const cases: readonly (readonly [FakeHead, string])[] = [
    [new FakeHead(LIVE), "0"],
    [new FakeHead(LIVE, { "content-type": "application/grpc+proto" }), "0"],
    [new FakeHead(LIVE, { "content-type": "application/grpc;charset=utf-8" }), "0"],
    [new FakeHead(LIVE, { "content-type": "" }), "0"],
    [new FakeHead(LIVE, { "content-type": "application/json" }), "reset 2"],
    [new FakeHead(LIVE, { "content-type": "application/grpc-web" }), "reset 2"],
    [new FakeHead(LIVE, { "content-type": "Application/GRPC" }), "reset 2"],
    [new FakeHead(LIVE, { "grpc-encoding": "br" }), "reset 2"],
    [new FakeHead(LIVE, { "grpc-encoding": "identity" }), "0"],
    [new FakeHead(LIVE, { "grpc-timeout": "abc" }), "reset 2"],
    [new FakeHead(LIVE, { "grpc-timeout": "99999999999H" }), "0"],
    [new FakeHead(LIVE, { "grpc-timeout": "0n" }), "4 Deadline Exceeded"],
    [new FakeHead(LIVE, { te: "gzip" }), "reset 2"],
    [new FakeHead(LIVE, { te: "" }), "2 Missing :te header"],
    [new FakeHead(LIVE, {}, "GET"), "2 Bad method header"],
    [new FakeHead(LIVE, { "content-type": "text/html" }, "GET"), "reset 2"],
    [new FakeHead(`${LIVE}?x`), "12"],
    [new FakeHead("/foo"), "12"],
    [new FakeHead("/foo", { "grpc-timeout": "0S" }), "4 Deadline Exceeded"],
  ];
  for (const [head, outcome] of cases) {
    assert.equal(await outcomeOf(head), outcome, `${head.path} ${head.header("content-type")}`);
  }
});

test("a restricted protocol answers only calls with its metadata", async () => {
  const harness = new CallHarness([], {
    restrictedApis: [{ apis: ["health"], header: "Key", value: "v" }],
  });
  const refused = "14 This protocol is restricted, expecting header 'triton-grpc-protocol-Key'";
  const key = "triton-grpc-protocol-key";
  assert.equal(harness.call("ServerLive").outcome, refused);
  assert.equal(harness.call("ServerLive", { [key]: "w" }).outcome, refused);
  const allowed = harness.call("ServerLive", { [key]: "v" }).send(new Uint8Array(0));
  assert.equal((await allowed.settled()).outcome, "0");
  const other = harness.call("ServerMetadata").send(new Uint8Array(0));
  assert.equal((await other.settled()).outcome, "0");
});

test("metadata whose keys match become parameters, gRPC's own never", () => {
  const model = new FakeModel("model");
  const harness = new CallHarness([model], { headerForwardPattern: "^x-|grpc|te" });
  const headers = { "X-A": "1", "x-b": "é", "grpc-timeout": "5S", y: "2" };
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Buffer.from(value).toString("latin1"),
    ]),
  );
  harness.call("ModelInfer", lower).send(inferRequest({ parameters: { own: 5n } }));
  assert.deepEqual(
    [...(model.waiting[0]?.parameters ?? [])],
    [
      ["own", 5n],
      ["x-a", "1"],
      ["x-b", "é"],
    ],
  );
});

test("a reserved key that matches is the inference's error, in-band on a stream", () => {
  const harness = new CallHarness([new FakeModel("model")], { headerForwardPattern: "priority" });
  const message = "Header 'priority' is reserved for Triton usage and cannot be forwarded.";
  const unary = harness.call("ModelInfer", { priority: "1" }).send(inferRequest());
  assert.equal(unary.outcome, `3 ${message}`);
  const stream = harness.call("ModelStreamInfer", { priority: "1" }).send(inferRequest());
  assert.equal(stream.outcome, "");
  assert.match(Buffer.from(stream.stream.messages[0]?.bytes ?? []).toString(), new RegExp(message));
});

test("calls with the same head are judged once", () => {
  const harness = new CallHarness();
  const head = new FakeHead("/foo");
  harness.callWith(head);
  const { memo } = head;
  assert.notEqual(memo, null);
  harness.callWith(head);
  assert.equal(head.memo, memo);
});
