import { assert } from "../../base/assert.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { RETURN_WAIT_NS_MAX, RETURN_WAIT_SHARE_MAX } from "../return-collector.ts";
import type { Alarm } from "../scheduler.ts";
import type { Scenario } from "./scenario.ts";
import type { SimulatedRequest } from "./simulated-request.ts";

/** What every simulated scheduler must hold to, in the words that `npm run simulate` prints. */
export const INVARIANTS: readonly string[] = [
  "every accepted request is answered exactly once, a refused one never",
  "no batch has more rows than the model's maximum, and no instance has more batches than it takes, or two while one is idle",
  "the requests of a batch have the inputs and shapes that may be put together",
  "requests of one priority, flow and padded shape start in the order in which they came, delayed ones after those in time",
  "while two flows of one priority wait, what they get over their weights differs by a request of each at most",
  "no request starts while one of a higher priority waits in the same batcher",
  "a request is rejected only after its time, and never runs after it",
  "a cancelled request that has not started is answered at once and never runs",
  "preserved order is the order in which requests came",
  "queues never hold more than their limits, and refuse only when they are full",
  "no instance is idle beside a request that has waited for the queue delay, or beside rows for the largest preferred batch",
  "an only instance that waits for answered clients to come back does so for a moment at most, and not for more than it takes",
  "with a rate limiter no instance runs out of its turn, none asks for one for nothing, and none keeps one unused",
  "nothing waits at the end",
];

const NS_PER_US = 1000;

/** A waiting request by what the checks ask of it. */
export type WaitingRequests = ReadonlyMap<InferenceRequest, SimulatedRequest>;

/** Checks a batch that is about to start. `waiting` no longer has its requests. */
export function checkBatch(
  scenario: Scenario,
  batch: readonly SimulatedRequest[],
  waiting: WaitingRequests,
  { nowNs, eventNumber }: { readonly nowNs: number; readonly eventNumber: number },
): void {
  const { model } = scenario;
  const rowCount = batch.reduce((sum, { request }) => sum + request.batchSize, 0);
  assert(batch.length > 0, "a batch has requests");
  assert(rowCount <= Math.max(1, model.batchSizeMax), `a batch of ${rowCount} rows`);
  if (model.dynamicBatching === null) {
    assert(batch.length === 1, "without a batcher each request runs alone");
    return;
  }
  for (const record of batch) {
    const [first] = batch;
    assert(first !== undefined && haveEqualInputs(first, record), "the inputs of a batch fit");
    assert(!record.wasCancelled, "a cancelled request does not start");
    // An inline run moves the clock between the batch's making and its start.
    const isOverdue = nowNs > record.deadlineNs && scenario.inlineShare === 0;
    assert(!isOverdue || record.policy.timeoutAction === "DELAY", "no overdue request starts");
    for (const other of waiting.values()) {
      // What has come since this event began was not there when the batch was made.
      if (other.eventNumber < eventNumber) {
        const isInTime = nowNs <= other.deadlineNs;
        assert(other.level >= record.level, "no higher priority waits");
        assert(
          !isOverdue || other.level !== record.level || !isInTime,
          "delayed requests come last",
        );
      }
    }
  }
}

function haveEqualInputs(one: SimulatedRequest, other: SimulatedRequest) {
  const { request: first } = one;
  const { request } = other;
  const { model } = request;
  const fixed = model.inputs.filter(({ dims, isRaggedBatchAllowed }) => {
    return dims.includes(-1) && !isRaggedBatchAllowed;
  });
  const shapeOf = ({ inputs }: InferenceRequest, name: string): string => {
    const shape = inputs.find((input) => input.name === name)?.shape ?? [];
    return String(model.batchSizeMax === 0 ? shape : shape.slice(1));
  };
  const namesOf = ({ inputs }: InferenceRequest): string => String(inputs.map(({ name }) => name));
  return (
    namesOf(first) === namesOf(request) &&
    fixed.every(({ name }) =>
      name === "A" && model.padding !== null
        ? one.bucket === other.bucket
        : shapeOf(first, name) === shapeOf(request, name),
    )
  );
}

/** Checks that a queue is within its limits. */
export function checkQueueSizes(scenario: Scenario, waiting: WaitingRequests): void {
  const counts = new Map<number, number>();
  let total = 0;
  for (const { level, request, policy } of waiting.values()) {
    if (request.waitingPlace !== "batched") {
      const count = (counts.get(level) ?? 0) + 1;
      counts.set(level, count);
      total++;
      assert(policy.queueSizeMax === 0 || count <= policy.queueSizeMax, "a level within its limit");
    }
  }
  assert(total <= scenario.queueSizeMax, "the queue is within its limit");
}

/** Checks what must hold between events: nobody waits for nothing. */
export function checkSettled(
  scenario: Scenario,
  waiting: WaitingRequests,
  state: {
    readonly idleCount: number;
    readonly alarm: Alarm | null;
    readonly begunNs: number;
    readonly freedNs: number;
    readonly nowNs: number;
  },
): void {
  if (state.idleCount === 0 || waiting.size === 0) {
    return;
  }
  const { alarm, begunNs, freedNs, nowNs } = state;
  assert(
    alarm !== null,
    "nothing waits beside an idle instance without a time at which it goes on",
  );
  const delayNs = (scenario.model.dynamicBatching?.queueDelayUsMax ?? 0) * NS_PER_US;
  let oldestNs = Number.POSITIVE_INFINITY;
  let rowCount = 0;
  for (const { request } of waiting.values()) {
    oldestNs = Math.min(oldestNs, request.queueStartNs);
    rowCount += Math.max(1, request.batchSize);
  }
  const isPausing = alarm.atNs <= nowNs;
  const batching = scenario.model.dynamicBatching;
  const preferredMax = batching?.preferredBatchSizes.at(-1) ?? 0;
  // With a latency target the batcher finds sizes of its own; with padding, rows may be of several buckets.
  const isSized = batching?.latencyTargetUs === null && scenario.model.padding === null;
  const isFull = isSized && rowCount >= preferredMax;
  assert(isPausing || !isFull, "nobody waits for more than the batch can take");
  const isAlone = scenario.slotCount === 1;
  const waitNsMax = Math.max(RETURN_WAIT_NS_MAX, (freedNs - begunNs) * RETURN_WAIT_SHARE_MAX);
  const returnNs = isAlone ? freedNs + waitNsMax : Number.NEGATIVE_INFINITY;
  assert(
    isPausing || alarm.atNs <= Math.max(oldestNs + delayNs, returnNs),
    "nobody waits for longer than the delay, or for those who return",
  );
}
