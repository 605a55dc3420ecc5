import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { TritonError } from "../triton-error.ts";
import { JsonReader } from "./json-reader.ts";
import { plainNumber, readPlainNumber } from "./plain-number.ts";

const digits = fc.string({ unit: fc.constantFrom(..."0123456789".split("")), maxLength: 22 });
const numbers = fc
  .tuple(fc.constantFrom("", "-"), digits, fc.constantFrom("", ".", ".", ".0000"), digits)
  .map((parts) => parts.join(""));
const almostNumbers = fc.string({
  unit: fc.constantFrom(..."0123456789.-+eE,] x".split("")),
  maxLength: 20,
});

test("what the fast reader takes for a number, the exact one reads alike", () => {
  fc.assert(
    fc.property(fc.oneof(numbers, almostNumbers), digits, (text, tail) => {
      // Digits behind the end belong to nothing.
      const bytes = new TextEncoder().encode(`${text}${tail}`);
      const position = readPlainNumber(bytes, 0, text.length);
      const value = plainNumber[0]!;
      const reader = new JsonReader(bytes, text.length);
      let isNumber = true;
      try {
        reader.readNumber();
      } catch (error) {
        assert.ok(error instanceof TritonError);
        isNumber = false;
      }
      if (position >= 0) {
        assert.ok(isNumber, text);
        assert.equal(position, reader.position, text);
        assert.ok(Object.is(value, reader.number[0]), text);
      }
    }),
    fuzzOptions(),
  );
});

test("doubles as JavaScript prints them are read to within the last places", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = String(value).replace("e+", "e");
      const bytes = new TextEncoder().encode(text);
      const reader = new JsonReader(bytes, bytes.byteLength);
      reader.readNumber();
      const read = reader.number[0]!;
      // rapidjson rounds up to three times.
      const tolerance = Math.max(Math.abs(value) * 2 ** -50, Number.MIN_VALUE * 4);
      assert.ok(read === value || Math.abs(read - value) <= tolerance, text);
      assert.equal(reader.position, bytes.byteLength);
    }),
    fuzzOptions(),
  );
});
