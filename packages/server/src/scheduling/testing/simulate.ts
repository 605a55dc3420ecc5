/** `npm run simulate -- --seeds 10000 [--from 0]`: simulates that many seeds, prints what was checked, fails with the seed. */
import { parseArgs } from "node:util";
import { INVARIANTS } from "./invariants.ts";
import { SEQUENCE_INVARIANTS } from "./simulated-sequences.ts";
import { simulateSeed, simulateSequenceSeed } from "./simulation.ts";

/** Failing seeds that are printed before the rest is given up. */
const FAILURE_COUNT_MAX = 5;

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "10000" }, from: { type: "string", default: "0" } },
});
const seedCount = Number(values.seeds);
const firstSeed = Number(values.from);
if (!Number.isSafeInteger(seedCount) || seedCount < 1 || !Number.isSafeInteger(firstSeed)) {
  throw new TypeError("--seeds takes a positive integer, --from an integer");
}

const startMs = performance.now();
const failures: string[] = [];
let doneCount = 0;
const sums = { accepted: 0, refused: 0, rejected: 0, cancelled: 0, batches: 0 };
while (doneCount < seedCount && failures.length < FAILURE_COUNT_MAX) {
  try {
    for (const simulate of [simulateSeed, simulateSequenceSeed]) {
      const summary = simulate(firstSeed + doneCount);
      sums.accepted += summary.acceptedCount;
      sums.refused += summary.refusedCount;
      sums.rejected += summary.rejectedCount;
      sums.cancelled += summary.cancelledCount;
      sums.batches += summary.batchCount;
    }
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  }
  doneCount++;
}
const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
console.log(`Simulated seeds ${firstSeed} to ${firstSeed + doneCount - 1} in ${seconds} s:`);
console.log(`  ${JSON.stringify(sums)}`);
console.log("Checked in each:");
for (const invariant of [...INVARIANTS, ...SEQUENCE_INVARIANTS]) {
  console.log(`  - ${invariant}`);
}
for (const failure of failures) {
  console.error(`FAILED ${failure}`);
}
process.exitCode = failures.length === 0 ? 0 : 1;
