import assert from "node:assert/strict";
import { after, test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { AssertionError } from "../base/assert.ts";
import { SharedBufferPool, SharedBufferTable } from "./shared-buffers.ts";

const channels: MessageChannel[] = [];
after(() => {
  for (const { port1 } of channels) {
    port1.close();
  }
});

interface Sides {
  readonly pool: SharedBufferPool;
  readonly table: SharedBufferTable;
  readonly forgotten: number[];
}

function createSides(idleBytesMax = 1 << 20): Sides {
  const channel = new MessageChannel();
  channels.push(channel);
  const forgotten: number[] = [];
  const forget = (index: number): unknown => forgotten.push(index);
  const pool = new SharedBufferPool({ port: channel.port1, idleBytesMax, forget });
  return { pool, table: new SharedBufferTable(channel.port2), forgotten };
}

test("what one side writes the other reads by the buffer's index, in any order", () => {
  const { pool, table } = createSides();
  const buffers = [100, 5000, 100_000, 0].map((size) => pool.take(size));
  for (const [index, buffer] of buffers.entries()) {
    buffer.bytes.fill(index + 1);
  }
  for (const [index, buffer] of [...buffers.entries()].reverse()) {
    assert.equal(table.get(buffer.index)[0], index + 1);
  }
  assert.equal(table.get(buffers[2]?.index ?? -1)[99_999], 3);
  assert.equal(pool.leasedCount, 4);
});

test("a buffer that came back goes out again, the warmest first, and is announced once", () => {
  const { pool, table } = createSides();
  const first = pool.take(10_000);
  const second = pool.take(10_000);
  table.get(second.index);
  pool.give(first.index);
  pool.give(second.index);
  assert.equal(pool.take(9900), second);
  assert.equal(pool.take(9900), first);
  assert.equal(pool.leasedCount, 2);
});

test("what is too much to keep is forgotten on both sides", () => {
  const { pool, table, forgotten } = createSides(20_000);
  const [first, second] = [pool.take(16_000), pool.take(16_000)];
  table.get(second.index);
  pool.give(first.index);
  pool.give(second.index);
  assert.deepEqual(forgotten, [second.index]);
  table.forget(second.index);
  assert.throws(() => table.get(second.index), AssertionError);
  assert.throws(() => pool.give(second.index), AssertionError);
});

test("a view is known by the memory that it lies in", () => {
  const { pool } = createSides();
  const buffer = pool.take(10_000);
  assert.equal(pool.bufferOf(buffer.bytes.subarray(100, 200)), buffer);
  assert.equal(pool.bufferOf(new Uint8Array(8)), undefined);
});

test("a buffer that nobody announced, or that comes back twice, is a bug", () => {
  const { pool, table } = createSides();
  assert.throws(() => table.get(0), AssertionError);
  const { index } = pool.take(1);
  pool.give(index);
  assert.throws(() => pool.give(index), AssertionError);
});
