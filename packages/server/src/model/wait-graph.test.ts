import assert from "node:assert/strict";
import { test } from "node:test";
import { Batch } from "./batch.ts";
import type { ModelSpec } from "./model-spec.ts";
import { InferenceRequest } from "./request.ts";
import { onBatchEnd } from "./testing/batch-listener.ts";
import { circleError, WaitGraph } from "./wait-graph.ts";

const spec = (name: string): ModelSpec => ({ name }) as ModelSpec; // nothing else of it is read

/** A request that waits in its model's queue. */
function request(model: ModelSpec): InferenceRequest {
  const created = new InferenceRequest(model, { send() {} }, 0);
  created.state = "pending";
  return created;
}

/** An instance that executes requests; without any it is free. */
class FakeInstance {
  readonly spec: ModelSpec;
  runningBatch: Batch | null = null;
  aheadBatches: readonly Batch[] = [];

  constructor(graph: WaitGraph, model: ModelSpec, ...requests: readonly InferenceRequest[]) {
    this.spec = model;
    graph.add(this);
    if (requests.length > 0) {
      this.run(...requests);
    }
  }

  run(...requests: readonly InferenceRequest[]): void {
    for (const running of requests) {
      running.state = "executing";
    }
    this.runningBatch = new Batch(requests, onBatchEnd());
  }
}

const busy = (graph: WaitGraph, model: ModelSpec): FakeInstance =>
  new FakeInstance(graph, model, request(model));

test("a model with one instance that calls itself would wait for ever, with a second one it does not", () => {
  const graph = new WaitGraph();
  const model = spec("m");
  const first = busy(graph, model);
  assert.equal(graph.begin(first, request(model)), false);
  const second = new FakeInstance(graph, model);
  const call = request(model);
  assert.equal(graph.begin(first, call), true);
  second.run(call);
  assert.equal(graph.begin(second, request(model)), false);
  graph.end(first, call);
  assert.equal(graph.begin(second, request(model)), true);
});

test("what an instance has taken in ahead waits for what it executes, though another instance is free", () => {
  const graph = new WaitGraph();
  const [a, b] = [spec("a"), spec("b")];
  const caller = busy(graph, a);
  const called = busy(graph, b);
  const other = busy(graph, b);
  const call = request(b);
  assert.equal(graph.begin(caller, call), true);
  call.state = "executing";
  called.aheadBatches = [new Batch([call], onBatchEnd())];
  assert.equal(graph.begin(called, request(a)), false);
  assert.equal(graph.begin(other, request(a)), true);
});

test("a refused wait is not noted: the instance may still be waited for", () => {
  const graph = new WaitGraph();
  const [a, b] = [spec("a"), spec("b")];
  const caller = busy(graph, a);
  const other = busy(graph, b);
  assert.equal(graph.begin(caller, request(a)), false);
  assert.equal(graph.begin(other, request(a)), true);
});

test("circles through other models are found, however long", () => {
  const graph = new WaitGraph();
  const models = Array.from({ length: 20 }, (_, index) => spec(`m${index}`));
  const instances = models.map((model) => busy(graph, model));
  for (const [index, instance] of instances.slice(0, -1).entries()) {
    assert.equal(graph.begin(instance, request(models[index + 1]!)), true);
  }
  assert.equal(graph.begin(instances.at(-1)!, request(models[0]!)), false);
  assert.equal(graph.begin(instances.at(-1)!, request(spec("elsewhere"))), true);
  graph.remove(instances[10]!);
  assert.equal(graph.begin(instances.at(-1)!, request(models[0]!)), true);
});

test("what runs on an instance that waits for nothing is no circle, though every other one waits", () => {
  const graph = new WaitGraph();
  const [a, b] = [spec("a"), spec("b")];
  const caller = busy(graph, a);
  const call = request(b);
  assert.equal(graph.begin(caller, call), true);
  new FakeInstance(graph, b, call);
  const stuck = busy(graph, b);
  assert.equal(graph.begin(stuck, request(a)), true, "the caller's own call is being executed");
});

test("an instance that executes nothing waits for nobody", () => {
  const graph = new WaitGraph();
  const [a, b] = [spec("a"), spec("b")];
  const caller = busy(graph, a);
  const other = busy(graph, b);
  assert.equal(graph.begin(caller, request(b)), true);
  caller.runningBatch = null;
  assert.equal(graph.begin(other, request(a)), true);
});

test("several calls of one instance are noted one by one, and the last that is answered frees it", () => {
  const graph = new WaitGraph();
  const [a, b] = [spec("a"), spec("b")];
  const caller = busy(graph, a);
  const other = busy(graph, b);
  const calls = [request(b), request(b)];
  for (const call of calls) {
    assert.equal(graph.begin(caller, call), true);
  }
  graph.end(caller, calls[0]!);
  graph.end(caller, calls[0]!);
  assert.equal(graph.begin(other, request(a)), false);
  graph.end(caller, calls[1]!);
  assert.equal(graph.begin(other, request(a)), true);
});

test("a request that is answered after its batch is no reason to wait for its instance", () => {
  const graph = new WaitGraph();
  const [a, b] = [spec("decoupled"), spec("b")];
  const early = request(a);
  early.state = "executing";
  const caller = busy(graph, b);
  assert.equal(graph.begin(caller, early), true);
  const decoupled = busy(graph, a);
  assert.equal(graph.begin(decoupled, request(b)), true);
});

test("an ensemble's request waits for its open steps, also inside of another ensemble", () => {
  const graph = new WaitGraph();
  const [a, ensemble] = [spec("a"), spec("ensemble")];
  const caller = busy(graph, a);
  const outer = request(ensemble);
  assert.equal(graph.begin(caller, outer), true, "no step has begun");
  const inner = request(ensemble);
  outer.steps = { openRequests: [inner] };
  const elsewhere = request(spec("elsewhere"));
  inner.steps = { openRequests: [elsewhere] };
  assert.equal(graph.canBeAnswered(elsewhere), true);
  const step = request(a);
  inner.steps = { openRequests: [elsewhere, step] };
  assert.equal(graph.canBeAnswered(step), false);
  new FakeInstance(graph, a);
  assert.equal(graph.canBeAnswered(step), true);
});

test("without waits every request can be answered", () => {
  const graph = new WaitGraph();
  const model = spec("m");
  busy(graph, model);
  assert.equal(graph.canBeAnswered(request(model)), true);
});

test("the error names the model whose instances all wait", () => {
  assert.match(
    circleError(spec("m")).message,
    /^every instance of model 'm' waits, .* never be answered/,
  );
});
