// Tests all schedulers against the invariants of testing/invariants.ts, in scenarios drawn from seeds. `SEED=7` runs one
// alone; `npm run simulate -- --seeds 10000` runs many more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulateSeed, simulateSequenceSeed } from "./testing/simulation.ts";

const SEED_COUNT = 400;

const SIMULATIONS = [
  ["requests", simulateSeed],
  ["sequences", simulateSequenceSeed],
] as const;

for (const [what, simulate] of SIMULATIONS) {
  test(`simulation of ${what}: the invariants hold, whatever comes`, () => {
    checkSeeds(simulate);
  });

  test(`simulation of ${what}: a seed replays`, () => {
    assert.deepEqual(simulate(3), simulate(3));
  });
}

function checkSeeds(simulate: typeof simulateSeed): void {
  const only = process.env["SEED"];
  const seeds =
    only === undefined ? Array.from({ length: SEED_COUNT }, (_, seed) => seed) : [+only];
  const sums = { accepted: 0, refused: 0, rejected: 0, cancelled: 0, batches: 0 };
  for (const seed of seeds) {
    const summary = simulate(seed);
    sums.accepted += summary.acceptedCount;
    sums.refused += summary.refusedCount;
    sums.rejected += summary.rejectedCount;
    sums.cancelled += summary.cancelledCount;
    sums.batches += summary.batchCount;
  }
  if (only === undefined) {
    // A simulation in which nothing goes wrong checks nothing.
    assert.ok(Math.min(...Object.values(sums)) > SEED_COUNT / 4, JSON.stringify(sums));
    assert.ok(simulate !== simulateSeed || sums.batches < sums.accepted, JSON.stringify(sums));
  }
}
