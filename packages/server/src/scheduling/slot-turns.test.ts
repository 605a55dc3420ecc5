import assert from "node:assert/strict";
import { test } from "node:test";
import { FreeSlots, type SlotTurns } from "./slot-turns.ts";
import { BatcherFixture, type BatcherOptions } from "./testing/batcher-fixture.ts";

/** Gives out turns when the test says so. */
class HeldTurns implements SlotTurns<number> {
  readonly asked = new Map<number, () => void>();
  readonly given = new Set<number>();

  ask(slot: number, onTurn: () => void): void {
    assert.ok(!this.asked.has(slot), "a slot asks once");
    // It has run since its last turn.
    this.given.delete(slot);
    this.asked.set(slot, onTurn);
  }

  giveUp(slot: number): void {
    const isKnown = this.asked.delete(slot) || this.given.delete(slot);
    assert.ok(isKnown, "only what was asked for is given up");
  }

  /** It is the turn of whoever asked first. */
  give(): void {
    const [first] = this.asked;
    assert.ok(first !== undefined, "somebody has asked");
    const [slot, onTurn] = first;
    this.asked.delete(slot);
    this.given.add(slot);
    onTurn();
  }
}

test("without turns whoever is idle is ready", () => {
  const slots = new FreeSlots([1, 2], null, () => assert.fail("there are no turns"));
  slots.balance(2);
  assert.deepEqual([slots.idleCount, slots.readyCount, slots.turnCount], [2, 2, 0]);
  const slot = slots.take();
  assert.equal(slots.readyCount, 1);
  slots.add(slot);
  assert.equal(slots.isLastIdle(slot), true);
  assert.throws(() => slots.add(slot), /freed once/);
});

test("a slot is ready when its turn has come", () => {
  const turns = new HeldTurns();
  let turnCount = 0;
  const slots = new FreeSlots([1, 2], turns, () => {
    turnCount++;
  });
  slots.balance(3);
  assert.deepEqual([slots.idleCount, slots.readyCount, slots.turnCount], [0, 0, 2]);
  turns.give();
  assert.deepEqual([slots.readyCount, slots.turnCount, turnCount], [1, 2, 1]);
  slots.take();
  assert.equal(slots.turnCount, 1);
});

test("turns that are not needed are given up: first those that have not come", () => {
  const turns = new HeldTurns();
  const slots = new FreeSlots([1, 2], turns, () => {});
  slots.balance(2);
  turns.give();
  slots.balance(1);
  assert.deepEqual([turns.asked.size, turns.given.size], [0, 1]);
  slots.balance(0);
  assert.deepEqual([turns.given.size, slots.idleCount, slots.turnCount], [0, 2, 0]);
});

/** A batcher whose instances wait for their turns. */
function limited(options: BatcherOptions = {}) {
  const turns = new HeldTurns();
  return { turns, fixture: new BatcherFixture({ ...options, turns }) };
}

test("a batch grows until it is its turn", () => {
  const { turns, fixture } = limited();
  fixture.send();
  fixture.send();
  fixture.send();
  assert.deepEqual(fixture.batches, []);
  assert.equal(turns.asked.size, 1);
  turns.give();
  assert.deepEqual(fixture.batches, [["1", "2", "3"]]);
  fixture.finish();
  assert.equal(turns.asked.size, 0);
});

test("a batch that is full waits beside the next one, each for a turn of its own", () => {
  const { turns, fixture } = limited({ batchSizeMax: 2, slotCount: 3 });
  for (let count = 0; count < 3; count++) {
    fixture.send();
  }
  assert.equal(turns.asked.size, 2);
  turns.give();
  assert.deepEqual(fixture.batches, [["1", "2"]]);
  fixture.send();
  turns.give();
  assert.deepEqual(fixture.batches, [
    ["1", "2"],
    ["3", "4"],
  ]);
});

test("when nobody is left of a batch its turn is given up", () => {
  const { turns, fixture } = limited();
  const only = fixture.send();
  fixture.batcher.cancel(only);
  assert.deepEqual(fixture.dropped, ["1: CANCELED"]);
  assert.equal(turns.asked.size, 0);
  assert.equal(fixture.batcher.pendingCount, 0);
});

test("with priorities the batch is formed when it is its turn", () => {
  const { turns, fixture } = limited({
    batchSizeMax: 1,
    priorityLevelCount: 2,
    priorityLevelDefault: 2,
  });
  fixture.send();
  fixture.send({ priority: 1 });
  turns.give();
  assert.deepEqual(fixture.batches, [["2"]]);
  fixture.finish();
  turns.give();
  assert.deepEqual(fixture.batches, [["2"], ["1"]]);
  fixture.finish();
  assert.equal(turns.asked.size, 0);
});

test("a turn that comes when all that waited is gone is given back", () => {
  const { turns, fixture } = limited({ priorityLevelCount: 2, priorityLevelDefault: 2 });
  const only = fixture.send();
  assert.equal(turns.asked.size, 1);
  fixture.batcher.cancel(only);
  assert.deepEqual([turns.asked.size, turns.given.size], [0, 0]);
});
