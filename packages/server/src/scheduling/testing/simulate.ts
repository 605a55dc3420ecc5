/** `npm run simulate -- --seeds 10000 [--from 0]`: simulates that many seeds, prints what was checked, fails with the seed. */
import { readProgramOptions } from "../../../../../tools/program-options.ts";
import { INVARIANTS } from "./invariants.ts";
import { SEQUENCE_INVARIANTS } from "./simulated-sequences.ts";
import { simulateSeed, simulateSequenceSeed } from "./simulation.ts";

/** Failing seeds that are printed before the rest is given up. */
const FAILURE_COUNT_MAX = 5;

const { seeds: seedCount, from: firstSeed } = readProgramOptions({
  usage:
    "usage: npm run simulate -- [--seeds <number of seeds, 10000>] [--from <first seed, 0>]\n\n" +
    "Simulates the schedulers, one scenario a seed, and fails with the seeds that break a rule.",
  texts: {},
  numbers: {
    seeds: { default: 10_000, min: 1, isWhole: true },
    from: { default: 0, min: Number.MIN_SAFE_INTEGER, isWhole: true },
  },
});

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
