import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { simulateEnsemble } from "./testing/ensemble-simulation.ts";

test("any data flow, delays, failures and cancellations: each request ends once, every tensor is given back once, answers are those of a sequential evaluation", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0 }), (seed) => {
      simulateEnsemble(seed);
    }),
    fuzzOptions(),
  );
});
