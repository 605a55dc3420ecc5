// Tests what our own parameters say of an ensemble's steps, through everything that reads them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModelConfigText, StatusCode, TritonError } from "@nereid/protocol";
import type { EnsembleStepSpec } from "../model/ensemble-spec.ts";
import { compileEnsemble } from "./compile-ensemble.ts";
import { compileModelSpec } from "./compile-model-spec.ts";
import { validateModelConfig } from "./validate-model-config.ts";

const MODEL = `name: "m" backend: "x" max_batch_size: 4
  input { name: "I" data_type: TYPE_FP32 dims: [ -1 ] }
  output { name: "O" data_type: TYPE_FP32 dims: [ 2, -1 ] } output { name: "TEXT" data_type: TYPE_STRING dims: [ 1 ] }`;

const ENSEMBLE = `name: "e" platform: "ensemble" max_batch_size: 4 version_policy { latest { num_versions: 1 } }
  input { name: "IN" data_type: TYPE_FP32 dims: [ -1 ] } input { name: "FLAG" data_type: TYPE_BOOL dims: [ 1 ] }
  input { name: "COUNT" data_type: TYPE_INT64 dims: [ 1 ] } input { name: "WORD" data_type: TYPE_STRING dims: [ 1 ] }
  output { name: "OUT" data_type: TYPE_FP32 dims: [ 2, -1 ] } output { name: "TEXT" data_type: TYPE_STRING dims: [ 1 ] }
  output { name: "REST" data_type: TYPE_FP32 dims: [ 2, -1 ] }
  ensemble_scheduling {
    step { model_name: "m" model_version: -1 input_map { key: "I" value: "IN" } output_map { key: "O" value: "OUT" } output_map { key: "TEXT" value: "TEXT" } }
    step { model_name: "m" model_version: -1 input_map { key: "I" value: "IN" } input_map { key: "F" value: "FLAG" } input_map { key: "C" value: "COUNT" } input_map { key: "W" value: "WORD" } output_map { key: "O" value: "REST" } }
  }`;

function compile(parameters: Readonly<Record<string, string>>): readonly EnsembleStepSpec[] {
  const config = parseModelConfigText(
    ENSEMBLE +
      Object.entries(parameters)
        .map(([key, value]) => `parameters { key: "${key}" value: { string_value: "${value}" } }`)
        .join(" "),
  );
  validateModelConfig(config);
  const model = compileModelSpec(parseModelConfigText(MODEL), 1n, new Map());
  return compileEnsemble(config, compileModelSpec(config, 1n, new Map()), [model, model]).steps;
}

test("a condition knows its tensor's type", () => {
  const cases = [
    ["IN > 0.1", ">", Math.fround(0.1)],
    ["FLAG == true", "==", true],
    ["COUNT <= 9007199254740993", "<=", 9_007_199_254_740_993n],
    ["WORD != a b", "!=", "a b"],
    ["IN == nan", "==", Number.NaN],
    ["IN < -inf", "<", Number.NEGATIVE_INFINITY],
  ] as const;
  for (const [text, operator, value] of cases) {
    const [step] = compile({ NEREID_STEP_0_CONDITION: text });
    assert.equal(step?.condition?.operator, operator, text);
    assert.deepEqual(step.condition.value, value, text);
    assert.equal(step.condition.text, text);
  }
});

test("a step waits for what its condition and its defaults need", () => {
  const [step] = compile({
    NEREID_STEP_0_CONDITION: "FLAG == true",
    NEREID_STEP_0_DEFAULTS: "OUT=@IN; TEXT=none",
    NEREID_STEP_1_TIMEOUT_US: "5",
  });
  assert.equal(step?.waitsFor.length, 2);
  assert.equal(step.condition?.position, 1);
  assert.equal(step.defaults[0]?.position, 0);
  const constant = step.defaults[1]?.constant;
  assert.deepEqual(constant?.shape, [1]);
  assert.equal(Buffer.from(constant?.row ?? []).toString("latin1"), "\u0004\0\0\0none");
  assert.equal(step.timeoutUs, 0);
});

test("a constant fills its tensor, variable dimensions having one element", () => {
  const [step] = compile({
    NEREID_STEP_0_CONDITION: "FLAG == true",
    NEREID_STEP_0_DEFAULTS: "OUT=1.5",
  });
  const constant = step?.defaults[0]?.constant;
  assert.deepEqual(constant?.shape, [2, 1]);
  assert.deepEqual([...new Float32Array(constant?.row.slice().buffer ?? [])], [1.5, 1.5]);
  assert.equal(constant?.isBatched, true);
});

test("what is wrong is named", () => {
  const condition = { NEREID_STEP_0_CONDITION: "FLAG == true" };
  const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [
      { NEREID_STEP_2_CONDITION: "IN > 1" },
      "parameter 'NEREID_STEP_2_CONDITION' of model 'e': it is none of NEREID_STEP_<step>_CONDITION, _DEFAULTS and _TIMEOUT_US with a step from 0 to 1",
    ],
    [
      { NEREID_STEP_0_CONDITON: "IN > 1" },
      "parameter 'NEREID_STEP_0_CONDITON' of model 'e': it is none of NEREID_STEP_<step>_CONDITION, _DEFAULTS and _TIMEOUT_US with a step from 0 to 1",
    ],
    [
      { NEREID_STEP_0_CONDITION: "IN" },
      "parameter 'NEREID_STEP_0_CONDITION' of model 'e': 'IN' is not of the form 'tensor operator value' with one of == != < <= > >=",
    ],
    [
      { NEREID_STEP_0_CONDITION: "IN > much" },
      "parameter 'NEREID_STEP_0_CONDITION' of model 'e': 'much' is no FP32",
    ],
    [
      { NEREID_STEP_0_CONDITION: "FLAG > true" },
      "parameter 'NEREID_STEP_0_CONDITION' of model 'e': tensor 'FLAG' of type BOOL takes == and != only",
    ],
    [
      { NEREID_STEP_0_DEFAULTS: "OUT=1" },
      "parameter 'NEREID_STEP_0_DEFAULTS' of model 'e': it needs NEREID_STEP_0_CONDITION",
    ],
    [
      { ...condition, NEREID_STEP_0_DEFAULTS: "OUT" },
      "parameter 'NEREID_STEP_0_DEFAULTS' of model 'e': 'OUT' is not of the form name=value",
    ],
    [
      { ...condition, NEREID_STEP_0_DEFAULTS: "OUT=1;OUT=2" },
      "parameter 'NEREID_STEP_0_DEFAULTS' of model 'e': 'OUT' is given twice",
    ],
    [
      { ...condition, NEREID_STEP_0_DEFAULTS: "REST=1" },
      "parameter 'NEREID_STEP_0_DEFAULTS' of model 'e': the step does not write a tensor 'REST'",
    ],
    [
      { ...condition, NEREID_STEP_0_DEFAULTS: "OUT=@FLAG" },
      "parameter 'NEREID_STEP_0_DEFAULTS' of model 'e': tensor 'FLAG' is BOOL, it cannot stand for 'OUT', which is FP32",
    ],
    [
      { ...condition, NEREID_STEP_0_DEFAULTS: "OUT=@" },
      "parameter 'NEREID_STEP_0_DEFAULTS' of model 'e': 'OUT=@' names no tensor",
    ],
    [
      { NEREID_STEP_0_TIMEOUT_US: "0" },
      "parameter 'NEREID_STEP_0_TIMEOUT_US' of model 'e': '0' is no whole number from 1 to 3600000000",
    ],
    [
      { NEREID_STEP_0_TIMEOUT_US: "1.5" },
      "parameter 'NEREID_STEP_0_TIMEOUT_US' of model 'e': '1.5' is no whole number from 1 to 3600000000",
    ],
  ];
  for (const [parameters, message] of cases) {
    assert.throws(() => compile(parameters), new TritonError(StatusCode.InvalidArg, message));
  }
});

test("a condition on a tensor that the step itself needs to exist first is a circle", () => {
  assert.throws(
    () => compile({ NEREID_STEP_0_CONDITION: "OUT > 1" }),
    /output 'OUT' for ensemble 'e' is not written/,
  );
  assert.throws(
    () => compile({ NEREID_STEP_0_CONDITION: "NOTHING > 1" }),
    /is not written: at least one of its depending tensors, 'NOTHING', is not connected/,
  );
});
