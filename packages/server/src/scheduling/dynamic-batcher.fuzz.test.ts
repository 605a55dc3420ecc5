import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { simulateSeed } from "./testing/simulation.ts";

test("any seed: the invariants hold", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), (seed) => {
      simulateSeed(seed);
    }),
    fuzzOptions(),
  );
});
