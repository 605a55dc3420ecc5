import assert from "node:assert/strict";
import { test } from "node:test";
import { Batch } from "../../model/batch.ts";
import { InferenceRequest } from "../../model/request.ts";
import { Tensor } from "../../model/tensor.ts";
import { onBatchEnd } from "../../model/testing/batch-listener.ts";
import { modelSpec } from "../../model/testing/model-spec.ts";
import { PlanKey } from "./plan-key.ts";

const EMPTY_MODEL = modelSpec();

/** A request of some rows. */
function request(
  shapes: Readonly<Record<string, readonly number[]>>,
  outputs: string[] | null = null,
): InferenceRequest {
  const made = new InferenceRequest(EMPTY_MODEL, { send() {} }, 0);
  made.inputs = Object.entries(shapes).map(
    ([name, shape]) => new Tensor(name, "FP32", shape, new Uint8Array(0), null),
  );
  made.requestedOutputs = outputs;
  made.batchSize = made.inputs[0]?.shape[0] ?? 1;
  return made;
}

function batch(...requests: InferenceRequest[]): Batch {
  return new Batch(requests, onBatchEnd());
}

test("batches with the same rows, shapes and outputs have one key", () => {
  const key = new PlanKey(batch(request({ a: [2, 3], b: [2] })), true);
  const same = batch(request({ a: [2, 3], b: [2] }));
  assert.ok(key.matches(same));
  assert.equal(key.toString(), new PlanKey(same, true).toString());
});

test("rows count for the batch as a whole, however they are spread over requests", () => {
  const key = new PlanKey(batch(request({ a: [3, 4] })), true);
  const spread = batch(request({ a: [1, 4] }), request({ a: [2, 4] }));
  assert.ok(key.matches(spread));
  assert.equal(key.toString(), new PlanKey(spread, true).toString());
  assert.equal(key.matches(batch(request({ a: [1, 4] }), request({ a: [1, 4] }))), false);
});

test("without a batch dimension every size counts", () => {
  const single = (shape: number[]) => {
    const made = request({ a: shape });
    made.batchSize = 1;
    return batch(made);
  };
  const key = new PlanKey(single([2, 3]), false);
  assert.ok(key.matches(single([2, 3])));
  assert.equal(key.matches(single([3, 3])), false);
  assert.notEqual(key.toString(), new PlanKey(single([3, 3]), false).toString());
});

test("another name, rank, size, number of inputs or order has another key", () => {
  const key = new PlanKey(batch(request({ a: [1, 3], b: [1, 4] })), true);
  for (const other of [
    request({ a: [1, 3] }),
    request({ a: [1, 3], c: [1, 4] }),
    request({ a: [1, 3], b: [1, 4, 1] }),
    request({ a: [1, 3], b: [1, 5] }),
    request({ b: [1, 4], a: [1, 3] }),
  ]) {
    assert.equal(key.matches(batch(other)), false);
    assert.notEqual(key.toString(), new PlanKey(batch(other), true).toString());
  }
});

test("one odd request makes the batch another one", () => {
  const key = new PlanKey(batch(request({ a: [2, 3] })), true);
  assert.equal(key.matches(batch(request({ a: [1, 3] }), request({ a: [1, 4] }))), false);
});

test("requested outputs count as what the batch wants in all", () => {
  const key = new PlanKey(batch(request({ a: [1] }, ["x"])), true);
  assert.ok(key.matches(batch(request({ a: [1] }, ["x"]))));
  assert.equal(key.matches(batch(request({ a: [1] }, ["y"]))), false);
  assert.equal(key.matches(batch(request({ a: [1] }))), false);
  const all = new PlanKey(batch(request({ a: [1] })), true);
  assert.ok(all.matches(batch(request({ a: [1] }, []))), "no names ask for all outputs");
  const both = new PlanKey(batch(request({ a: [1] }, ["x"]), request({ a: [1] }, ["y"])), true);
  assert.ok(both.matches(batch(request({ a: [1] }, ["y"]), request({ a: [1] }, ["x", "y"]))));
});

test("names cannot be made to look like another key", () => {
  const odd = new PlanKey(batch(request({ 'a",1],["b': [1, 2] })), true);
  const plain = new PlanKey(batch(request({ a: [1, 1], b: [1, 2] })), true);
  assert.notEqual(odd.toString(), plain.toString());
});

test("inputs that the scheduler adds count like a request's own, and as inputs of another kind", () => {
  const withOverrides = (names: readonly string[], shape: readonly number[] = [1, 1]) => {
    const made = request({ a: [1, 3] });
    made.overrideInputs = names.map(
      (name) => new Tensor(name, "INT32", shape, new Uint8Array(4), null),
    );
    return batch(made);
  };
  const key = new PlanKey(withOverrides(["START", "END"]), true);
  const same = withOverrides(["START", "END"]);
  assert.ok(key.matches(same));
  assert.equal(key.toString(), new PlanKey(same, true).toString());
  for (const other of [
    batch(request({ a: [1, 3] })),
    batch(request({ a: [1, 3], START: [1, 1], END: [1, 1] })),
    withOverrides(["START"]),
    withOverrides(["START", "READY"]),
    withOverrides(["START", "END"], [1, 2]),
  ]) {
    assert.equal(key.matches(other), false);
    assert.notEqual(key.toString(), new PlanKey(other, true).toString());
  }
});
