// Tests both ends of an arena: what a writer stores, a reader of the same file sees and gives back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TritonError } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { sizeClassFor } from "./arena-layout.ts";
import { ArenaReader } from "./arena-reader.ts";
import { ArenaWriter } from "./arena-writer.ts";
import { WireError } from "./wire-error.ts";

const MIB = 1 << 20;

function createWriter(bytesMax: number, idleBytesMax = 0): ArenaWriter {
  return new ArenaWriter("test", { bytesMax, idleBytesMax });
}

test("a size has the smallest class with room for it and the head", () => {
  assert.equal(sizeClassFor(0), 0);
  assert.equal(sizeClassFor(65_536 - 64), 0);
  assert.equal(sizeClassFor(65_536 - 63), 1);
  assert.equal(sizeClassFor(2 ** 36 - 64), 20);
  assert.equal(sizeClassFor(2 ** 36), -1);
});

test("blocks that are not given back count against the limit, and the message says so", () => {
  const writer = createWriter(MIB);
  const positions = [0, 1, 2].map(() => writer.store(new Uint8Array(300_000)));
  assert.equal(writer.issuedCount, 3);
  assert.throws(
    () => writer.store(new Uint8Array(300_000)),
    /Failed to increase the shared memory pool/,
  );
  for (const position of positions) {
    writer.takeBack(position);
  }
  assert.equal(writer.issuedCount, 0);
  writer.store(new Uint8Array(900_000));
  writer.close();
});

test("an idle arena gives its memory back, a busy one keeps it", () => {
  const writer = createWriter(64 * MIB);
  writer.takeBack(writer.store(new Uint8Array(10 * MIB)));
  writer.shrinkIfIdle();
  assert.ok(writer.residentBytes >= 10 * MIB);
  writer.shrinkIfIdle();
  assert.equal(writer.residentBytes, 0);
  writer.close();
});

test("cancellation bytes are given once and come back cleared", () => {
  const writer = createWriter(MIB);
  const offsets = new Set(Array.from({ length: 70_000 }, () => writer.takeCancelOffset()));
  assert.equal(offsets.size, 65_536, "every byte once, and 0 for whoever comes late");
  writer.releaseCancelOffset(7);
  assert.equal(writer.takeCancelOffset(), 7);
  assert.equal(writer.takeCancelOffset(), 0);
  writer.close();
});

test("whatever is stored and taken back, memory stays within the limit and nothing is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400_000), fc.boolean()), { maxLength: 40 }), (steps) => {
      const writer = createWriter(MIB);
      const held: number[] = [];
      for (const [byteSize, isTakenBack] of steps) {
        try {
          held.push(writer.store(new Uint8Array(byteSize)));
        } catch (error) {
          assert.ok(error instanceof TritonError);
        }
        const first = isTakenBack ? held.shift() : undefined;
        if (first !== undefined) {
          writer.takeBack(first);
        }
        assert.ok(writer.residentBytes <= MIB);
        assert.equal(writer.issuedCount, held.length);
        assert.equal(new Set(held).size, held.length);
      }
      writer.close();
    }),
    fuzzOptions(),
  );
});

test("positions and sizes that no writer makes are refused before anything is mapped", () => {
  const reader = new ArenaReader("test", MIB);
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 2 ** 53, noNaN: true }),
      fc.nat(),
      (position, byteSize) => {
        try {
          reader.view(Math.floor(position), byteSize).release();
        } catch (error) {
          assert.ok(error instanceof WireError);
        }
      },
    ),
    fuzzOptions(),
  );
  const view = reader.view(2 ** 40 + 64, 10);
  assert.equal(reader.viewCount, 1);
  view.release();
  assert.throws(() => view.release(), /given back once/);
  assert.equal(reader.viewCount, 0);
  assert.throws(() => reader.view(2 ** 40 + 65, 10), WireError);
  assert.throws(() => reader.view(2 * 2 ** 40 + 64, 10), WireError);
  reader.close();
});
