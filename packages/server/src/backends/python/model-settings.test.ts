import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseModelConfigText, StatusCode } from "@nereid/protocol";
import { nullLogger } from "../../base/logger.ts";
import type { ModelContext } from "../../model/backend.ts";
import { modelFile, parseModelSettings, warnOfCustomStub } from "./model-settings.ts";

interface Heard {
  readonly context: ModelContext;
  readonly warnings: string[];
}

/** @param parameters by name; @param rest of the configuration */
function contextOf(
  parameters: Readonly<Record<string, string>>,
  { rest = "", modelDirectory = "/models/m" } = {},
): Heard {
  const entries = Object.entries(parameters).map(
    ([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }`,
  );
  const warnings: string[] = [];
  const context: ModelContext = {
    name: "m",
    version: 1n,
    config: parseModelConfigText(`name: "m" backend: "python" ${rest} ${entries.join(" ")}`),
    modelDirectory,
    versionDirectory: `${modelDirectory}/1`,
    log: { ...nullLogger, warning: (message) => warnings.push(message) },
  };
  return { context, warnings };
}

test("a model's parameters say which Python runs it; what they leave out is the backend's", () => {
  assert.deepEqual(parseModelSettings(contextOf({}).context), {
    environmentPath: null,
    python: null,
  });
  const path = "$$TRITON_MODEL_DIRECTORY/env.tar.gz";
  assert.deepEqual(
    parseModelSettings(contextOf({ EXECUTION_ENV_PATH: path, python: "python3.9" }).context),
    { environmentPath: "/models/m/env.tar.gz", python: "python3.9" },
  );
  assert.equal(
    parseModelSettings(contextOf({ EXECUTION_ENV_PATH: "" }).context).environmentPath,
    null,
  );
});

test("FORCE_CPU_ONLY_INPUT_TENSORS is yes or no: either way inputs are CPU tensors here", () => {
  for (const value of ["yes", "no", ""]) {
    parseModelSettings(contextOf({ FORCE_CPU_ONLY_INPUT_TENSORS: value }).context);
  }
  assert.throws(
    () => parseModelSettings(contextOf({ FORCE_CPU_ONLY_INPUT_TENSORS: "maybe" }).context),
    {
      code: StatusCode.Unsupported,
      message: "Incorrect value for FORCE_CPU_ONLY_INPUT_TENSORS: maybe'",
    },
  );
});

test("the model's file is model.py of the version, another one, or the backend's", () => {
  assert.equal(modelFile(contextOf({}).context, null), "/models/m/1/model.py");
  const rest = 'default_model_filename: "other.py"';
  assert.equal(modelFile(contextOf({}, { rest }).context, null), "/models/m/1/other.py");
  assert.equal(
    modelFile(contextOf({}, { rest }).context, "/backends/own"),
    "/backends/own/model.py",
  );
});

test("a stub of the model's own is not used, which the log says", async () => {
  const modelDirectory = mkdtempSync(join(tmpdir(), "nereid-settings-"));
  const { context, warnings } = contextOf({}, { modelDirectory });
  await warnOfCustomStub(context);
  assert.deepEqual(warnings, []);
  writeFileSync(join(modelDirectory, "triton_python_backend_stub"), "");
  await warnOfCustomStub(context);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /^The 'triton_python_backend_stub' in .* 'm' is not used\./);
  rmSync(modelDirectory, { recursive: true });
});
