import assert from "node:assert/strict";
import { test } from "node:test";
import { Batch } from "./batch.ts";
import type { ModelSpec } from "./model-spec.ts";
import { InferenceRequest } from "./request.ts";
import { InferenceResponse } from "./response.ts";

const MODEL = { name: "m", version: 1n } as ModelSpec; // nothing else of it is read

interface Heard {
  readonly answers: string[];
  completions: number;
}

function setUp(count: number): { batch: Batch; heard: Heard } {
  const heard: Heard = { answers: [], completions: 0 };
  const requests = Array.from(
    { length: count },
    () => new InferenceRequest(MODEL, { send() {} }, 0),
  );
  const batch = new Batch(requests, {
    onBatchResponse: (_batch, index, response, isFinal) => {
      heard.answers.push(`${index}${response === null ? " empty" : ""}${isFinal ? " final" : ""}`);
    },
    onBatchComplete: () => {
      heard.completions++;
    },
  });
  return { batch, heard };
}

test("a batch without answers of its own is over when it completes", () => {
  const { batch, heard } = setUp(2);
  assert.ok(batch.isOpen);
  batch.complete([InferenceResponse.ok([]), InferenceResponse.ok([])]);
  assert.equal(heard.completions, 1);
  assert.ok(!batch.isOpen);
});

test("requests without an outcome stay open until their final answer", () => {
  const { batch, heard } = setUp(3);
  batch.respond(0, InferenceResponse.ok([]), false);
  batch.respond(1, null, true);
  batch.complete([null, null, InferenceResponse.ok([])]);
  assert.ok(batch.isComplete && batch.isOpen);
  assert.deepEqual(
    [0, 1, 2].map((index) => batch.hasEnded(index)),
    [false, true, true],
  );
  batch.respond(0, InferenceResponse.ok([]), true);
  assert.ok(!batch.isOpen);
  assert.deepEqual(heard.answers, ["0", "1 empty final", "0 final"]);
});

test("a request that goes back to the scheduler has ended with its batch", () => {
  const { batch } = setUp(2);
  batch.reschedule(1);
  batch.complete([InferenceResponse.ok([]), null]);
  assert.ok(!batch.isOpen);
  assert.deepEqual(
    [0, 1].map((index) => batch.isRescheduled(index)),
    [false, true],
  );
});

test("no request is ended twice, and no batch", () => {
  const { batch } = setUp(3);
  batch.respond(0, null, true);
  assert.throws(() => batch.respond(0, null, true), /after its end/);
  assert.throws(() => batch.reschedule(0), /before its end/);
  assert.throws(
    () => batch.complete([InferenceResponse.ok([]), null, null]),
    /a request ends once/,
  );
  const { batch: other } = setUp(1);
  other.complete([InferenceResponse.ok([])]);
  assert.throws(() => other.complete([InferenceResponse.ok([])]), /completes once/);
  assert.throws(() => other.respond(0, null, true), /after its end/);
});

test("what is told of answers is numbered for each request, also after the batch", () => {
  const told: string[] = [];
  const request = () => new InferenceRequest(MODEL, { send() {} }, 0);
  const batch = new Batch([request(), request()], {
    onBatchResponse() {},
    onBatchComplete() {},
    onBatchReport: (_batch, responseIndex, { endNs }) => told.push(`${responseIndex}: ${endNs}`),
  });
  const report = (index: number, endNs: number): void => {
    batch.report(index, { startNs: 0, outputStartNs: 0, endNs, error: null });
  };
  report(0, 1);
  report(1, 2);
  batch.complete([null, null]);
  report(0, 3);
  assert.deepEqual(told, ["0: 1", "0: 2", "1: 3"]);
});
