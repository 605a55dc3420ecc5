import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonNumber, parseJsonText } from "./json-text.ts";

test("numbers keep their text, whatever they are", () => {
  const texts = ["0.10000000149011612", "18446744073709551615", "NaN", "-Infinity", "1e-7"];
  assert.deepEqual(
    parseJsonText(`[${texts.join(" , ")}]`),
    texts.map((text) => new JsonNumber(text)),
  );
});

test("repeated keys and their order are kept", () => {
  assert.deepEqual(parseJsonText('{"b":true,"a":null,"b":"x"}'), {
    members: [
      ["b", true],
      ["a", null],
      ["b", "x"],
    ],
  });
});

test("escapes are read, raw control characters too", () => {
  assert.equal(parseJsonText('"\\u00e9\\n\\"\\\\\\/"'), 'é\n"\\/');
  assert.equal(parseJsonText('"a\u0001b"'), "a\u0001b");
});

test("what is not JSON is refused with the place", () => {
  for (const [text, offset] of [
    ["", 0],
    ["{", 1],
    ["[1 2]", 3],
    ['{"a" 1}', 5],
    ["[1] x", 4],
    ['"\\x"', 3],
    ["nothing", 0],
  ] as const) {
    assert.throws(() => parseJsonText(text), new RegExp(`at ${offset}$`), text);
  }
});
