import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { AssertionError } from "../base/assert.ts";
import {
  createRingMemory,
  RECORD_ALIGNMENT,
  RECORD_HEAD_SIZE,
  RingReader,
  RingWriter,
  ringRecordSizeMax,
} from "./ring.ts";

const CAPACITY = 512;

interface Ring {
  readonly memory: SharedArrayBuffer;
  readonly writer: RingWriter;
  readonly reader: RingReader;
}

function createRing(): Ring {
  const memory = createRingMemory(CAPACITY);
  return { memory, writer: new RingWriter(memory), reader: new RingReader(memory) };
}

/** Writes a record whose content is `size - 4` bytes of `value`; returns whether there was room. */
function write({ writer }: Ring, size: number, value: number): boolean {
  const position = writer.reserve(size);
  if (position < 0) {
    return false;
  }
  writer.bytes.fill(value, position + RECORD_HEAD_SIZE, position + size);
  writer.publish();
  return true;
}

/** The first content byte of each record that is read. */
function read({ reader }: Ring, countMax = 1000): number[] {
  const values: number[] = [];
  reader.read(countMax, (position, size) => {
    assert.equal(position % RECORD_ALIGNMENT, 0);
    assert.ok(position + size <= CAPACITY);
    values.push(reader.bytes[position + RECORD_HEAD_SIZE] ?? -1);
  });
  return values;
}

test("records come in the order written, as many as asked for", () => {
  const ring = createRing();
  for (const value of [1, 2, 3]) {
    assert.ok(write(ring, 20, value));
  }
  assert.deepEqual(read(ring, 2), [1, 2]);
  assert.deepEqual(read(ring), [3]);
  assert.deepEqual(read(ring), []);
  assert.equal(ring.writer.isEmpty, true);
});

test("what is reserved and not published is not there", () => {
  const ring = createRing();
  ring.writer.reserve(20);
  assert.deepEqual(read(ring), []);
  assert.ok(write(ring, 12, 7));
  assert.deepEqual(read(ring), [7]);
});

test("a record that does not fit before the end begins at the start", () => {
  const ring = createRing();
  for (let round = 0; round < 100; round++) {
    assert.ok(write(ring, 200, round), "a ring that was emptied has room");
    assert.deepEqual(read(ring), [round]);
  }
});

test("a full ring refuses, and takes the record when the reader has read on", () => {
  const ring = createRing();
  let count = 0;
  while (write(ring, 64, count)) {
    count++;
  }
  assert.equal(count, CAPACITY / 64);
  assert.deepEqual(read(ring, 1), [0]);
  assert.ok(write(ring, 64, count));
  assert.equal(write(ring, 64, 0), false);
  assert.deepEqual(read(ring), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a record of half the ring always finds room in the end", () => {
  const ring = createRing();
  const sizeMax = ringRecordSizeMax(ring.memory);
  for (let offset = 8; offset <= CAPACITY; offset += 8) {
    assert.ok(write(ring, 8, 1));
    read(ring);
    assert.ok(write(ring, sizeMax, 2), `at ${offset}`);
    read(ring);
  }
  assert.throws(() => ring.writer.reserve(sizeMax + 8), AssertionError);
});

test("positions may pass 2^32", () => {
  const ring = createRing();
  const control = new Int32Array(ring.memory);
  // Both positions, eight bytes below the end of what an int32 counts, and of what a uint32 does.
  for (const position of [2 ** 31 - 8, -8]) {
    control[0] = position;
    control[32] = position;
    const moved = {
      ...ring,
      writer: new RingWriter(ring.memory),
      reader: new RingReader(ring.memory),
    };
    for (let round = 0; round < 50; round++) {
      assert.ok(write(moved, 40, round));
      assert.deepEqual(read(moved), [round]);
    }
  }
});

describe("bells", () => {
  test("a reader that sleeps gets one bell, and none if there is a record already", () => {
    const ring = createRing();
    assert.equal(ring.writer.takeBell(), false);
    assert.equal(ring.reader.sleep(), true);
    write(ring, 12, 1);
    assert.equal(ring.writer.takeBell(), true);
    assert.equal(ring.writer.takeBell(), false);
    assert.equal(ring.reader.sleep(), false);
    assert.equal(ring.writer.isReaderAsleep, false);
  });

  test("a writer that waits for room gets one bell", () => {
    const ring = createRing();
    assert.equal(ring.reader.takeRoomBell(), false);
    ring.writer.awaitRoom();
    assert.equal(ring.reader.takeRoomBell(), true);
    assert.equal(ring.reader.takeRoomBell(), false);
  });
});

describe("a record that cannot be is noticed before it is followed", () => {
  const sizes: readonly (readonly [string, number])[] = [
    ["nothing", 0],
    ["not aligned", 12],
    ["more than was published", 32],
    ["more than there is", 1 << 30],
    ["a gap larger than what was published", -(1 << 20)],
    ["the smallest number", -(2 ** 31)],
  ];
  for (const [name, size] of sizes) {
    test(name, () => {
      const ring = createRing();
      write(ring, 16, 1);
      write(ring, 8, 2);
      ring.writer.words[0] = size;
      assert.throws(() => read(ring), AssertionError);
    });
  }
});

test("a capacity that is no power of two is a bug", () => {
  for (const capacity of [0, 256, 1000, 1.5, -512]) {
    assert.throws(() => createRingMemory(capacity), AssertionError);
  }
});

test("who dozes is woken by the writer, in place of a bell", async () => {
  const memory = createRingMemory(512);
  const program = `
    const { parentPort, workerData } = require("node:worker_threads");
    import(workerData.module).then(({ RingReader }) => {
      const reader = new RingReader(workerData.memory);
      const isAsleep = reader.sleep();
      parentPort.postMessage({ isAsleep });
      const isAwake = reader.doze(600000);
      let count = 0;
      reader.read(10, () => count++);
      parentPort.postMessage({ isAwake, count });
    });`;
  const module = new URL("./ring.ts", import.meta.url).href;
  const worker = new Worker(program, { eval: true, workerData: { memory, module } });
  assert.deepEqual(await once(worker, "message"), [{ isAsleep: true }]);
  const writer = new RingWriter(memory);
  writer.reserve(16);
  writer.publish();
  assert.equal(writer.takeBell(), true);
  // It has said that it sleeps, and dozes now or in a moment; if it has not begun it will find the word changed.
  writer.wakeDozing();
  assert.deepEqual(await once(worker, "message"), [{ isAwake: true, count: 1 }]);
});

test("who dozes for nothing is still asleep, and needs a bell", () => {
  const ring = createRing();
  assert.equal(ring.reader.sleep(), true);
  assert.equal(ring.reader.doze(1), false);
  write(ring, 16, 1);
  assert.equal(ring.writer.takeBell(), true);
  assert.equal(ring.writer.wakeDozing(), false);
  assert.equal(ring.reader.doze(600_000), true, "the bell was taken: no time is lost");
});
