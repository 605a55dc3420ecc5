import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText } from "@nereid/protocol";
import { checkEnsembleConsistency } from "./ensemble-consistency.ts";

const TENSORS =
  'input { name: "I" data_type: TYPE_FP32 dims: [ -1 ] } output { name: "O" data_type: TYPE_FP32 dims: [ -1 ] }';
const MODELS: Readonly<Record<string, string>> = {
  plain: TENSORS,
  stream: `${TENSORS} model_transaction_policy { decoupled: true }`,
  join: `${TENSORS} input { name: "J" data_type: TYPE_FP32 dims: [ -1 ] }`,
};

function step(model: string, inputs: string, output: string): string {
  const maps = inputs.split(" ").map((pair) => {
    const [key, value] = pair.split("=");
    return `input_map { key: "${key}" value: "${value}" }`;
  });
  return `step { model_name: "${model}" ${maps.join(" ")} output_map { key: "O" value: "${output}" } }`;
}

function check(...steps: readonly string[]): boolean {
  const config = parseModelConfigText(
    `name: "e" input { name: "IN" data_type: TYPE_FP32 dims: [ -1 ] } output { name: "OUT" data_type: TYPE_FP32 dims: [ -1 ] } ensemble_scheduling { ${steps.join(" ")} }`,
  );
  return checkEnsembleConsistency(config, (name) =>
    parseModelConfigText(`name: "${name}" ${MODELS[name] ?? ""}`),
  );
}

test("an ensemble is decoupled if one of its steps is", () => {
  assert.equal(check(step("plain", "I=IN", "OUT")), false);
  assert.equal(check(step("stream", "I=IN", "a"), step("plain", "I=a", "OUT")), true);
  // The order of the steps is not that of the data.
  assert.equal(check(step("plain", "I=a", "OUT"), step("stream", "I=IN", "a")), true);
});

test("answers of two decoupled models do not meet, nor do those of one and what came before it", () => {
  const message =
    /^in ensemble e, step of model 'e' receives inputs originated from different decoupled models$/;
  assert.throws(
    () =>
      check(
        step("stream", "I=IN", "a"),
        step("stream", "I=IN", "b"),
        step("join", "I=a J=b", "OUT"),
      ),
    { message },
  );
  assert.throws(() => check(step("stream", "I=IN", "a"), step("join", "I=a J=IN", "OUT")), {
    message,
  });
});
