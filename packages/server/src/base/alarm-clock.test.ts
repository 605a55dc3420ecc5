import assert from "node:assert/strict";
import { test } from "node:test";
import { type Alarm, AlarmClock, WAIT_NS_MAX, WATCH_NS } from "./alarm-clock.ts";
import type { Clock } from "./clock.ts";

const MS = 1e6;

/** An event loop whose time passes only in its timers' and waits' sleep. */
class FakeLoop implements Clock {
  time = 0;
  readonly waits: number[] = [];
  turnCount = 0;
  #timers: { readonly atNs: number; readonly callback: () => void }[] = [];
  readonly #turns: (() => void)[] = [];
  /** Node's timers come whole milliseconds late. */
  timerLatenessNs = 1 * MS;
  /** What every turn takes. */
  turnNs = 1000;

  nowNs(): number {
    return this.time;
  }

  epochMs(): number {
    return this.time / MS;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { atNs: this.time + delayMs * MS + this.timerLatenessNs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  readonly nextTurn = (callback: () => void): void => {
    this.#turns.push(callback);
  };

  readonly wait = (delayNs: number): void => {
    this.waits.push(delayNs);
    this.time += delayNs;
  };

  /** Turns until nothing is left to do. */
  run(turnCountMax = 10_000): void {
    for (; this.turnCount < turnCountMax; this.turnCount++) {
      this.#timers.sort((left, right) => left.atNs - right.atNs);
      const [timer] = this.#timers;
      if (this.#turns.length === 0) {
        if (timer === undefined) {
          return;
        }
        this.time = Math.max(this.time, timer.atNs);
      }
      this.time += this.turnNs;
      if (timer !== undefined && timer.atNs <= this.time) {
        this.#timers.shift();
        timer.callback();
      }
      for (const turn of this.#turns.splice(0)) {
        turn();
      }
    }
    assert.fail("the loop comes to rest");
  }
}

function setUp(hasWait = true) {
  const loop = new FakeLoop();
  const clock = new AlarmClock({
    clock: loop,
    nextTurn: loop.nextTurn,
    wait: hasWait ? loop.wait : null,
  });
  const rings: number[] = [];
  const create = (): Alarm => clock.createAlarm(() => rings.push(loop.time));
  return { loop, rings, create };
}

for (const delayNs of [50_000, 700_000, 5 * MS, 60 * MS]) {
  for (const hasWait of [true, false]) {
    test(`a precise alarm in ${delayNs} ns rings in time (${hasWait ? "sleeping" : "turning"})`, () => {
      const { loop, rings, create } = setUp(hasWait);
      create().set(delayNs, true);
      loop.run();
      assert.equal(rings.length, 1);
      const lateNs = (rings[0] ?? 0) - delayNs;
      assert.ok(lateNs >= 0 && lateNs < 5 * loop.turnNs, `${lateNs} ns late`);
    });
  }
}

test("the loop sleeps instead of turning, and never for long at once", () => {
  const { loop, create } = setUp();
  create().set(WATCH_NS, true);
  loop.run();
  assert.ok(loop.turnCount < 20, `${loop.turnCount} turns`);
  assert.ok(Math.max(...loop.waits) <= WAIT_NS_MAX);
});

test("a loop that is busy does not sleep", () => {
  const { loop, rings, create } = setUp();
  loop.turnNs = 100_000;
  create().set(1 * MS, true);
  loop.run();
  assert.deepEqual(loop.waits, []);
  assert.equal(rings.length, 1);
});

test("an alarm that need not be precise is one of the loop's timers", () => {
  const { loop, rings, create } = setUp();
  create().set(0.5 * MS, false);
  loop.run();
  assert.deepEqual(loop.waits, []);
  assert.equal(rings.length, 1);
});

test("a time that has passed rings with the next turn, not at once", () => {
  const { loop, rings, create } = setUp();
  const alarm = create();
  for (const isPrecise of [true, false]) {
    rings.length = 0;
    alarm.set(loop.time - 1, isPrecise);
    assert.equal(rings.length, 0);
    loop.run();
    assert.equal(rings.length, 1);
  }
});

test("setting replaces: later, earlier, precise, not at all", () => {
  const { loop, rings, create } = setUp();
  const alarm = create();
  alarm.set(10 * MS, false);
  alarm.set(30 * MS, false);
  alarm.set(20 * MS, true);
  loop.run();
  assert.equal(rings.length, 1);
  assert.ok((rings[0] ?? 0) >= 20 * MS && (rings[0] ?? 0) < 20.1 * MS);
  alarm.set(loop.time + 10 * MS, true);
  alarm.set(null, true);
  alarm.set(loop.time + 0.1 * MS, true);
  alarm.set(null, true);
  loop.run();
  assert.equal(rings.length, 1);
  alarm.set(loop.time + 10 * MS, true);
  alarm.close();
  loop.run();
  assert.equal(rings.length, 1);
});

test("alarms do not disturb one another, and may be set while one rings", () => {
  const { loop, rings, create } = setUp();
  const second = create();
  const clock = new AlarmClock({ clock: loop, nextTurn: loop.nextTurn, wait: loop.wait });
  let count = 0;
  const repeating = clock.createAlarm(() => {
    count++;
    if (count < 5) {
      repeating.set(loop.time + 100_000, true);
    }
  });
  repeating.set(100_000, true);
  second.set(250_000, true);
  loop.run();
  assert.equal(count, 5);
  assert.equal(rings.length, 1);
});
