import assert from "node:assert/strict";
import { test } from "node:test";
import { httpThreadCount } from "./http-thread-count.ts";

test("who asks for several threads gets them, up to a limit; all others have the main thread", () => {
  const cases: readonly (readonly [number | null, number])[] = [
    [null, 0],
    [1, 0],
    [2, 2],
    [8, 8],
    [64, 64],
    [1000, 64],
  ];
  for (const [asked, expected] of cases) {
    assert.equal(httpThreadCount(asked), expected, String(asked));
  }
});
