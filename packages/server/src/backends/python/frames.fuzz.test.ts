// Tests the codec of frames: what was written is read, in whatever pieces it arrives, and garbage is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DATATYPES, datatypeByteSize } from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../tools/fuzz-options.ts";
import { Tensor } from "../../model/tensor.ts";
import { ArenaReader } from "./arena-reader.ts";
import { ArenaWriter } from "./arena-writer.ts";
import { decodeOutcome } from "./decode-outcomes.ts";
import { FrameCursor } from "./decode-tensors.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { FrameWriter } from "./frame-writer.ts";
import { decodeJsonFrame, encodeJsonFrame } from "./json-frame.ts";
import { HEAD_BYTES } from "./wire.ts";
import { WireError } from "./wire-error.ts";

const INLINE_BYTES_MAX = 1 << 20;

const arena = new ArenaWriter("test", { bytesMax: 1 << 24, idleBytesMax: 0 });
const reader = new ArenaReader("test", 1 << 24);

const tensor = fc
  .record({
    name: fc.string({ unit: "grapheme", maxLength: 20 }),
    datatype: fc.constantFrom(...DATATYPES),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
    fill: fc.nat(255),
  })
  .map(({ name, datatype, shape, fill }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const bytes = new Uint8Array(count * (datatypeByteSize(datatype) || 5)).fill(fill);
    return new Tensor(name, datatype, shape, bytes, null);
  });

const frame = fc.record({
  id: fc.nat(),
  kind: fc.nat(255),
  payload: fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n })),
  ),
  tensors: fc.array(tensor, { maxLength: 4 }),
});

test("frames come back as they were, in whatever pieces they arrive", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 4 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 300 })),
      (frames, sizes) => {
        const writer = new FrameWriter(arena, INLINE_BYTES_MAX);
        const stream = Buffer.concat(
          frames.map(({ id, kind, payload, tensors }) =>
            Buffer.from(encodeJsonFrame(writer, { kind, flags: 0, id }, payload, tensors)),
          ),
        );
        const read: Buffer[] = [];
        const splitter = new FrameSplitter((bytes) => read.push(Buffer.from(bytes)));
        for (let at = 0; at < stream.byteLength; ) {
          const size = Number(sizes.next().value);
          splitter.push(stream.subarray(at, at + size));
          at += size;
        }
        assert.equal(splitter.partialByteCount, 0);
        assert.equal(read.length, frames.length);
        for (const [index, bytes] of read.entries()) {
          const { payload, tensors } = decodeJsonFrame(bytes, reader);
          const expected = frames[index];
          const numbers = Object.entries(expected?.payload ?? {}).map(([name, value]) => [
            name,
            typeof value === "bigint" && Number.isSafeInteger(Number(value))
              ? Number(value)
              : value,
          ]);
          assert.deepEqual(
            Object.entries(payload),
            numbers.map((entry) => entry),
          );
          assert.deepEqual(
            tensors.map(({ name, datatype, shape, bytes: data }) => ({
              name,
              datatype,
              shape,
              data: [...data],
            })),
            expected?.tensors.map(({ name, datatype, shape, bytes: data }) => ({
              name,
              datatype,
              shape,
              data: [...data],
            })),
          );
        }
      },
    ),
    fuzzOptions(),
  );
});

test("garbage is refused, and gives back what it had taken", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: HEAD_BYTES, maxLength: 400 }), (bytes) => {
      const garbage = Buffer.from(bytes);
      const attempts = [
        () => {
          for (const { memory } of decodeJsonFrame(garbage, reader).tensors) {
            memory?.release();
          }
        },
        () => {
          const outcome = decodeOutcome(new FrameCursor(garbage, HEAD_BYTES, reader), ["OUTPUT0"]);
          if (typeof outcome !== "string") {
            outcome.release();
          }
        },
        () => new FrameSplitter(() => {}).push(garbage),
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch (error) {
          assert.ok(error instanceof WireError, String(error));
        }
      }
      assert.equal(reader.viewCount, 0);
    }),
    fuzzOptions(),
  );
});
