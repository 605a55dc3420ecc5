import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { AssertionError } from "../base/assert.ts";
import { createRingMemory, RECORD_HEAD_SIZE, RingReader, RingWriter } from "./ring.ts";

const CAPACITY = 1024;

type Step =
  | { readonly kind: "write"; readonly size: number }
  | { readonly kind: "read"; readonly count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), size: fc.integer({ min: 8, max: 512 }) }),
  fc.record({ kind: fc.constant("read" as const), count: fc.integer({ min: 1, max: 5 }) }),
);

test("a ring is a queue: whatever is written comes out whole, in order and once", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer(), (steps, start) => {
      const memory = createRingMemory(CAPACITY);
      const control = new Int32Array(memory);
      control[0] = start & -8;
      control[32] = start & -8;
      const writer = new RingWriter(memory);
      const reader = new RingReader(memory);
      const model: Buffer[] = [];
      let stamp = 0;
      for (const next of steps) {
        if (next.kind === "write") {
          const position = writer.reserve(next.size);
          if (position < 0) {
            assert.ok(model.length > 0, "an empty ring has room");
            continue;
          }
          const content = Buffer.alloc(next.size - RECORD_HEAD_SIZE, ++stamp);
          content.copy(writer.bytes, position + RECORD_HEAD_SIZE);
          writer.publish();
          model.push(content);
        } else {
          reader.read(next.count, (position, size) => {
            const expected = model.shift();
            assert.ok(expected !== undefined);
            assert.ok(size >= expected.byteLength + RECORD_HEAD_SIZE);
            const from = position + RECORD_HEAD_SIZE;
            const content = reader.bytes.subarray(from, from + expected.byteLength);
            assert.ok(content.equals(expected));
          });
        }
      }
      reader.read(1000, () => model.shift());
      assert.equal(model.length, 0);
    }),
    fuzzOptions(),
  );
});

test("a reader of damaged memory stays within it, and either reads or says that it cannot", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 8, max: 200 }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat({ max: CAPACITY / 4 - 1 }), fc.integer()), { maxLength: 8 }),
      (sizes, damages) => {
        const memory = createRingMemory(CAPACITY);
        const writer = new RingWriter(memory);
        for (const size of sizes) {
          if (writer.reserve(size) >= 0) {
            writer.publish();
          }
        }
        for (const [index, word] of damages) {
          writer.words[index] = word;
        }
        const reader = new RingReader(memory);
        try {
          const count = reader.read(1000, (position, size) => {
            assert.ok(position >= 0 && size > 0 && position + size <= CAPACITY);
          });
          assert.ok(count <= CAPACITY / 8);
        } catch (error) {
          assert.ok(error instanceof AssertionError);
        }
      },
    ),
    fuzzOptions(),
  );
});
