import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, TritonError } from "@nereid/protocol";
import { checkOwnParameters } from "./check-own-parameters.ts";

function check(key: string, backend: string, isEnsemble = false): void {
  checkOwnParameters(
    createModelConfig({
      name: "m",
      backend,
      parameters: { [key]: { stringValue: "1" } },
      ...(isEnsemble && {
        schedulingChoice: { case: "ensembleScheduling" as const, value: { step: [] } },
      }),
    }),
  );
}

const READ: readonly (readonly [string, string])[] = [
  ["NEREID_PAD_INPUTS", "identity"],
  ["NEREID_FAIR_KEY", "python"],
  ["NEREID_LATENCY_TARGET_US", "onnxruntime"],
  ["NEREID_EXECUTION_MODE", "onnxruntime"],
  ["NEREID_SESSION_PER_INSTANCE", "onnxruntime"],
  ["NEREID_HEAP_SIZE_MB", "typescript"],
  ["NEREID_EXECUTE_TIMEOUT_MS", "javascript"],
  ["nereid_pad_input", "identity"],
  ["anything", "python"],
];

test("parameters that somebody reads pass, and so does what is not ours", () => {
  for (const [key, backend] of READ) {
    check(key, backend);
  }
  // Their numbers are checked where the steps are known.
  check("NEREID_STEP_0_TIMEOUT_US", "", true);
});

const UNREAD: readonly (readonly [string, string, boolean])[] = [
  ["NEREID_PAD_INPUT", "identity", false],
  ["NEREID_", "onnxruntime", false],
  ["NEREID_EXECUTION_MODE", "python", false],
  ["NEREID_HEAP_SIZE_MB", "onnxruntime", false],
  ["NEREID_STEP_0_CONDITION", "onnxruntime", false],
  ["NEREID_STEPS_0_CONDITION", "", true],
];

test("a parameter that begins like ours and that nobody reads is refused with the names of those that are read", () => {
  for (const [key, backend, isEnsemble] of UNREAD) {
    assert.throws(
      () => check(key, backend, isEnsemble),
      (error: unknown) =>
        error instanceof TritonError &&
        error.message.startsWith(
          `parameter '${key}' of model 'm': this model can have NEREID_FAIR`,
        ) &&
        error.message.includes("NEREID_STEP_<step>_") === isEnsemble,
      key,
    );
  }
});
