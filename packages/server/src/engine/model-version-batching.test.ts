// Tests ModelVersion with a dynamic batcher: what becomes of batches' requests, answers and counts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, DataType, StatusCode, TritonError } from "@nereid/protocol";
import { AlarmClock } from "../base/alarm-clock.ts";
import type { Clock } from "../base/clock.ts";
import { compileModelSpec } from "../config/compile-model-spec.ts";
import type { Instance, InstancePlacement } from "../model/backend.ts";
import type { Batch } from "../model/batch.ts";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { ModelVersion } from "./model-version.ts";
import { VersionStatistics } from "./version-statistics.ts";

/** Holds its batch until the test lets it go. */
class HeldInstance implements Instance {
  readonly placement: InstancePlacement = {
    name: "m_0",
    kind: "CPU",
    deviceId: 0,
    profiles: [],
    isPassive: false,
  };
  readonly sizes: number[] = [];
  readonly cancelled: Batch[] = [];
  batch: Batch | null = null;

  execute(batch: Batch): void {
    assert.equal(this.batch, null, "one batch at a time");
    this.sizes.push(batch.size);
    this.batch = batch;
  }

  finish(error: TritonError | null = null): void {
    const { batch } = this;
    assert.ok(batch);
    this.batch = null;
    batch.computeInputEndNs = batch.computeStartNs;
    batch.computeOutputStartNs = batch.computeStartNs;
    batch.computeEndNs = batch.computeStartNs;
    batch.hasFailed = error !== null;
    batch.complete(
      batch.requests.map(() =>
        error === null ? InferenceResponse.ok([]) : InferenceResponse.failed(error),
      ),
    );
  }

  cancel(batch: Batch): void {
    this.cancelled.push(batch);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A clock that a test winds, and an event loop that it turns. */
class FakeTime implements Clock {
  time = 0;
  readonly turns: (() => void)[] = [];

  nowNs(): number {
    return this.time;
  }

  epochMs(): number {
    return 1;
  }

  setTimer(): () => void {
    return () => {};
  }

  turn(): void {
    for (const turn of this.turns.splice(0)) {
      turn();
    }
  }
}

function setUp(batching: string, instanceCount = 1) {
  const config = createModelConfig({
    name: "m",
    maxBatchSize: 4,
    input: [{ name: "X", dataType: DataType.TYPE_UINT8, dims: [1n] }],
    schedulingChoice: {
      case: "dynamicBatching",
      value: {
        preferredBatchSize: [4],
        preserveOrdering: batching === "ordered",
        maxQueueDelayMicroseconds: batching === "delayed" ? 500n : 0n,
      },
    },
  });
  const spec = compileModelSpec(config, 1n, new Map());
  const time = new FakeTime();
  const instances = Array.from({ length: instanceCount }, () => new HeldInstance());
  const version = new ModelVersion({
    spec,
    config,
    instances,
    statistics: new VersionStatistics("m", 1n),
    limits: null,
    cache: null,
    clock: time,
    alarmClock: new AlarmClock({
      clock: time,
      nextTurn: (callback) => time.turns.push(callback),
      wait: null,
    }),
    releaseFiles: () => Promise.resolve(),
    model: { createInstance: () => assert.fail("made already"), close: () => Promise.resolve() },
  });
  const answered: string[] = [];
  const onAnswer = new Map<string, () => void>();
  const sender: ResponseSender = {
    send(request, response) {
      answered.push(response?.error ? `${request.id}: ${response.error.code}` : request.id);
      onAnswer.get(request.id)?.();
    },
  };
  const send = (id: string, rows = 1): InferenceRequest => {
    const request = new InferenceRequest(spec, sender, time.time);
    request.id = id;
    request.inputs = [new Tensor("X", "UINT8", [rows, 1], new Uint8Array(rows), null)];
    version.enqueue(request);
    return request;
  };
  const [instance, second] = instances;
  assert.ok(instance);
  return { version, instance, second, time, answered, onAnswer, send };
}

test("waiting requests run as one batch, and are counted by its size", () => {
  const { version, instance, answered, send } = setUp("plain");
  send("a");
  send("b");
  send("c", 2);
  assert.equal(version.statistics.pendingCount, 2);
  instance.finish();
  assert.equal(version.statistics.pendingCount, 0);
  instance.finish();
  assert.deepEqual(answered, ["a", "b", "c"]);
  assert.deepEqual(instance.sizes, [1, 3]);
  const { inferenceCount, executionCount, success, batches } = version.statistics;
  assert.deepEqual([inferenceCount, executionCount, success.count], [4, 2, 3]);
  assert.deepEqual(
    batches.map(({ batchSize, computeInfer }) => [batchSize, computeInfer.count]),
    [
      [1, 1],
      [3, 1],
    ],
  );
});

test("a batch that fails counts its requests and no execution", () => {
  const { version, instance, answered, send } = setUp("plain");
  send("a");
  send("b");
  send("c");
  instance.finish();
  instance.finish(new TritonError(StatusCode.Internal, "broken"));
  assert.deepEqual(answered, ["a", `b: ${StatusCode.Internal}`, `c: ${StatusCode.Internal}`]);
  const { executionCount, fail, failuresByReason } = version.statistics;
  assert.deepEqual([executionCount, fail.count, failuresByReason.BACKEND], [1, 2, 2]);
});

test("an instance is told of each client of its batch that has gone", () => {
  const { instance, send } = setUp("plain");
  send("a");
  const requests = [send("b"), send("c")];
  instance.finish();
  const { batch } = instance;
  requests[0]?.cancel();
  requests[1]?.cancel();
  // The instance decides: it sees who is cancelled.
  assert.deepEqual(instance.cancelled, [batch, batch]);
});

test("a request may be cancelled while another of its batch is being answered", () => {
  const { instance, answered, onAnswer, send } = setUp("plain");
  send("a");
  send("b");
  const last = send("c");
  send("d");
  onAnswer.set("b", () => last.cancel());
  instance.finish();
  instance.finish();
  assert.deepEqual(answered, ["a", "b", "c", "d"]);
  assert.deepEqual(instance.cancelled, []);
});

test("a waiting request that is cancelled is answered at once and counted", () => {
  const { version, instance, answered, send } = setUp("plain");
  send("a");
  const waiting = send("b");
  waiting.cancel();
  assert.deepEqual(answered, [`b: ${StatusCode.Cancelled}`]);
  assert.equal(version.statistics.failuresByReason.CANCELED, 1);
  assert.equal(version.statistics.pendingCount, 0);
  instance.finish();
  assert.deepEqual(instance.sizes, [1]);
  assert.equal(version.inflightCount, 0);
});

test("preserved order holds answers of a faster instance back, and lets their requests be cancelled", () => {
  const { version, instance, second, answered, send } = setUp("ordered", 2);
  send("a");
  const late = send("b");
  const [first, other] =
    instance.batch?.requests[0]?.id === "a" ? [instance, second] : [second, instance];
  other?.finish();
  assert.deepEqual(answered, []);
  late.cancel();
  first?.finish();
  assert.deepEqual(answered, ["a", "b"]);
  assert.equal(version.inflightCount, 0);
});

test("a run that fails keeps its place in the preserved order", () => {
  const { version, instance, second, answered, send } = setUp("ordered", 2);
  send("a");
  send("b");
  const [first, other] =
    instance.batch?.requests[0]?.id === "a" ? [instance, second] : [second, instance];
  other?.finish(new TritonError(StatusCode.Internal, "failed"));
  assert.deepEqual(answered, []);
  first?.finish();
  assert.deepEqual(answered, ["a", `b: ${StatusCode.Internal}`]);
  assert.equal(version.inflightCount, 0);
});

test("the delay ends with the event loop's turns, not with its timers", () => {
  const { instance, time, answered, send } = setUp("delayed");
  send("a");
  send("b");
  assert.equal(instance.batch, null);
  time.time = 499_000;
  time.turn();
  assert.equal(instance.batch, null);
  time.time = 500_000;
  time.turn();
  instance.finish();
  assert.deepEqual(answered, ["a", "b"]);
  assert.deepEqual(instance.sizes, [2]);
});

test("a version that stops answers what waits for more requests", async () => {
  const { version, instance, time, answered, send } = setUp("delayed");
  send("a");
  version.stop();
  const closed = version.close();
  time.time = 500_000;
  time.turn();
  instance.finish();
  await closed;
  assert.deepEqual(answered, ["a"]);
});
