// Tests ModelVersion with a sequence batcher: states, counts, statistics, empty rows, rescheduling, and how it ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, DataType, ModelSequenceBatching_Control_Kind } from "@nereid/protocol";
import { AlarmClock } from "../base/alarm-clock.ts";
import type { Clock } from "../base/clock.ts";
import { compileModelSpec } from "../config/compile-model-spec.ts";
import type { Instance, InstancePlacement } from "../model/backend.ts";
import type { Batch } from "../model/batch.ts";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import type { SequenceState } from "../model/sequence-state.ts";
import { Tensor } from "../model/tensor.ts";
import { RateLimiter } from "../scheduling/rate-limiter.ts";
import { ModelVersion } from "./model-version.ts";
import { VersionStatistics } from "./version-statistics.ts";

const PLACEMENT: InstancePlacement = {
  name: "m_0",
  kind: "CPU",
  deviceId: 0,
  profiles: [],
  isPassive: false,
};

class CountedState implements SequenceState {
  releaseCount = 0;

  release(): void {
    this.releaseCount++;
  }
}

/** Holds its batch until the test lets it go, and keeps the states that it has made. */
class HeldInstance implements Instance {
  readonly placement = PLACEMENT;
  readonly states: CountedState[] = [];
  /** Ids of the requests of each batch; "-" for an empty row. */
  readonly batches: string[][] = [];
  batch: Batch | null = null;

  createSequenceState(): SequenceState {
    const state = new CountedState();
    this.states.push(state);
    return state;
  }

  execute(batch: Batch): void {
    assert.equal(this.batch, null, "one batch at a time");
    this.batch = batch;
    this.batches.push(batch.requests.map(({ id, isNull }) => (isNull ? "-" : id)));
  }

  /** Ends what runs, but for those that are to come again. */
  finish(rescheduled: readonly string[] = []): void {
    const { batch } = this;
    assert.ok(batch);
    this.batch = null;
    batch.computeInputEndNs = batch.computeStartNs;
    batch.computeOutputStartNs = batch.computeStartNs;
    batch.computeEndNs = batch.computeStartNs;
    for (const [index, { id }] of batch.requests.entries()) {
      if (rescheduled.includes(id)) {
        batch.reschedule(index);
      }
    }
    batch.complete(
      batch.requests.map(({ id }) => (rescheduled.includes(id) ? null : InferenceResponse.ok([]))),
    );
  }

  cancel(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A clock that a test winds, and an event loop that it turns. */
class FakeTime implements Clock {
  time = 0;
  readonly turns: (() => void)[] = [];
  #timers: { readonly atNs: number; readonly callback: () => void }[] = [];

  nowNs(): number {
    return this.time;
  }

  epochMs(): number {
    return 1;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { atNs: this.time + delayMs * 1e6, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  turn(): void {
    for (const turn of this.turns.splice(0)) {
      turn();
    }
  }

  pass(ms: number): void {
    this.time += ms * 1e6;
    const due = this.#timers.filter(({ atNs }) => atNs <= this.time);
    this.#timers = this.#timers.filter(({ atNs }) => atNs > this.time);
    for (const { callback } of due) {
      callback();
    }
  }
}

interface SetUpOptions {
  readonly strategy?: "direct" | "oldest";
  readonly isIterative?: boolean;
  readonly isSequence?: boolean;
  readonly instanceCount?: number;
  readonly limiter?: RateLimiter;
}

function setUp(options: SetUpOptions = {}) {
  const { strategy = "direct", isIterative = false, isSequence = true, limiter } = options;
  const config = createModelConfig({
    name: "m",
    maxBatchSize: 3,
    input: [{ name: "X", dataType: DataType.TYPE_UINT8, dims: [1n] }],
    ...(isSequence
      ? {
          schedulingChoice: {
            case: "sequenceBatching" as const,
            value: {
              maxSequenceIdleMicroseconds: 1_000_000n,
              iterativeSequence: isIterative,
              state: [{ inputName: "i", outputName: "o" }],
              strategyChoice: { case: strategy, value: {} },
              controlInput: [
                {
                  name: "READY",
                  control: [
                    {
                      kind: ModelSequenceBatching_Control_Kind.CONTROL_SEQUENCE_READY,
                      int32FalseTrue: [0, 1],
                    },
                  ],
                },
              ],
            },
          },
        }
      : {}),
  });
  const spec = compileModelSpec(config, 1n, new Map());
  const time = new FakeTime();
  const instances = Array.from({ length: options.instanceCount ?? 1 }, () => new HeldInstance());
  const version = new ModelVersion({
    spec,
    config,
    instances,
    statistics: new VersionStatistics("m", 1n),
    limits:
      limiter === undefined
        ? null
        : {
            limiter,
            instances: instances.map(() => limiter.register({ demands: [], priority: 0 })),
          },
    cache: null,
    clock: time,
    alarmClock: new AlarmClock({
      clock: time,
      wait: null,
      nextTurn: (callback) => time.turns.push(callback),
    }),
    releaseFiles: () => Promise.resolve(),
    model: { createInstance: () => assert.fail("made already"), close: () => Promise.resolve() },
  });
  const answered: string[] = [];
  const sender: ResponseSender = {
    send(request, response) {
      answered.push(
        response?.error ? `${request.id}: ${response.error.message}`.trimEnd() : request.id,
      );
    },
  };
  /** `place` is "S" for a start, "E" for an end, "" or both. */
  const send = (id: string, sequence: bigint, place = ""): InferenceRequest => {
    const request = new InferenceRequest(spec, sender, time.time);
    request.id = id;
    request.correlationId = sequence;
    request.isSequenceStart = place.includes("S");
    request.isSequenceEnd = place.includes("E");
    request.inputs = [new Tensor("X", "UINT8", [1, 1], new Uint8Array(1), null)];
    version.enqueue(request);
    return request;
  };
  const [instance] = instances;
  assert.ok(instance);
  return { version, instance, instances, time, answered, send };
}

async function end(version: ModelVersion): Promise<void> {
  version.stop();
  await version.close();
}

test("an empty row is part of the batch, and counted nowhere but in the batch's size", async () => {
  const { version, instance, time, answered, send } = setUp();
  send("a1", 1n, "S");
  instance.finish();
  send("b1", 2n, "SE");
  assert.equal(instance.batches.length, 1, "another request of this turn may fill the empty row");
  time.turn();
  assert.deepEqual(instance.batches, [["a1"], ["-", "b1"]]);
  const [empty] = instance.batch?.requests ?? [];
  assert.equal(empty?.overrideInputs?.[0]?.bytes[0], 0);
  instance.finish();
  const { statistics } = version;
  assert.equal(statistics.success.count, 2);
  assert.equal(statistics.inferenceCount, 2);
  assert.equal(statistics.executionCount, 2);
  assert.equal(statistics.pendingCount, 0);
  assert.deepEqual(
    statistics.batches.map(({ batchSize, computeInfer }) => [batchSize, computeInfer.count]),
    [
      [1, 1],
      [2, 1],
    ],
  );
  assert.deepEqual(answered, ["a1", "b1"]);
  await end(version);
});

test("a sequence has one state from its start to its end, a restart has a new one", async () => {
  const { version, instance, send } = setUp({ strategy: "oldest" });
  const first = send("1", 1n, "S");
  instance.finish();
  const second = send("2", 1n);
  assert.equal(second.sequenceState, first.sequenceState);
  instance.finish();
  const restarted = send("3", 1n, "S");
  assert.notEqual(restarted.sequenceState, first.sequenceState);
  instance.finish();
  send("4", 1n, "E");
  assert.deepEqual(
    instance.states.map(({ releaseCount }) => releaseCount),
    [1, 0],
    "not while the last request runs",
  );
  instance.finish();
  assert.deepEqual(
    instance.states.map(({ releaseCount }) => releaseCount),
    [1, 1],
  );
  await end(version);
});

for (const strategy of ["direct", "oldest"] as const) {
  test(`${strategy}: a sequence that has not ended is counted, and gives its state back when the version closes`, async () => {
    const { version, instance, send } = setUp({ strategy });
    send("1", 1n, "S");
    instance.finish();
    assert.equal(version.inflightCount, 1);
    await end(version);
    assert.equal(instance.states[0]?.releaseCount, 1);
    assert.equal(version.inflightCount, 0);
  });

  test(`${strategy}: a version that has stopped refuses new sequences, and lets those that have begun end`, async () => {
    const { version, instance, answered, send } = setUp({ strategy });
    send("1", 1n, "S");
    instance.finish();
    version.stop();
    assert.throws(() => send("x", 2n, "S"), {
      message:
        "Server is stopping, scheduler for model has stopped accepting new inference requests",
    });
    let isDrained = false;
    const drained = version.drained().then(() => {
      isDrained = true;
    });
    send("2", 1n, "E");
    await Promise.resolve();
    assert.equal(isDrained, false);
    instance.finish();
    await drained;
    assert.deepEqual(answered, ["1", "2"]);
    await version.close();
  });

  test(`${strategy}: a sequence that is idle for too long loses its slot and its state`, async () => {
    const { version, instance, time, send } = setUp({ strategy });
    send("1", 1n, "S");
    time.pass(5000);
    assert.equal(version.inflightCount, 1, "what runs is not idle");
    instance.finish();
    time.pass(999);
    send("2", 1n);
    instance.finish();
    time.pass(1001);
    assert.equal(instance.states[0]?.releaseCount, 1);
    assert.throws(() => send("3", 1n), {
      message:
        "inference request for sequence 1 to model 'm' must specify the START flag on the first request of the sequence",
    });
    await version.drained();
    await end(version);
  });

  test(`${strategy}: a cancelled request takes the rest of its sequence with it, and nothing else`, async () => {
    const { version, instance, time, answered, send } = setUp({ strategy });
    send("a1", 1n, "S");
    const second = send("a2", 1n);
    send("a3", 1n, "E");
    send("b1", 2n, "SE");
    second.cancel();
    assert.deepEqual(answered, ["a2:", "a3:"]);
    assert.equal(version.statistics.failuresByReason.CANCELED, 2);
    assert.throws(() => send("a4", 1n), /must specify the START flag/);
    instance.finish();
    time.turn();
    instance.finish();
    assert.deepEqual(answered.slice(2), ["a1", "b1"]);
    assert.equal(version.statistics.pendingCount, 0);
    await end(version);
    assert.ok(instance.states.every(({ releaseCount }) => releaseCount === 1));
  });
}

test("a request that an iterative model gives back runs again, not as a start, until it is let go", async () => {
  const { version, instance, answered, send } = setUp({ isIterative: true, strategy: "oldest" });
  const request = send("1", 0n);
  assert.equal(request.isSequenceStart, true);
  assert.notEqual(request.correlationId, 0n);
  instance.finish(["1"]);
  assert.deepEqual(instance.batches, [["1"], ["1"]]);
  assert.equal(request.isSequenceStart, false);
  assert.deepEqual(answered, []);
  instance.finish();
  assert.deepEqual(answered, ["1"]);
  assert.equal(version.statistics.success.count, 2, "each round counts");
  assert.equal(version.inflightCount, 0);
  await end(version);
});

for (const strategy of ["direct", "oldest"] as const) {
  test(`${strategy}: a client's END does not keep an iterative model from giving the request back`, async () => {
    const { version, instance, answered, send } = setUp({ isIterative: true, strategy });
    send("1", 7n, "SE");
    instance.finish(["1"]);
    assert.deepEqual(answered, []);
    instance.finish();
    assert.deepEqual(answered, ["1"]);
    assert.throws(() => send("2", 7n), /must specify the START flag/);
    await end(version);
  });
}

for (const isSequence of [true, false]) {
  test(`a request that ${isSequence ? "a sequence's" : "another"} model gives back without being iterative fails`, async () => {
    const { version, instance, answered, send } = setUp({ isSequence });
    send("1", 1n, "SE");
    instance.finish(["1"]);
    assert.deepEqual(answered, [
      "1: Request is released with TRITONSERVER_REQUEST_RELEASE_RESCHEDULE, while the model is not configured to " +
        "handle such a flag.",
    ]);
    assert.equal(version.statistics.fail.count, 1);
    assert.equal(version.statistics.success.count, 0);
    assert.equal(version.statistics.pendingCount, 0);
    await end(version);
  });
}

test("with a rate limiter a sequence still stays on its instance", async () => {
  const limiter = new RateLimiter([], { nowNs: () => 0, deferTurn: () => {} });
  const { version, instances, send } = setUp({ instanceCount: 2, limiter });
  const [first, second] = instances;
  assert.ok(first && second);
  send("a1", 1n, "S");
  send("b1", 2n, "S");
  const [owner, other] = first.batches[0]?.[0] === "a1" ? [first, second] : [second, first];
  owner.finish();
  other.finish();
  for (let count = 2; count < 6; count++) {
    send(`a${count}`, 1n);
    assert.equal(owner.batch?.requests.at(-1)?.id, `a${count}`);
    owner.finish();
  }
  assert.deepEqual(other.batches.flat(), ["b1"]);
  await end(version);
});
