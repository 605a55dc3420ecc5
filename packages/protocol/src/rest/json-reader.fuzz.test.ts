import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { JsonKind, JsonReader } from "./json-reader.ts";

function parse(bytes: Uint8Array): unknown {
  const reader = new JsonReader(bytes, bytes.byteLength);
  reader.start();
  const value = readValue(reader);
  reader.finish();
  return value;
}

function readValue(reader: JsonReader): unknown {
  switch (reader.kind()) {
    case JsonKind.Object: {
      const members: [string, unknown][] = [];
      for (let isMore = reader.enterObject(); isMore; isMore = reader.nextMember()) {
        members.push([reader.readKey(), readValue(reader)]);
      }
      return Object.fromEntries(members);
    }
    case JsonKind.Array: {
      const elements: unknown[] = [];
      for (let isMore = reader.enterArray(); isMore; isMore = reader.nextElement()) {
        elements.push(readValue(reader));
      }
      return elements;
    }
    case JsonKind.String:
      return reader.readText();
    case JsonKind.Number:
      reader.readNumber();
      return reader.number[0];
    default:
      return readLiteral(reader);
  }
}

function readLiteral(reader: JsonReader): boolean | null {
  const kind = reader.kind();
  reader.skipValue();
  return kind === JsonKind.Null ? null : kind === JsonKind.True;
}

/** Whether skipping the whole text finds it well formed. */
function isWellFormed(bytes: Uint8Array): boolean {
  try {
    const reader = new JsonReader(bytes, bytes.byteLength);
    reader.start();
    reader.skipValue();
    reader.finish();
    return true;
  } catch (error) {
    assert.ok(error instanceof TritonError);
    assert.equal(error.code, StatusCode.Internal);
    assert.match(error.message, /^failed to parse the request JSON buffer: [^.]+\. at \d+$/);
    return false;
  }
}

test("valid JSON is read as by JSON.parse", () => {
  // Numbers that rapidjson and JSON.parse read alike: no long fractions, no zero with a sign.
  const number = fc.oneof(
    fc.integer(),
    fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / 1024),
    fc.constantFrom(1e21, 1e-7, 2 ** 53, 0.5),
  );
  const string = fc.string({ unit: "grapheme" });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      number,
      string,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 5 }),
      fc.dictionary(string, tie("tree"), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(0, 1, "\t"), (value, indentation) => {
      const text = JSON.stringify(value, null, indentation);
      const bytes = new TextEncoder().encode(text);
      assert.deepEqual(parse(bytes), JSON.parse(text));
      assert.ok(isWellFormed(bytes));
    }),
    fuzzOptions(),
  );
});

test("texts are accepted and refused as by JSON.parse", () => {
  // Without N, I and zero bytes, which rapidjson treats in its own way, and exponents, of which it refuses large ones.
  const word = fc.constantFrom(
    ...'[]{},:"\\0123456789.- \nabtrue'.split(""),
    "true",
    "false",
    "null",
    '"a"',
    "\\u0041",
    "1.5",
  );
  const soup = fc.array(word, { maxLength: 30 }).map((words) => words.join(""));
  const change = fc.tuple(fc.nat(), word);
  const damaged = fc
    .tuple(fc.json({ maxDepth: 3 }), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([json, changes]) =>
      changes.reduce((text, [position, replacement]) => {
        const at = position % Math.max(1, text.length);
        return text.slice(0, at) + replacement + text.slice(at + 1);
      }, json),
    );
  fc.assert(
    fc.property(fc.oneof(soup, damaged), (text) => {
      fc.pre(!/[eE][+-]?\d|\d{300}|\\u[dD]/.test(text));
      let isValid = true;
      try {
        JSON.parse(text);
      } catch {
        // Not JSON: the reader must say so too.
        isValid = false;
      }
      assert.equal(isWellFormed(new TextEncoder().encode(text)), isValid, text);
    }),
    fuzzOptions(),
  );
});

test("any bytes are read to an end or to an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      isWellFormed(bytes);
    }),
    fuzzOptions(),
  );
});
