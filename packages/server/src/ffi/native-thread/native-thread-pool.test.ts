import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, systemClock } from "../../base/clock.ts";
import { NATIVE_THREAD_IDLE_MS_MAX, NativeThreadPool } from "./native-thread-pool.ts";
import { absCall, C_LIBRARY_PATH, Gate } from "./testing/native-calls.ts";

function createPool(threadCountMax = 8, clock: Clock = systemClock): NativeThreadPool {
  return new NativeThreadPool({ libraryPath: C_LIBRARY_PATH, clock, threadCountMax });
}

function abs(pool: NativeThreadPool, value: number): Promise<bigint> {
  return new Promise((resolve, reject) => {
    pool.call(absCall(value, resolve, reject));
  });
}

/** Three calls that run at the same time, each on a thread of its own. */
async function runThree(pool: NativeThreadPool): Promise<void> {
  using gate = new Gate();
  const calls = [1, 2, 3].map(
    () =>
      new Promise<bigint>((resolve, reject) => {
        pool.call(gate.call(resolve, reject));
      }),
  );
  // All threads have started, and none is free before the gate opens.
  await pool.warm(1);
  assert.equal(pool.threadCount, 3);
  gate.open(3);
  assert.deepEqual(await Promise.all(calls), [1n, 1n, 1n]);
}

test("calls one after the other share one thread", async () => {
  const pool = createPool();
  assert.equal(pool.threadCount, 0);
  for (let value = 1; value <= 20; value++) {
    assert.equal(await abs(pool, value), BigInt(value));
  }
  assert.equal(pool.threadCount, 1);
  await pool.close();
});

test("calls at the same time have a thread each", async () => {
  const pool = createPool();
  await runThree(pool);
  assert.equal(pool.threadCount, 3);
  await pool.close();
});

test("more calls than threads wait, and begin in order", async () => {
  const pool = createPool(1);
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3, 4, 5].map(async (value) => {
      await abs(pool, value);
      order.push(value);
    }),
  );
  assert.deepEqual(order, [1, 2, 3, 4, 5]);
  assert.equal(pool.threadCount, 1);
  await pool.close();
});

test("a warmed pool has its threads before the first calls, and no more than it may have", async () => {
  const pool = createPool(3);
  await pool.warm(1);
  assert.equal(pool.threadCount, 1);
  await pool.warm(2);
  assert.equal(pool.threadCount, 2);
  await pool.warm(1);
  assert.equal(pool.threadCount, 2);
  await pool.warm(9);
  assert.equal(pool.threadCount, 3);
  await pool.close();
});

test("threads idle for long are stopped, except the one used last", async () => {
  let nowNs = 0;
  const timers: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    nowNs: () => nowNs,
    setTimer: (_, callback) => {
      timers.push(callback);
      return () => {};
    },
  };
  const pool = createPool(8, clock);
  await runThree(pool);
  assert.equal(timers.length, 1);
  timers.shift()?.();
  assert.equal(pool.threadCount, 3, "nothing has been idle for long");
  nowNs = NATIVE_THREAD_IDLE_MS_MAX * 1e6 + 1;
  timers.shift()?.();
  assert.equal(pool.threadCount, 1);
  assert.equal(timers.length, 0);
  assert.equal(await abs(pool, 7), 7n);
  await pool.close();
});

test("calls for the first core are made there, one at a time, and no others", async () => {
  /** What each thread was bound to last, in the order of the threads. */
  const bound = new Map<number, boolean>();
  const pool = new NativeThreadPool({
    libraryPath: C_LIBRARY_PATH,
    clock: systemClock,
    threadCountMax: 8,
    firstCore: {
      bind: (threadId, isBound) => {
        bound.set(threadId, isBound);
        return true;
      },
    },
  });
  await pool.warm(2);
  const make = (isForFirstCore: boolean): Promise<bigint> =>
    new Promise((resolve) => {
      pool.call({ ...absCall(1, resolve), isForFirstCore });
    });
  await make(false);
  assert.deepEqual([...bound.values()], [], "threads begin anywhere");
  await make(true);
  await make(true);
  assert.deepEqual([...bound.values()], [true]);
  await make(false);
  assert.deepEqual([...bound.values()], [false]);
  {
    using gate = new Gate();
    const begin = (isForFirstCore: boolean): Promise<bigint> =>
      new Promise((resolve) => {
        pool.call({ ...gate.call(resolve), isForFirstCore });
      });
    const calls = [begin(true), begin(true)];
    assert.deepEqual([...bound.values()], [true], "the second of two at the same time is anywhere");
    gate.open(2);
    await Promise.all(calls);
  }
  // Whichever of the two is idle last, a call that does not ask for the core is not made there.
  await Promise.all([make(false), make(false)]);
  assert.deepEqual([...bound.values()], [false]);
  await pool.close();
});

test("where no thread can be started, calls fail instead of waiting for ever", async () => {
  const pool = new NativeThreadPool({
    libraryPath: "/nonexistent/library.so",
    clock: systemClock,
    threadCountMax: 2,
  });
  await assert.rejects(abs(pool, 1), /unable to start a native thread: Failed to load/);
  await pool.close();
});

test("a closed pool takes no calls, and is closed when nothing runs", async () => {
  using gate = new Gate();
  const pool = createPool();
  await pool.warm(1);
  const running = new Promise((resolve) => {
    pool.call(gate.call(resolve));
  });
  await assert.rejects(pool.close(), /no call outlives the pool/);
  gate.open();
  await running;
  await pool.close();
  assert.throws(() => pool.call(absCall(1, () => {})), /closed pool/);
  await assert.rejects(pool.close(), /closed once/);
});

test("a pool gets over a thread that dies", async () => {
  const pool = createPool(1);
  const lost = new Promise<string>((resolve) => {
    pool.call({
      functionAddress: 0n,
      words: new BigUint64Array(0),
      onReturn: () => assert.fail("there is no function at NULL"),
      onLost: (error) => resolve(error.message),
    });
  });
  const waiting = abs(pool, 9);
  assert.match(await lost, /a native thread has died/);
  assert.equal(await waiting, 9n);
  await pool.close();
});
