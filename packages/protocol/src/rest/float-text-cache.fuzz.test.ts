import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { ByteWriter } from "./byte-writer.ts";
import { doubleIn } from "./double-digits.ts";
import { DOUBLE_TEXT_ROOM, writeDoubleIn } from "./double-writer.ts";
import { writeTensorData } from "./write-tensor-data.ts";

/** What the tensor's text is without any cache. */
function plainText(values: Float32Array): string {
  const memory = new Uint8Array(DOUBLE_TEXT_ROOM);
  const view = new DataView(memory.buffer);
  const texts = Array.from(values, (value) => {
    doubleIn[0] = value;
    return Buffer.from(memory.subarray(0, writeDoubleIn(view, 0))).toString("latin1");
  });
  return `[${texts.join(",")}]`;
}

function tensorText(values: Float32Array): string {
  const writer = new ByteWriter(16);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  writeTensorData(writer, { name: "OUTPUT0", datatype: "FP32", bytes }, values.length);
  return Buffer.from(writer.bytes.subarray(0, writer.position)).toString("latin1");
}

/** Floats by their bits, so that all kinds come: NaNs with any payload, infinities, both zeros, subnormal ones. */
const bitPatterns = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 1, 0x3f800000),
);

test("floats that repeat are written as they are written alone", () => {
  fc.assert(
    fc.property(
      fc.array(bitPatterns, { minLength: 1, maxLength: 64 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.nat(),
      (palette, count, seed) => {
        let state = seed | 1;
        const bits = Uint32Array.from({ length: count }, () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
          return palette[(state >>> 8) % palette.length]!;
        });
        const values = new Float32Array(bits.buffer);
        assert.equal(tensorText(values), plainText(values));
      },
    ),
    fuzzOptions(),
  );
});

test("a tensor may change from repeating values to others and back", () => {
  const count = 40 * 1024;
  const values = Float32Array.from({ length: count }, (_, index) =>
    index % 8192 < 4096 ? (index % 7) / 255 : Math.sin(index) * index,
  );
  assert.equal(tensorText(values), plainText(values));
});
