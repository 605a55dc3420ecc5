import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeModelStreamInferResponse } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { CallHarness } from "./testing/call-harness.ts";
import { FakeModel } from "./testing/fake-server.ts";
import { FakeHead } from "./testing/fake-stream.ts";
import { inferRequest } from "./testing/infer-messages.ts";

/** Above the size up to which outputs are copied. */
const LARGE = 8192;

const request = fc.record({
  kind: fc.constant("request" as const),
  model: fc.constantFrom("once", "many", "none"),
  isLarge: fc.boolean(),
});
const answer = fc.record({
  kind: fc.constant("answer" as const),
  model: fc.constantFrom("once", "many"),
  index: fc.nat(5),
  isFinal: fc.boolean(),
  isError: fc.boolean(),
});
const step = fc.oneof(
  request,
  answer,
  fc.record({ kind: fc.constantFrom("full", "drain", "flush", "end", "garbage", "cancel") }),
);

test("whatever happens on a stream, answers keep their order and all memory comes back", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, endsAtError) => {
      const models = { once: new FakeModel("once"), many: new FakeModel("many", true) };
      const harness = new CallHarness([models.once, models.many]);
      const call = harness.call(
        "ModelStreamInfer",
        endsAtError ? { triton_grpc_error: "true" } : {},
      );
      call.stream.isStuck = true;
      let sent = 0;
      for (const each of steps) {
        switch (each.kind) {
          case "request": {
            const values = new Float32Array(each.isLarge ? LARGE : 2);
            call.send(inferRequest({ model: each.model, id: String(sent++), values }));
            break;
          }
          case "answer": {
            const model = models[each.model];
            const waiting = model.waiting[each.index];
            if (waiting !== undefined) {
              const isFinal = each.isFinal || each.model === "once";
              if (each.isError) {
                model.refuse(waiting, "broken", isFinal);
              } else {
                model.answer(waiting, isFinal);
              }
            }
            break;
          }
          case "full":
            call.stream.hasRoom = false;
            break;
          case "drain":
            call.drain();
            break;
          case "flush":
            call.stream.flush();
            break;
          case "end":
            call.end();
            break;
          case "garbage":
            call.send(Uint8Array.of(0x0a, 99));
            break;
          default:
            if (call.stream.isOpen) {
              call.cancel();
            }
        }
      }
      finish(models, call);
      const ids = call.stream.messages.map(
        ({ bytes }) => decodeModelStreamInferResponse(bytes).response,
      );
      const inOrder = ids
        .filter(({ modelName }) => modelName !== "many")
        .map(({ id }) => Number(id));
      assert.deepEqual(
        inOrder,
        inOrder.toSorted((left, right) => left - right),
      );
      assert.equal(models.once.outputsInUse + models.many.outputsInUse, 0);
      assert.equal(call.stream.heldCount, 0);
    }),
    fuzzOptions(),
  );
});

/** Ends everything that is still open. */
function finish(
  models: { readonly once: FakeModel; readonly many: FakeModel },
  call: ReturnType<CallHarness["call"]>,
): void {
  if (call.stream.isOpen) {
    call.drain();
  }
  for (let turn = 0; turn < 100; turn++) {
    for (const model of [models.once, models.many]) {
      const [waiting] = model.waiting;
      if (waiting !== undefined) {
        model.answer(waiting);
      }
    }
  }
  call.end();
  call.stream.flush();
  assert.equal(call.stream.isOpen, false);
}

const headerName = fc.constantFrom(
  "te",
  "content-type",
  "grpc-timeout",
  "grpc-encoding",
  "grpc-accept-encoding",
  "x",
);
const headerValue = fc.oneof(
  fc.constantFrom("trailers", "application/grpc", "gzip", "5S", "0n", "identity"),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const path = fc.constantFrom(
  "/inference.GRPCInferenceService/ModelInfer",
  "/inference.GRPCInferenceService/ModelStreamInfer",
  "/inference.GRPCInferenceService/LogSettings",
  "/inference.GRPCInferenceService/RepositoryModelLoad",
  "/grpc.health.v1.Health/Check",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/nothing",
);

test("any head with any messages ends with a status or a reset, and all memory comes back", async () => {
  await fc.assert(
    fc.asyncProperty(
      path,
      fc.dictionary(headerName, headerValue, { maxKeys: 4 }),
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 3 })), {
        maxLength: 3,
      }),
      async (target, headers, messages) => {
        const harness = new CallHarness([new FakeModel("model")]);
        const call = harness.callWith(new FakeHead(target, headers));
        for (const [bytes, flags] of messages) {
          call.send(bytes, flags);
        }
        call.end();
        await call.settled();
        assert.ok(call.stream.resetCode !== null || /^[0-9]/.test(call.outcome), call.outcome);
        assert.equal(call.stream.heldCount, 0);
        assert.equal(harness.server.models.get("model")?.waiting.length, 0);
      },
    ),
    fuzzOptions(),
  );
});
