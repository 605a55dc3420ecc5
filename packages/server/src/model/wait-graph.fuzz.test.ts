// Tests with models that call each other at random, through ensembles, too: no call is refused that would have been answered,
// and with the others refused everything comes to an end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { Batch } from "./batch.ts";
import type { ModelSpec } from "./model-spec.ts";
import { InferenceRequest } from "./request.ts";
import { onBatchEnd } from "./testing/batch-listener.ts";
import { WaitGraph, type WaitingInstance } from "./wait-graph.ts";

interface FakeModel {
  readonly spec: ModelSpec;
  readonly queue: InferenceRequest[];
  /** Of an ensemble, the models of its steps, one after the other; null for others. */
  readonly steps: readonly FakeModel[] | null;
}

class FakeInstance implements WaitingInstance {
  readonly model: FakeModel;
  runningBatch: Batch | null = null;
  waitsFor: InferenceRequest | null = null;

  constructor(model: FakeModel) {
    this.model = model;
  }

  get spec(): ModelSpec {
    return this.model.spec;
  }
}

/** A server in small, in which time is what the test makes of it. */
class World {
  readonly graph = new WaitGraph();
  readonly models: FakeModel[] = [];
  readonly instances: FakeInstance[] = [];
  readonly requests: InferenceRequest[] = [];
  /** What is to be done when a request has been answered. */
  readonly #afterwards = new Map<InferenceRequest, () => void>();
  /** The first request that was to be refused, where none is. */
  unrefused: InferenceRequest | null = null;
  readonly #isRefusing: boolean;
  #deedCount = 0;

  /** @param ensembles for each the models of its steps, as numbers of models before it */
  constructor(
    instanceCounts: readonly number[],
    ensembles: readonly (readonly number[])[],
    isRefusing: boolean,
  ) {
    this.#isRefusing = isRefusing;
    for (const count of instanceCounts) {
      const model = this.#addModel(null);
      for (let index = 0; index < count; index++) {
        const instance = new FakeInstance(model);
        this.instances.push(instance);
        this.graph.add(instance);
      }
    }
    for (const numbers of ensembles) {
      this.#addModel(numbers.map((number) => this.models[number % this.models.length]!));
    }
  }

  /** A client's request, or another one. */
  send(model: FakeModel, afterwards: () => void = () => {}): void {
    this.#enqueue(this.#createRequest(model, afterwards), model);
  }

  /** A model asks another one while it executes. */
  call(instance: FakeInstance, target: FakeModel): void {
    const request = this.#createRequest(target, () => {
      this.graph.end(instance, request);
      instance.waitsFor = null;
    });
    instance.waitsFor = request;
    if (this.#isAllowed(request, this.graph.begin(instance, request))) {
      this.#enqueue(request, target);
    } else {
      this.#answer(request);
    }
  }

  /** Free instances take what waits for them. */
  assign(instance: FakeInstance): void {
    const request = instance.runningBatch === null ? instance.model.queue.shift() : undefined;
    if (request !== undefined) {
      request.state = "executing";
      instance.runningBatch = new Batch([request], onBatchEnd());
      this.#deedCount++;
    }
  }

  /** What an instance executes comes to its end, if it waits for nothing. */
  finish(instance: FakeInstance): void {
    const { runningBatch } = instance;
    if (runningBatch !== null && instance.waitsFor === null) {
      instance.runningBatch = null;
      this.#deedCount++;
      this.#answer(runningBatch.requests[0]!);
    }
  }

  /** Lets everything come to its end that does so without further calls. */
  drain(): void {
    for (let deedCount = -1; deedCount !== this.#deedCount; ) {
      deedCount = this.#deedCount;
      for (const instance of this.instances) {
        this.assign(instance);
        this.finish(instance);
      }
    }
  }

  /** Requests that have not been answered. */
  get openCount(): number {
    return this.requests.filter(({ state }) => state !== "released").length;
  }

  #addModel(steps: readonly FakeModel[] | null): FakeModel {
    const name = `m${this.models.length}`;
    const model = { spec: { name } as ModelSpec, queue: [], steps };
    this.models.push(model);
    return model;
  }

  #createRequest(model: FakeModel, afterwards: () => void): InferenceRequest {
    const request = new InferenceRequest(model.spec, { send() {} }, 0);
    this.requests.push(request);
    this.#afterwards.set(request, afterwards);
    return request;
  }

  #enqueue(request: InferenceRequest, model: FakeModel): void {
    request.state = "pending";
    if (model.steps === null) {
      model.queue.push(request);
    } else {
      request.state = "executing";
      this.#runStep(request, model.steps, 0);
    }
  }

  #runStep(whole: InferenceRequest, steps: readonly FakeModel[], index: number): void {
    const model = steps[index];
    if (model === undefined) {
      this.#answer(whole);
      return;
    }
    const step = this.#createRequest(model, () => this.#runStep(whole, steps, index + 1));
    whole.steps = { openRequests: [step] };
    if (this.#isAllowed(step, this.graph.canBeAnswered(step))) {
      this.#enqueue(step, model);
    } else {
      // The ensemble fails with its step.
      step.state = "released";
      this.#answer(whole);
    }
  }

  #isAllowed(request: InferenceRequest, isAllowed: boolean): boolean {
    if (isAllowed || this.unrefused !== null) {
      return true;
    }
    if (!this.#isRefusing) {
      this.unrefused = request;
      return true;
    }
    return false;
  }

  #answer(request: InferenceRequest): void {
    request.state = "released";
    this.#afterwards.get(request)?.();
  }
}

/** Does something to the world; a number chooses the instance, another one the model. */
function act(world: World, [deed, first, second]: readonly [number, number, number]): void {
  const instance = world.instances[first % world.instances.length]!;
  const model = world.models[second % world.models.length]!;
  switch (deed) {
    case 0:
      world.send(model);
      break;
    case 1:
      world.assign(instance);
      break;
    case 2:
      world.finish(instance);
      break;
    default:
      if (instance.runningBatch !== null && instance.waitsFor === null) {
        world.call(instance, model);
      }
  }
}

const worlds = fc.tuple(
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
  fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  fc.array(fc.tuple(fc.nat(5), fc.nat(20), fc.nat(20)), { maxLength: 80 }),
);

test("with the refused calls refused, every request is answered", () => {
  fc.assert(
    fc.property(worlds, ([instanceCounts, ensembles, deeds]) => {
      const world = new World(instanceCounts, ensembles, true);
      for (const deed of deeds) {
        act(world, deed);
      }
      world.drain();
      assert.equal(world.openCount, 0);
    }),
    fuzzOptions(),
  );
});

test("a call that would be refused is never answered if it is made all the same", () => {
  let refusedCount = 0;
  fc.assert(
    fc.property(worlds, ([instanceCounts, ensembles, deeds]) => {
      const world = new World(instanceCounts, ensembles, false);
      for (const deed of deeds) {
        act(world, deed);
        if (world.unrefused !== null) {
          break;
        }
      }
      world.drain();
      if (world.unrefused !== null) {
        refusedCount++;
        assert.notEqual(world.unrefused.state, "released");
      }
    }),
    fuzzOptions(),
  );
  assert.ok(refusedCount > 0, "no circle was made");
});
