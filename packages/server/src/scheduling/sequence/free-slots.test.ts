import assert from "node:assert/strict";
import { test } from "node:test";
import { FreeSlots } from "./free-slots.ts";

function takeAll(slots: FreeSlots): string[] {
  const taken: string[] = [];
  for (let slot = slots.take(); slot !== null; slot = slots.take()) {
    taken.push(`${slot.instanceIndex}.${slot.slotNumber}`);
  }
  return taken;
}

test("instances fill alike, the lowest slots first", () => {
  assert.deepEqual(takeAll(new FreeSlots(2, 3)), ["0.0", "1.0", "0.1", "1.1", "0.2", "1.2"]);
});

test("slots that are given back come before those that were never taken, the lowest first", () => {
  const slots = new FreeSlots(2, 4);
  for (let count = 0; count < 6; count++) {
    slots.take();
  }
  slots.give(0, 2);
  slots.give(1, 0);
  slots.give(1, 1);
  slots.give(0, 1);
  assert.deepEqual(takeAll(slots), ["1.0", "0.1", "1.1", "0.2", "0.3", "1.3"]);
});

test("two thousand million slots cost nothing", () => {
  const slots = new FreeSlots(1, 2 ** 31 - 1);
  assert.deepEqual(slots.take(), { instanceIndex: 0, slotNumber: 0 });
});

test("only a slot that was taken is given back", () => {
  assert.throws(() => new FreeSlots(1, 2).give(0, 0), /only a slot that was taken/);
});
