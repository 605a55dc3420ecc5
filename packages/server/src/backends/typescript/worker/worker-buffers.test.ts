import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { garbageCollector } from "../../../base/garbage-collector.ts";
import { ManualClock } from "../../../base/testing/manual-clock.ts";
import { createRingMemory } from "../../../threads/ring.ts";
import { RING_SIZE } from "../wire/records.ts";
import { INLINE_SIZE_MAX, TensorPlace } from "../wire/tensor-place.ts";
import { ThreadLink } from "../wire/thread-link.ts";
import { WorkerBuffers } from "./worker-buffers.ts";

const SIZE = INLINE_SIZE_MAX * 4;
/** Collections after which memory that nobody holds has gone. */
const COLLECTION_COUNT_MAX = 100;

/** The buffers of a worker to which no server listens. */
function createBuffers(): { readonly buffers: WorkerBuffers; readonly link: ThreadLink } {
  const [own, other] = [new MessageChannel(), new MessageChannel()];
  for (const port of [own.port1, own.port2, other.port1, other.port2]) {
    port.unref();
  }
  const link = new ThreadLink({
    channels: {
      inbound: createRingMemory(RING_SIZE),
      outbound: createRingMemory(RING_SIZE),
      ownBuffers: own.port1,
      otherBuffers: other.port1,
    },
    clock: new ManualClock(),
    ringBell() {},
    onRecord() {},
    onRelease() {},
    onFailure: (error) => assert.fail(String(error)),
  });
  return { buffers: new WorkerBuffers(() => link), link };
}

test("allocated memory is placed where it is, and comes back when all that was sent of it has been read", () => {
  const { buffers, link } = createBuffers();
  const bytes = buffers.allocate(SIZE);
  assert.equal(bytes.byteLength, SIZE);
  const whole = buffers.place(bytes);
  const half = buffers.place(bytes.subarray(SIZE / 2));
  assert.equal(whole?.place, TensorPlace.WorkerBuffer);
  assert.deepEqual(half, { ...whole, offset: SIZE / 2 });
  buffers.onRelease(whole?.index ?? -1);
  assert.equal(link.pool.leasedCount, 1);
  buffers.onRelease(whole?.index ?? -1);
  assert.equal(link.pool.leasedCount, 0);
  assert.throws(() => buffers.place(bytes), /has been sent before/);
  assert.equal(link.pool.leasedCount, 0);
  link.close();
});

test("small memory is not shared, and what is not allocated is copied", () => {
  const { buffers, link } = createBuffers();
  assert.equal(buffers.place(buffers.allocate(INLINE_SIZE_MAX)), null);
  assert.equal(link.pool.leasedCount, 0);
  const place = buffers.place(new Uint8Array(SIZE).fill(7));
  assert.equal(place?.offset, 0);
  assert.equal(link.pool.bufferAt(place?.index ?? -1).bytes[SIZE - 1], 7);
  buffers.onRelease(place?.index ?? -1);
  assert.equal(link.pool.leasedCount, 0);
  link.close();
});

test("a record that cannot be written holds no buffers", () => {
  const { buffers, link } = createBuffers();
  const spent = buffers.allocate(SIZE);
  buffers.place(spent);
  buffers.onRelease(0);
  const allocated = buffers.allocate(SIZE * 4);
  assert.throws(
    () =>
      buffers.write(() => {
        buffers.place(new Uint8Array(SIZE));
        buffers.place(allocated);
        buffers.place(spent);
      }),
    /has been sent before/,
  );
  assert.equal(link.pool.leasedCount, 0);
  buffers.write(() => void buffers.place(new Uint8Array(SIZE)));
  assert.equal(link.pool.leasedCount, 1);
  link.close();
});

test("allocated memory that is never sent comes back when the model has let go of it", async () => {
  const collect = garbageCollector();
  const { buffers, link } = createBuffers();
  const use = (): number => buffers.allocate(SIZE).byteLength;
  assert.equal(use(), SIZE);
  assert.equal(link.pool.leasedCount, 1);
  for (let count = 0; count < COLLECTION_COUNT_MAX && link.pool.leasedCount > 0; count++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(link.pool.leasedCount, 0);
  link.close();
});
