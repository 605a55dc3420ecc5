import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { textFromUtf8, utf8FromText } from "./utf8.ts";

test("any bytes survive the way to text and back", () => {
  const lead = fc.constantFrom(0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0x80, 0xb2, 0xbf, 0x41, 0xff);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc.array(lead, { maxLength: 12 }).map((values) => Uint8Array.from(values)),
  );
  fc.assert(
    fc.property(bytes, (original) => {
      assert.deepEqual([...utf8FromText(textFromUtf8(original))], [...original]);
    }),
    fuzzOptions(),
  );
});

test("well-formed text is decoded as by TextDecoder", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = new TextEncoder().encode(text);
      assert.equal(textFromUtf8(bytes), text.toWellFormed());
    }),
    fuzzOptions(),
  );
});
