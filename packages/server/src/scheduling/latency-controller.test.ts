// Tests LatencyController around a real batcher, under simulated load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "./testing/random.ts";
import {
  type LoadWindow,
  SimulatedLoad,
  type SimulatedLoadOptions,
} from "./testing/simulated-load.ts";

const BASE: SimulatedLoadOptions = {
  seed: 1,
  targetUs: 20_000,
  batchSizeMax: 32,
  instanceCount: 1,
  fixedUs: 2000,
  perRowUs: 100,
  noise: 0.2,
  phases: [{ seconds: 60, requestRate: 1000 }],
  isControlled: true,
};

function simulate(options: Partial<SimulatedLoadOptions>): SimulatedLoad {
  const load = new SimulatedLoad({ ...BASE, ...options });
  load.simulate();
  return load;
}

function secondHalf(windows: readonly LoadWindow[]): readonly LoadWindow[] {
  return windows.slice(windows.length >> 1);
}

function missedShare(windows: readonly LoadWindow[]): number {
  return windows.filter(({ latencyNs, targetNs }) => latencyNs > targetNs).length / windows.length;
}

function meanBatchSize(windows: readonly LoadWindow[]): number {
  return windows.reduce((sum, window) => sum + window.meanBatchSize, 0) / windows.length;
}

/** How far the delay moves, over the target. */
function delayRange(windows: readonly LoadWindow[]): number {
  const delays = windows.map(({ queueDelayNs }) => queueDelayNs);
  return (Math.max(...delays) - Math.min(...delays)) / (windows[0]?.targetNs ?? 1);
}

test("latency that is to spare becomes larger batches, and the target is kept", () => {
  const free = secondHalf(simulate({ isControlled: false }).windows);
  const controlled = secondHalf(simulate({}).windows);
  assert.ok(meanBatchSize(controlled) > 3 * meanBatchSize(free), "batches are larger");
  assert.equal(missedShare(controlled), 0);
  assert.ok(controlled.every(({ isReachable }) => isReachable));
});

test("it settles: the choice moves little, and seldom", () => {
  for (const options of [{}, { instanceCount: 4, phases: [{ seconds: 60, requestRate: 4000 }] }]) {
    const windows = secondHalf(simulate(options).windows);
    const changes = windows.filter(({ settledCount }) => settledCount === 0).length;
    assert.ok(changes <= windows.length * 0.05, `${changes} changes in ${windows.length} windows`);
    assert.ok(delayRange(windows) < 0.1);
  }
});

test("a target that cannot be met is given up for throughput, and reported", () => {
  const { windows } = simulate({ targetUs: 2500 });
  assert.ok(windows.slice(5).every(({ isReachable }) => !isReachable));
  assert.ok(windows.slice(5).every(({ batchSizeMax }) => batchSizeMax === 32));
  assert.ok(windows.slice(5).every(({ queueDelayNs }) => queueDelayNs === 0));
});

test("more requests than can be served get the largest batches; when fewer come, the target is kept again", () => {
  const { windows } = simulate({
    perRowUs: 1000,
    targetUs: 60_000,
    phases: [
      { seconds: 20, requestRate: 200 },
      { seconds: 3, requestRate: 1300 },
      { seconds: 60, requestRate: 200 },
    ],
  });
  const overloaded = windows.filter(({ phase }) => phase === 1).slice(-1);
  assert.ok(overloaded.every(({ queueDelayNs }) => queueDelayNs === 0));
  const after = windows.filter(({ phase }) => phase === 2).slice(-5);
  assert.equal(missedShare(after), 0);
  assert.ok(after.every(({ isReachable }) => isReachable));
  assert.ok(after.every(({ queueDelayNs }) => queueDelayNs > 0));
});

test("nobody waits for company that makes a row no cheaper", () => {
  const options = {
    fixedUs: 5,
    perRowUs: 500,
    phases: [{ seconds: 120, requestRate: 1000 }],
  };
  const free = secondHalf(simulate({ ...options, isControlled: false }).windows);
  const controlled = secondHalf(simulate(options).windows);
  const delayed = controlled.filter(({ queueDelayNs }) => queueDelayNs > 0);
  assert.ok(delayed.length <= controlled.length * 0.05, `${delayed.length} windows with a delay`);
  assert.ok(meanBatchSize(controlled) < 1.5 * meanBatchSize(free));
});

test("clients that wait for their answers are not slowed down", () => {
  for (const clientCount of [1, 4, 16]) {
    const options = {
      fixedUs: 1000,
      phases: [{ seconds: 200, requestRate: 1, clientCount }],
    };
    const answered = [false, true].map(
      (isControlled) => simulate({ ...options, isControlled }).latenciesNs[0]?.length ?? 0,
    );
    const [free = 0, controlled = 0] = answered;
    assert.ok(controlled > 0.9 * free, `${clientCount} clients: ${controlled} of ${free}`);
  }
});

test("nobody waits for company that does not come", () => {
  const { windows } = simulate({ phases: [{ seconds: 300, requestRate: 5 }] });
  assert.ok(windows.length > 2);
  // Fewer than one in a hundred requests have company within the target: 20 ms of 200.
  assert.ok(secondHalf(windows).every(({ queueDelayNs }) => queueDelayNs <= 20_000_000));
  assert.equal(missedShare(windows), 0);
});

test("property: whatever model and load, a target with room is kept, and one without costs no throughput", () => {
  for (let seed = 0; seed < 16; seed++) {
    const random = new Random(seed);
    const instanceCount = random.integer(1, 3);
    const fixedUs = random.integer(100, 4000);
    const perRowUs = random.integer(10, 600);
    const batchSizeMax = random.pick([4, 16, 64]);
    const capacity = (instanceCount * batchSizeMax * 1e6) / (fixedUs + batchSizeMax * perRowUs);
    const requestRate = Math.max(50, Math.min(4000, capacity * random.pick([0.1, 0.4, 0.7])));
    const options = {
      seed,
      instanceCount,
      fixedUs,
      perRowUs,
      batchSizeMax,
      noise: random.pick([0, 0.3]),
      phases: [{ seconds: Math.max(20, 25_000 / requestRate), requestRate }],
    };
    const free = secondHalf(simulate({ ...options, isControlled: false }).windows);
    const latencies = free.map(({ latencyNs }) => latencyNs).sort((a, b) => a - b);
    const freeNs = latencies[Math.floor(latencies.length * 0.9)] ?? 0;
    const roomy = secondHalf(simulate({ ...options, targetUs: (freeNs * 2) / 1000 }).windows);
    const text = `seed ${seed}: ${JSON.stringify(options)}`;
    assert.ok(missedShare(roomy) <= 0.1, `${text} misses ${missedShare(roomy)}`);
    assert.ok(meanBatchSize(roomy) >= meanBatchSize(free) * 0.95, text);
    assert.ok(delayRange(roomy) <= 0.5, `${text} moves by ${delayRange(roomy)}`);
    const tight = simulate({ ...options, targetUs: freeNs / 4000 }).windows;
    const last = tight.at(-1);
    assert.deepEqual(
      [last?.isReachable, last?.batchSizeMax, last?.queueDelayNs],
      [false, batchSizeMax, 0],
      text,
    );
  }
});
