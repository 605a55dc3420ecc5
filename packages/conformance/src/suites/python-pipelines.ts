import type { ModelSource } from "../model-repository.ts";
import { DECOUPLED_MODELS } from "./decoupled-models.ts";
import { type EnsembleParts, ensemble, type StepParts } from "./ensemble-models.ts";
import { type PythonConfig, pythonModel, pythonSource } from "./python-models.ts";

const SEEN = ["SEEN", "STRING", [1]] as const;

const THROUGH: PythonConfig = {
  inputs: [["X", "INT32", [-1]]],
  outputs: [["Y", "INT32", [-1]], SEEN],
};

/** The control tensors of every model of sequences here. */
const CONTROLS = ["START", "END", "READY"]
  .map(
    (name) =>
      `  control_input { name: "${name}" control { kind: CONTROL_SEQUENCE_${name} int32_false_true: [ 0, 1 ] } }\n`,
  )
  .join("");

/** Gives X back, and what its request says of itself. */
export function tellingModel(name: string): ModelSource {
  return pythonModel(name, pythonSource("telling"), THROUGH);
}

/** Answers for each element of X. */
export function burstingModel(name: string): ModelSource {
  const more = "model_transaction_policy { decoupled: true }";
  return pythonModel(name, pythonSource("bursting"), { ...THROUGH, more });
}

/** A `sequence_batching` with all control tensors. */
export function sequenceBatching(strategy: string): string {
  return `sequence_batching {
  max_sequence_idle_microseconds: 20000000
${CONTROLS}  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_UINT64 } }
  ${strategy}
}`;
}

/** Sums X up over a sequence; batches up to 4 unless stated, which direct has as many slots for. */
export function countingModel(name: string, strategy: string, maxBatchSize = 4): ModelSource {
  return pythonModel(name, pythonSource("counting"), {
    maxBatchSize,
    inputs: [["X", "INT32", [1]]],
    outputs: [["TOTAL", "INT32", [1]], SEEN],
    more: sequenceBatching(strategy),
  });
}

/** A step of one of the models above, or of "square". */
function step(model: string, from: string, to: string, seen?: string): StepParts {
  if (model.startsWith("square")) {
    return { model, inputs: `IN=${from}`, outputs: `OUT=${to}` };
  }
  const output = model.startsWith("count") ? "TOTAL" : "Y";
  const outputs = `${output}=${to}${seen === undefined ? "" : ` SEEN=${seen}`}`;
  return { model, inputs: `X=${from}`, outputs };
}

/**
 * An ensemble from IN to OUT through one model after the other. SEEN_1 and so on are what their requests say, from the last
 * decoupled model on: what comes before it is there only once, or for other answers.
 */
function chain(name: string, ...models: readonly string[]): ModelSource {
  const last = models.length - 1;
  const from = models.findLastIndex((model) => /^burst|^square/.test(model));
  const told: string[] = [];
  const steps = models.map((model, index) => {
    const seen = index < from || model === "square" ? undefined : `SEEN_${index + 1}`;
    if (seen !== undefined) {
      told.push(seen);
    }
    const to = index === last ? "OUT" : `t${index + 1}`;
    return step(model, index === 0 ? "IN" : `t${index}`, to, seen);
  });
  return pipeline(name, steps, ["OUT"], told);
}

function pipeline(
  name: string,
  steps: readonly StepParts[],
  numbers: readonly string[],
  texts: readonly string[] = [],
): ModelSource {
  const parts: EnsembleParts = {
    inputs: [["IN", "INT32", [-1]]],
    outputs: [
      ...numbers.map((output) => [output, "INT32", [-1]] as const),
      ...texts.map((output) => [output, "STRING", [1]] as const),
    ],
    steps,
  };
  return ensemble(name, parts);
}

const BURST_TO_TWO: readonly StepParts[] = [
  step("burst", "IN", "t"),
  step("tell", "t", "LEFT"),
  step("tell_other", "t", "RIGHT"),
];

/** The models of the pipelines, and the pipelines. */
export const PIPELINE_MODELS: readonly ModelSource[] = [
  ...["tell", "tell_other", "tell_counted"].map(tellingModel),
  ...["burst", "burst_other", "burst_counted", "burst_failing"].map(burstingModel),
  countingModel("count_direct", "direct { }"),
  countingModel("count_oldest", "oldest { max_candidate_sequences: 4 }"),
  ...DECOUPLED_MODELS.filter(({ name }) => name === "square"),
  chain("alone", "burst"),
  chain("first", "burst", "tell"),
  chain("middle", "tell", "burst", "tell_other"),
  chain("last", "tell", "burst"),
  chain("twice", "burst", "burst_other"),
  chain("squares", "burst", "square"),
  chain("squares_told", "burst", "square", "tell"),
  chain("squares_burst", "square", "burst"),
  pipeline("fan_out", BURST_TO_TWO, ["LEFT", "RIGHT"]),
  pipeline("fan_out_between", BURST_TO_TWO, ["t", "LEFT", "RIGHT"]),
  pipeline(
    "nested",
    [
      { model: "first", inputs: "IN=IN", outputs: "OUT=t" },
      { model: "squares", inputs: "IN=t", outputs: "OUT=OUT" },
    ],
    ["OUT"],
  ),
  chain("counted", "tell_counted", "burst_counted"),
  chain("failing", "burst_failing", "tell"),
  chain("direct", "tell", "count_direct"),
  chain("oldest", "tell", "count_oldest"),
  chain("direct_first", "count_direct", "tell"),
  chain("oldest_first", "count_oldest", "tell"),
  chain("both", "count_oldest", "count_direct"),
  chain("burst_count", "burst", "count_oldest"),
];
