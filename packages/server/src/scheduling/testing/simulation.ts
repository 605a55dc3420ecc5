import { Random } from "./random.ts";
import { randomScenario } from "./scenario.ts";
import { randomSequenceScenario } from "./sequence-scenario.ts";
import { SimulatedModel, type SimulationSummary } from "./simulated-model.ts";
import { SimulatedSequences } from "./simulated-sequences.ts";

/**
 * Runs the simulation of a seed: the same number gives the same scenario and the same events every time.
 *
 * @throws {Error} naming the seed, with what was broken as its cause
 */
export function simulateSeed(seed: number): SimulationSummary {
  const random = new Random(seed);
  return simulate(seed, new SimulatedModel(randomScenario(random), random));
}

/** The same for a model of sequences. @throws {Error} naming the seed, with what was broken as its cause */
export function simulateSequenceSeed(seed: number): SimulationSummary {
  const random = new Random(seed);
  return simulate(seed, new SimulatedSequences(randomSequenceScenario(random), random));
}

function simulate(
  seed: number,
  simulation: { readonly simulate: () => SimulationSummary },
): SimulationSummary {
  try {
    return simulation.simulate();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
