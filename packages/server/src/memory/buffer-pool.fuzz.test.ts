import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import type { BufferLease } from "./buffer-lease.ts";
import { BufferPool } from "./buffer-pool.ts";

const IDLE_BYTES_MAX = 100_000;

/** What happens to a pool: a size is acquired, an index is released. */
type Step = { readonly acquire: number } | { readonly release: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ acquire: fc.nat({ max: 60_000 }) }),
  fc.record({ release: fc.nat({ max: 30 }) }),
);

test("whatever comes and goes, no two leases share memory and the counters are right", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let nextAddress = 1n;
      const pool = new BufferPool({
        addressOf: () => nextAddress++,
        idleBytesMax: IDLE_BYTES_MAX,
      });
      const held: BufferLease[] = [];
      for (const each of steps) {
        if ("acquire" in each) {
          const lease = pool.acquire(each.acquire);
          assert.equal(lease.bytes.byteLength, each.acquire);
          held.push(lease);
        } else {
          held.splice(each.release, 1)[0]?.release();
        }
        const memories = held.map(({ bytes }) => bytes.buffer);
        assert.equal(new Set(memories).size, held.length);
        assert.equal(pool.leasedCount, held.length);
        assert.equal(
          pool.leasedBytes,
          memories.reduce((sum, { byteLength }) => sum + byteLength, 0),
        );
        assert.ok(pool.idleBytes <= IDLE_BYTES_MAX);
      }
    }),
    fuzzOptions(),
  );
});
