import assert from "node:assert/strict";
import { test } from "node:test";
import { connectedComponents } from "./connected-components.ts";

/** The parts of a drawing, each as its sorted indices. */
function partsOf(...rows: readonly string[]): readonly (readonly number[])[] {
  const width = rows[0]!.length;
  const pixels = Uint8Array.from(rows.join(""), (character) => (character === "#" ? 1 : 0));
  const parts = connectedComponents({ width, height: rows.length, pixels });
  return parts.map((part) => [...part].sort((left, right) => left - right));
}

test("no foreground, no parts", () => {
  assert.deepEqual(partsOf("...", "..."), []);
});

test("everything is one part", () => {
  assert.deepEqual(partsOf("##", "##"), [[0, 1, 2, 3]]);
});

test("pixels that touch at a corner are connected, others are not", () => {
  assert.deepEqual(partsOf("#..", ".#.", "..#"), [[0, 4, 8]]);
  assert.deepEqual(partsOf("#.#", "..."), [[0], [2]]);
});

test("the end of a row does not touch the beginning of the next", () => {
  assert.deepEqual(partsOf("..#", "...", "#.."), [[2], [6]]);
  assert.deepEqual(partsOf("...#", "#..."), [[3], [4]]);
});

test("a part may close in on itself around another", () => {
  assert.deepEqual(
    partsOf("#####", "#...#", "#.#.#", "#...#", "#####").map((part) => part.length),
    [16, 1],
  );
});

test("arms that meet later are one part", () => {
  assert.deepEqual(partsOf("#.#.#", "#.#.#", "#####").length, 1);
});

test("every foreground pixel of a large map is in exactly one part", () => {
  const width = 97;
  const height = 61;
  const pixels = Uint8Array.from({ length: width * height }, (_, index) =>
    (index * 7919) % 13 < 4 ? 1 : 0,
  );
  const parts = connectedComponents({ width, height, pixels });
  const indices = parts.flatMap((part) => [...part]);
  assert.equal(new Set(indices).size, indices.length);
  assert.equal(
    indices.length,
    pixels.reduce((sum, pixel) => sum + pixel, 0),
  );
});
