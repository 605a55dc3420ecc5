import { Random } from "./random.ts";
import { randomScenario } from "./scenario.ts";
import { SimulatedModel, type SimulationSummary } from "./simulated-model.ts";

/**
 * Runs the simulation of a seed: the same number gives the same scenario and the same events every time.
 *
 * @throws {Error} naming the seed, with what was broken as its cause
 */
export function simulateSeed(seed: number): SimulationSummary {
  const random = new Random(seed);
  const model = new SimulatedModel(randomScenario(random), random);
  try {
    return model.simulate();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
