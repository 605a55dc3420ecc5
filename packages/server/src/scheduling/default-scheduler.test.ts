import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { InferenceRequest, type ResponseSender } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { modelSpec } from "../model/testing/model-spec.ts";
import { DefaultScheduler, LOOKAHEAD_SLOT_COUNT_MAX } from "./default-scheduler.ts";
import { DISPATCH_TURN_NS_MAX } from "./dispatch-turn.ts";
import type { Alarm, SchedulerActions } from "./scheduler.ts";

const SPEC = modelSpec({
  batchSizeMax: 0,
});

class CountingSender implements ResponseSender {
  readonly answers = new Map<InferenceRequest, number>();
  send(request: InferenceRequest, response: InferenceResponse | null): void {
    assert.notEqual(response, null);
    this.answers.set(request, (this.answers.get(request) ?? 0) + 1);
  }
}

/** Answers at once if `isInline` says so, otherwise when the test finishes the slot. */
class FakeInstances implements SchedulerActions<number> {
  scheduler: DefaultScheduler<number> | null = null;
  readonly running = new Map<number, InferenceRequest>();
  readonly started: InferenceRequest[] = [];
  isInline = false;
  onStart = (): void => {};
  nowNs = 0;
  alarm: Alarm | null = null;
  depth = 0;
  depthMax = 0;

  run(slot: number, requests: readonly InferenceRequest[]): void {
    const [request] = requests;
    assert.ok(request !== undefined && requests.length === 1, "each request runs alone");
    assert.equal(this.running.has(slot), false, "a slot runs one request at a time");
    this.started.push(request);
    this.onStart();
    this.running.set(slot, request);
    this.depth++;
    this.depthMax = Math.max(this.depthMax, this.depth);
    if (this.isInline) {
      this.finish(slot);
    }
    this.depth--;
  }

  finish(slot: number): void {
    const request = this.running.get(slot);
    assert.ok(request);
    this.running.delete(slot);
    this.scheduler?.onInstanceFree(slot);
    request.respond(InferenceResponse.ok([]), true);
  }

  setTimer(alarm: Alarm | null): void {
    this.alarm = alarm;
  }

  drop(request: InferenceRequest, error: TritonError): void {
    assert.equal(error.code, StatusCode.Cancelled);
    request.respond(InferenceResponse.failed(error), true);
  }
}

function setUp(slotCount: number, queueSizeMax?: number) {
  const instances = new FakeInstances();
  const slots = Array.from({ length: slotCount }, (_, index) => index);
  const scheduler = new DefaultScheduler(
    slots,
    instances,
    { nowNs: () => instances.nowNs },
    queueSizeMax,
  );
  instances.scheduler = scheduler;
  const sender = new CountingSender();
  const create = (): InferenceRequest => new InferenceRequest(SPEC, sender, 0);
  return { instances, scheduler, sender, create };
}

test("requests run in order, as many at once as there are instances", () => {
  const { instances, scheduler, create } = setUp(2);
  const requests = [create(), create(), create(), create()];
  for (const request of requests) {
    scheduler.enqueue(request);
  }
  assert.deepEqual(instances.started, requests.slice(0, 2));
  assert.equal(scheduler.pendingCount, 2);
  for (const slot of Array.from(instances.running.keys())) {
    instances.finish(slot);
  }
  assert.deepEqual(instances.started, requests);
  assert.equal(scheduler.pendingCount, 0);
});

/** Instances that take batches ahead: what each has, in order. */
class LookingAhead implements SchedulerActions<number> {
  readonly given: string[][];
  readonly room: number[];
  dropCount = 0;

  constructor(room: readonly number[]) {
    this.room = [...room];
    this.given = room.map(() => []);
  }

  run(slot: number, [request]: readonly InferenceRequest[]): void {
    this.given[slot]!.push(request!.id);
  }

  lookahead(slot: number): number {
    assert.ok(this.given[slot]!.length > 0, "asked while it runs");
    return this.room[slot]!;
  }

  drop(): void {
    this.dropCount++;
  }

  setTimer(): void {}
}

function setUpAhead(room: readonly number[]) {
  const actions = new LookingAhead(room);
  const scheduler = new DefaultScheduler([...room.keys()], actions, { nowNs: () => 0 });
  const requests: InferenceRequest[] = [];
  const send = (count: number): void => {
    for (; count > 0; count--) {
      const request = new InferenceRequest(SPEC, { send() {} }, 0);
      request.id = String(requests.length);
      requests.push(request);
      scheduler.enqueue(request);
    }
  };
  const finish = (slot: number): void => {
    actions.given[slot]!.shift();
    scheduler.onInstanceFree(slot);
  };
  return { actions, scheduler, requests, send, finish };
}

test("a busy instance is given requests ahead as far as it takes them, once none is idle, who has fewest first", () => {
  const { actions, scheduler, send } = setUpAhead([2, 1]);
  send(2);
  assert.deepEqual(actions.given, [["1"], ["0"]]);
  send(5);
  assert.deepEqual(actions.given, [
    ["1", "2", "4"],
    ["0", "3"],
  ]);
  assert.equal(scheduler.pendingCount, 2);
});

test("an instance that still has something when it ends a batch is not idle", () => {
  const { actions, scheduler, send, finish } = setUpAhead([1]);
  send(3);
  assert.deepEqual(actions.given, [["0", "1"]]);
  finish(0);
  assert.deepEqual(actions.given, [["1", "2"]]);
  actions.room[0] = 0;
  send(1);
  finish(0);
  assert.deepEqual(actions.given, [["2"]], "it takes no more ahead now");
  finish(0);
  assert.deepEqual(actions.given, [["3"]]);
  finish(0);
  assert.deepEqual(actions.given, [[]]);
  assert.equal(scheduler.pendingCount, 0);
});

test("a request that an instance has ahead is no longer the scheduler's to cancel", () => {
  const { actions, scheduler, requests, send, finish } = setUpAhead([1]);
  send(3);
  scheduler.cancel(requests[1]!);
  assert.equal(actions.dropCount, 0);
  scheduler.cancel(requests[2]!);
  assert.equal(actions.dropCount, 1);
  finish(0);
  assert.deepEqual(actions.given, [["1"]]);
});

test("with many instances nothing is given ahead", () => {
  const count = LOOKAHEAD_SLOT_COUNT_MAX + 1;
  const { scheduler, send } = setUpAhead(new Array<number>(count).fill(1));
  send(count + 1);
  assert.equal(scheduler.pendingCount, 1);
});

test("a full queue refuses and leaves the request with its caller", () => {
  const { scheduler, create } = setUp(1, 2);
  scheduler.enqueue(create());
  scheduler.enqueue(create());
  scheduler.enqueue(create());
  const refused = create();
  refused.id = "7";
  assert.throws(
    () => scheduler.enqueue(refused),
    (error: unknown) =>
      error instanceof TritonError &&
      error.code === StatusCode.Unavailable &&
      error.message === "[request id: 7] Exceeds maximum queue size",
  );
  assert.equal(refused.state, "initialized");
});

test("a long queue of quick requests drains without a deep stack", () => {
  const { instances, scheduler, sender, create } = setUp(1);
  for (let index = 0; index < 50_000; index++) {
    scheduler.enqueue(create());
  }
  instances.isInline = true;
  instances.finish(0);
  assert.equal(sender.answers.size, 50_000);
  assert.equal(instances.depthMax, 1);
});

test("a long queue of quick requests leaves the event loop its turns", () => {
  const { instances, scheduler, create } = setUp(1);
  const quick = 400_000;
  instances.onStart = () => {
    instances.nowNs += quick;
  };
  for (let index = 0; index < 10; index++) {
    scheduler.enqueue(create());
  }
  instances.isInline = true;
  instances.finish(0);
  assert.ok(instances.nowNs <= 2 * quick + DISPATCH_TURN_NS_MAX + quick, `${instances.nowNs}`);
  assert.ok(instances.alarm !== null && instances.alarm.atNs <= instances.nowNs);
  const startedCount = instances.started.length;
  scheduler.enqueue(create());
  assert.equal(instances.started.length, startedCount, "nothing starts until the timer");
  for (let turn = 0; turn < 10 && scheduler.pendingCount > 0; turn++) {
    scheduler.onTimer();
  }
  assert.equal(instances.started.length, 11);
});

test("a cancelled request never runs and is answered at once", () => {
  const { instances, scheduler, sender, create } = setUp(1);
  const running = create();
  const waiting = create();
  const last = create();
  scheduler.enqueue(running);
  scheduler.enqueue(waiting);
  scheduler.enqueue(last);
  scheduler.cancel(waiting);
  scheduler.cancel(waiting);
  assert.equal(sender.answers.get(waiting), 1);
  assert.equal(scheduler.pendingCount, 1);
  instances.finish(0);
  assert.deepEqual(instances.started, [running, last]);
});

/** A small deterministic generator, so that a seed replays a whole run. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

test("simulation: every accepted request is answered exactly once, in every interleaving", () => {
  const only = process.env["SEED"];
  const seeds = only === undefined ? Array.from({ length: 2000 }, (_, index) => index) : [+only];
  for (const seed of seeds) {
    const random = generator(seed);
    const { instances, scheduler, sender, create } = setUp(1 + Math.floor(random() * 4), 8);
    const accepted: InferenceRequest[] = [];
    for (let step = 0; step < 120; step++) {
      const roll = random();
      instances.isInline = random() < 0.3;
      if (roll < 0.5) {
        const request = create();
        try {
          scheduler.enqueue(request);
          accepted.push(request);
        } catch (error) {
          assert.ok(error instanceof TritonError, `seed ${seed}`);
        }
      } else if (roll < 0.65 && accepted.length > 0) {
        const request = accepted[Math.floor(random() * accepted.length)];
        assert.ok(request);
        scheduler.cancel(request);
      } else {
        const slots = [...instances.running.keys()];
        const slot = slots[Math.floor(random() * slots.length)];
        if (slot !== undefined) {
          instances.finish(slot);
        }
      }
      const isIdle = instances.running.size === 0;
      assert.ok(!isIdle || scheduler.pendingCount === 0, `idle beside waiting, seed ${seed}`);
    }
    instances.isInline = true;
    for (const slot of Array.from(instances.running.keys())) {
      if (instances.running.has(slot)) {
        instances.finish(slot);
      }
    }
    for (const request of accepted) {
      assert.equal(sender.answers.get(request), 1, `answered once, seed ${seed}`);
    }
    const order = instances.started.map((request) => accepted.indexOf(request));
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
      `in order, seed ${seed}`,
    );
  }
});
