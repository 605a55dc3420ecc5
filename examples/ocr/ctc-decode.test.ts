import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { classCharacters, decodeCtc } from "./ctc-decode.ts";

/** Classes: 0 blank, 1 a, 2 b, 3 space. */
const CHARACTERS = classCharacters("a\nb\n");

/** One step a class, with that class's probability. */
function steps(...classes: readonly (readonly [number, number])[]): Float32Array {
  return Float32Array.from(
    classes.flatMap(([best, probability]) =>
      CHARACTERS.map((_, index) => (index === best ? probability : (1 - probability) / 3)),
    ),
  );
}

test("the blank comes first, the space last, whether or not the file ends with a line feed", () => {
  assert.deepEqual(CHARACTERS, ["", "a", "b", " "]);
  assert.deepEqual(classCharacters("a\nb"), CHARACTERS);
});

test("a character of the file may be white space itself", () => {
  assert.deepEqual(classCharacters("a\n\u3000\nb\n"), ["", "a", "\u3000", "b", " "]);
});

test("repetitions are one character, unless a blank is between them", () => {
  const decoded = decodeCtc(
    steps([1, 0.9], [1, 0.9], [0, 0.9], [1, 0.9], [2, 0.9], [2, 0.9]),
    CHARACTERS,
  );
  assert.equal(decoded.text, "aab");
});

test("spaces are characters", () => {
  assert.equal(decodeCtc(steps([1, 0.9], [3, 0.9], [3, 0.9], [2, 0.9]), CHARACTERS).text, "a b");
});

test("the confidence is the mean over the characters, each at its first step", () => {
  const { confidence } = decodeCtc(
    steps([0, 0.99], [1, 0.5], [1, 0.9], [0, 0.99], [2, 0.75]),
    CHARACTERS,
  );
  assert.equal(confidence, 0.625);
});

test("nothing but blanks, or no steps, is no text", () => {
  assert.deepEqual(decodeCtc(steps([0, 0.9], [0, 0.8]), CHARACTERS), { text: "", confidence: 0 });
  assert.deepEqual(decodeCtc(new Float32Array(0), CHARACTERS), { text: "", confidence: 0 });
});

test("probabilities that are not whole steps are refused", () => {
  assert.throws(
    () => decodeCtc(new Float32Array(7), CHARACTERS),
    (error) =>
      error instanceof TritonError &&
      error.code === StatusCode.InvalidArg &&
      error.message.includes("7 probabilities are not steps of 4 classes"),
  );
});
