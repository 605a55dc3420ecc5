import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../base/testing/manual-clock.ts";
import { LAZY_DELAY_MS, WORK_PER_TURN_MAX } from "./ring-limits.ts";
import { PortPair } from "./testing/port-pair.ts";

test("a record wakes a side that sleeps with one bell, and is read", () => {
  const pair = new PortPair();
  pair.left.send(1);
  pair.left.send(2);
  assert.equal(pair.left.bellCount, 1);
  pair.settle();
  assert.deepEqual(pair.right.received, [1, 2]);
});

test("sides that are busy need no bells", () => {
  const pair = new PortPair();
  pair.left.send(0);
  for (let round = 1; round <= 100; round++) {
    pair.right.onRecord = (value) => pair.right.send(value + 1);
    pair.left.onRecord = (value) => value < 200 && pair.left.send(value + 1);
  }
  pair.settle();
  assert.equal(pair.left.received.at(-1), 201);
  assert.ok(pair.left.bellCount + pair.right.bellCount <= 2, "beyond the first of either side");
});

test("a lazy record is read when its time has come, or with the next one", () => {
  const clock = new ManualClock();
  const pair = new PortPair({ clock });
  pair.left.send(1, "lazily");
  pair.left.send(2, "lazily");
  pair.settle();
  assert.equal(pair.left.bellCount, 0);
  assert.equal(clock.timerCount, 1);
  clock.advance(LAZY_DELAY_MS);
  pair.settle();
  assert.deepEqual(pair.right.received, [1, 2]);
  pair.left.send(3, "lazily");
  pair.left.send(4);
  pair.settle();
  assert.deepEqual(pair.right.received, [1, 2, 3, 4]);
  const bellCount = pair.left.bellCount;
  clock.advance(LAZY_DELAY_MS);
  assert.equal(pair.left.bellCount, bellCount, "it has been read");
});

test("records that find no room wait, in order, and are told of when they have gone", () => {
  const pair = new PortPair();
  for (let value = 0; value < 1000; value++) {
    pair.left.send(value);
  }
  assert.equal(pair.left.port.isFull, true);
  pair.settle();
  assert.deepEqual(
    pair.right.received,
    Array.from({ length: 1000 }, (_, index) => index),
  );
  assert.equal(pair.left.port.isFull, false);
  assert.ok(pair.left.roomCount > 0);
});

test("a side with a limit reads no further while its own records wait, and goes on after", () => {
  const pair = new PortPair({ leftWaitingBytesMax: 100 });
  // The right side does not get to read: it is given no turn.
  for (let value = 0; value < 1000; value++) {
    pair.left.send(value);
  }
  pair.right.send(7);
  pair.settle("left");
  assert.deepEqual(pair.left.received, []);
  pair.settle();
  assert.deepEqual(pair.left.received, [7]);
  assert.equal(pair.right.received.length, 1000);
});

test("both sides may be full at once without waiting for each other", () => {
  const pair = new PortPair({ leftWaitingBytesMax: 100 });
  for (let value = 0; value < 1000; value++) {
    pair.left.send(value);
    pair.right.send(value);
  }
  pair.settle();
  assert.equal(pair.left.received.length, 1000);
  assert.equal(pair.right.received.length, 1000);
});

test("what the taker of a record throws closes the port and is passed on", () => {
  const pair = new PortPair();
  pair.right.onRecord = () => {
    throw new Error("broken");
  };
  pair.left.send(1);
  pair.left.send(2);
  pair.settle();
  assert.equal(String(pair.right.failures[0]), "Error: broken");
  assert.equal(pair.right.failures.length, 1);
  assert.equal(pair.right.received.length, 1);
  pair.right.send(3);
  pair.settle();
  assert.deepEqual(pair.left.received, [], "nobody is woken by a closed port");
});

test("a port that finishes reads what is left, and then nothing", () => {
  const pair = new PortPair();
  for (let value = 0; value < 20; value++) {
    pair.left.send(value, "lazily");
  }
  pair.right.port.finish();
  assert.equal(pair.right.received.length, 20);
  pair.left.send(20);
  pair.settle();
  assert.equal(pair.right.received.length, 20);
});

test("a record is ended before the next one begins", () => {
  const { left } = new PortPair();
  left.port.begin(8);
  assert.throws(() => left.port.begin(8), /ended before/);
  left.port.end();
  assert.throws(() => left.port.end(), /begun before/);
});

test("a side that may doze reads on in one turn what comes meanwhile, a bounded number of times, and then sleeps", () => {
  let dozeCount = 0;
  const pair: PortPair = new PortPair({
    rightDozeMs: () => {
      dozeCount++;
      if (dozeCount <= 100) {
        // As if the other thread had sent it while this one dozes.
        pair.left.send(dozeCount, "lazily");
      }
      return 1;
    },
  });
  pair.settle();
  dozeCount = 0;
  pair.left.send(0);
  pair.settle("left");
  pair.right.step();
  assert.ok(pair.right.received.length > 2, "several records in one turn");
  assert.ok(pair.right.received.length < 40, "others get their turn");
  pair.settle();
  assert.deepEqual(
    pair.right.received.filter(
      (value, index) => value !== 0 && value < (pair.right.received[index - 1] ?? 0),
    ),
    [],
  );
  const bellCount = pair.left.bellCount;
  pair.left.send(1000);
  assert.equal(pair.left.bellCount, bellCount + 1, "who has dozed in vain sleeps and needs a bell");
  pair.settle();
  assert.equal(pair.right.received.at(-1), 1000);
});

test("records that end quietly are read when they are rung for, all with one bell", () => {
  const pair = new PortPair();
  for (const value of [1, 2, 3]) {
    pair.left.send(value, "quietly");
  }
  pair.settle();
  assert.equal(pair.left.bellCount, 0);
  assert.deepEqual(pair.right.received, []);
  pair.left.port.ring();
  pair.left.port.ring();
  assert.equal(pair.left.bellCount, 1);
  pair.settle();
  assert.deepEqual(pair.right.received, [1, 2, 3]);
  pair.left.port.ring();
  assert.equal(pair.left.bellCount, 1, "nothing new has been given");
});

test("a turn rings for what has ended quietly", () => {
  const pair = new PortPair();
  pair.left.send(1, "quietly");
  pair.left.port.expect();
  pair.settle();
  assert.deepEqual(pair.right.received, [1]);
});

test("new records are read before each piece of work", () => {
  const seen: string[] = [];
  const pair = new PortPair({
    rightWork: () => {
      seen.push(`work after ${pair.right.received.at(-1)}`);
      if (pair.right.received.length < 3) {
        pair.left.send(pair.right.received.length + 1);
        return true;
      }
      return false;
    },
  });
  pair.left.send(1);
  pair.settle();
  assert.deepEqual(seen.slice(0, 3), ["work after 1", "work after 2", "work after 3"]);
});

test("work without an end leaves the turns of the event loop to others", () => {
  let workCount = 0;
  const pair = new PortPair({ rightWork: () => ++workCount < 1000 });
  pair.left.send(1);
  let stepCount = 0;
  while (pair.right.step()) {
    stepCount++;
    assert.ok(workCount <= stepCount * (WORK_PER_TURN_MAX + 1));
  }
  assert.ok(workCount >= 2 * WORK_PER_TURN_MAX);
});

test("a side that waits for nothing sleeps at once", () => {
  let isIdle = false;
  const pair = new PortPair({ rightIsIdle: () => isIdle });
  const turnsAfter = (value: number): number => {
    pair.left.send(value);
    let count = 0;
    while (pair.right.step()) {
      count++;
    }
    return count;
  };
  const patient = turnsAfter(1);
  isIdle = true;
  const idle = turnsAfter(2);
  assert.deepEqual(pair.right.received, [1, 2]);
  assert.ok(idle < patient, `${idle} turns, ${patient} otherwise`);
});
