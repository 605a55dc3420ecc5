import assert from "node:assert/strict";
import { test } from "node:test";
import { BufferPool } from "./buffer-pool.ts";

/** Addresses are made up: only `ffi/` knows real ones. */
function createPool(idleBytesMax: number): BufferPool {
  let next = 0x1000n;
  return new BufferPool({
    addressOf: (buffer) => {
      const address = next;
      next += BigInt(buffer.byteLength);
      return address;
    },
    idleBytesMax,
  });
}

test("a lease has the size asked for and gives its buffer back to the next one", () => {
  const pool = createPool(1 << 20);
  const first = pool.acquire(5000);
  assert.equal(first.bytes.byteLength, 5000);
  first.bytes.fill(7);
  first.release();
  const second = pool.acquire(4999);
  assert.equal(second.address, first.address);
  assert.equal(second.bytes.buffer, first.bytes.buffer);
  assert.equal(second.bytes[0], 7);
  assert.equal(pool.allocatedCount, 1);
});

test("two leases never share a buffer", () => {
  const pool = createPool(1 << 20);
  const first = pool.acquire(100);
  const second = pool.acquire(100);
  assert.notEqual(first.address, second.address);
});

test("the counters tell what is leased and what is idle", () => {
  const pool = createPool(1 << 20);
  const lease = pool.acquire(8192);
  assert.deepEqual([pool.leasedCount, pool.leasedBytes, pool.idleBytes], [1, 8192, 0]);
  lease.release();
  assert.deepEqual([pool.leasedCount, pool.leasedBytes, pool.idleBytes], [0, 0, 8192]);
});

test("a lease held by several goes back with the last", () => {
  const pool = createPool(1 << 20);
  const lease = pool.acquire(8192);
  lease.retain();
  lease.release();
  assert.equal(pool.leasedCount, 1);
  lease.release();
  assert.equal(pool.leasedCount, 0);
});

test("releasing or holding a released lease is found", () => {
  const pool = createPool(1 << 20);
  const lease = pool.acquire(8192);
  lease.release();
  assert.throws(() => lease.release(), { name: "AssertionError" });
  assert.throws(() => lease.retain(), { name: "AssertionError" });
  assert.equal(pool.idleBytes, 8192);
});

test("no more idle bytes are kept than allowed", () => {
  const pool = createPool(16384);
  const leases = [8192, 8192, 8192].map((byteSize) => pool.acquire(byteSize));
  for (const lease of leases) {
    lease.release();
  }
  assert.equal(pool.idleBytes, 16384);
  pool.acquire(32768).release();
  assert.equal(pool.idleBytes, 16384);
});

test("cleared buffers are forgotten", () => {
  const pool = createPool(1 << 20);
  pool.acquire(8192).release();
  pool.clear();
  assert.equal(pool.idleBytes, 0);
  pool.acquire(8192);
  assert.equal(pool.allocatedCount, 2);
});

test("pooled memory cannot be transferred away", () => {
  const pool = createPool(1 << 20);
  const { bytes } = pool.acquire(8192);
  assert.throws(() => structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] }));
  assert.equal(bytes.byteLength, 8192);
});
