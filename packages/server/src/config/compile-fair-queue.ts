import type { ModelConfig } from "@nereid/protocol";
import type { FairQueueSpec } from "../model/batching-spec.ts";
import { OwnParameter } from "./own-parameters.ts";

/** The greatest weight, and one over it the smallest: flows differ by no more than sums of doubles can tell apart. */
export const FLOW_WEIGHT_MAX = 1000;

/** In the list of weights: every value that is not there. */
const OTHERS = "*";

/**
 * How waiting requests share the model: `NEREID_FAIR_KEY` names a request parameter, `NEREID_FAIR_WEIGHTS` gives its values
 * weights, `gold=4; silver=2; *=1`. Not Triton's.
 *
 * @returns null if requests are served as they come
 * @throws {TritonError} InvalidArg
 */
export function compileFairQueue(config: ModelConfig): FairQueueSpec | null {
  const key = new OwnParameter(config, "NEREID_FAIR_KEY");
  const weights = new OwnParameter(config, "NEREID_FAIR_WEIGHTS");
  if (!key.isGiven) {
    if (weights.isGiven) {
      throw weights.error("it needs NEREID_FAIR_KEY");
    }
    return null;
  }
  if (key.text === null || key.text === "") {
    throw key.error("it is the name of a request parameter, not empty");
  }
  const { schedulingChoice } = config;
  if (schedulingChoice.case !== "dynamicBatching") {
    throw key.error("it needs dynamic_batching");
  }
  if (schedulingChoice.value.preserveOrdering) {
    throw key.error("requests are not served in another order where preserve_ordering is true");
  }
  const byValue = parseWeights(weights);
  const weightDefault = byValue.get(OTHERS) ?? 1;
  byValue.delete(OTHERS);
  return { key: key.text, weights: byValue, weightDefault };
}

function parseWeights(parameter: OwnParameter): Map<string, number> {
  const weights = new Map<string, number>();
  for (const [value, text] of parameter.entries()) {
    if (weights.has(value)) {
      throw parameter.error(`'${value}' has two weights`);
    }
    const weight = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(weight >= 1 / FLOW_WEIGHT_MAX && weight <= FLOW_WEIGHT_MAX)) {
      throw parameter.error(
        `the weight of '${value}' is a number from ${1 / FLOW_WEIGHT_MAX} to ${FLOW_WEIGHT_MAX}, not '${text}'`,
      );
    }
    weights.set(value, weight);
  }
  return weights;
}
