import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { ManualClock } from "../../base/testing/manual-clock.ts";
import { DeadlineEntry, DeadlineWheel } from "./deadline-wheel.ts";

class Entry extends DeadlineEntry {
  readonly #onDeadline: () => void;

  constructor(onDeadline: () => void) {
    super();
    this.#onDeadline = onDeadline;
  }

  onDeadline(): void {
    this.#onDeadline();
  }
}

test("a deadline comes never early, and little late, also beyond a turn of the wheel", () => {
  for (const delayMs of [1, 7, 8, 9, 1000, 16_383, 16_384, 100_000]) {
    const clock = new ManualClock();
    const wheel = new DeadlineWheel(clock);
    const come: number[] = [];
    const startNs = clock.nowNs();
    wheel.add(new Entry(() => come.push((clock.nowNs() - startNs) / 1e6)), delayMs);
    clock.advance(delayMs - 0.5);
    assert.deepEqual(come, [], `early for ${delayMs}`);
    clock.advance(32.5);
    assert.equal(come.length, 1, `late for ${delayMs}`);
    assert.equal(wheel.count, 0);
  }
});

test("what is removed never comes, and the timer goes with the last deadline", () => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock);
  const entry = new Entry(() => assert.fail("removed"));
  wheel.add(entry, 5);
  assert.equal(clock.timerCount, 1);
  wheel.remove(entry);
  wheel.remove(entry);
  clock.advance(100);
  assert.equal(clock.timerCount, 0);
  // It can be used again.
  wheel.add(entry, 5);
  wheel.remove(entry);
  assert.equal(wheel.count, 0);
});

test("one that comes may remove another of the same moment, and add new ones", () => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock);
  const victim = new Entry(() => assert.fail("removed"));
  let later = 0;
  wheel.add(
    new Entry(() => {
      wheel.remove(victim);
      wheel.add(
        new Entry(() => {
          later++;
        }),
        1,
      );
    }),
    5,
  );
  wheel.add(victim, 5);
  clock.advance(50);
  assert.equal(later, 1);
});

test("after a long pause everything that is due comes", () => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock);
  let come = 0;
  for (let delayMs = 1; delayMs <= 20_000; delayMs += 500) {
    wheel.add(
      new Entry(() => {
        come++;
      }),
      delayMs,
    );
  }
  clock.advance(60_000);
  assert.equal(come, 40);
});

test("whatever is added, removed and waited for, each deadline comes once and in its time", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("add" as const), delayMs: fc.integer({ min: 1, max: 40_000 }) }),
    fc.record({ kind: fc.constant("remove" as const), index: fc.nat(30) }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new ManualClock();
      const wheel = new DeadlineWheel(clock);
      const open = new Map<Entry, number>();
      for (const each of steps) {
        if (each.kind === "add") {
          const dueNs = clock.nowNs() + each.delayMs * 1e6;
          const entry: Entry = new Entry(() => {
            assert.ok(open.delete(entry), "comes once");
            assert.ok(clock.nowNs() >= dueNs, "comes in its time");
          });
          open.set(entry, dueNs);
          wheel.add(entry, each.delayMs);
        } else if (each.kind === "remove") {
          const entry = [...open.keys()][each.index];
          if (entry !== undefined) {
            open.delete(entry);
            wheel.remove(entry);
          }
        } else {
          clock.advance(each.ms);
          for (const dueNs of open.values()) {
            assert.ok(dueNs > clock.nowNs() - 32e6, "comes soon");
          }
        }
        assert.equal(wheel.count, open.size);
      }
    }),
    fuzzOptions(),
  );
});
