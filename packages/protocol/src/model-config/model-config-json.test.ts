import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { createModelConfig } from "./model-config.ts";
import { modelConfigToJson, parseModelConfigJson } from "./model-config-json.ts";
import { formatModelConfigText } from "./model-config-text.ts";

function readGolden(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, "json", "golden", name), "utf8"));
}

const shown = readGolden("configs.json") as {
  readonly source: string;
  readonly configs: readonly string[];
};

const overrides = readGolden("overrides.json") as {
  readonly source: string;
  readonly cases: readonly {
    readonly text: string;
    readonly written?: string;
    readonly problem?: string;
  }[];
};

describe(`JSON forms recorded from ${shown.source}`, () => {
  for (const [index, json] of shown.configs.entries()) {
    test(`form ${index} is written as it was read`, () => {
      assert.equal(modelConfigToJson(parseModelConfigJson(json)), json);
    });
  }
});

describe(`texts recorded from ${overrides.source}`, () => {
  for (const { text, written, problem } of overrides.cases) {
    test(JSON.stringify(text).slice(-100), () => {
      if (problem !== undefined) {
        assert.throws(() => parseModelConfigJson(text), {
          name: "TritonError",
          code: StatusCode.InvalidArg,
          message: problem,
        });
        return;
      }
      const config = parseModelConfigJson(text);
      if (written !== undefined) {
        config.name ||= "m";
        assert.equal(formatModelConfigText(config), written);
      }
    });
  }
});

test("a configuration with nothing set has no JSON form", () => {
  assert.equal(modelConfigToJson(createModelConfig()), "");
  assert.notEqual(modelConfigToJson(createModelConfig({ optimization: {} })), "");
});

test("histogram buckets print as the real server's JSON writer prints doubles", () => {
  const buckets = [0.1, 1, 100000, 1e15, 1e-7, 0.30000000000000004, 1e21, -0, 2.5e-5];
  const config = createModelConfig({
    modelMetrics: {
      metricControl: [{ metricOptions: { case: "histogramOptions", value: { buckets } } }],
    },
  });
  const [, text] = /"buckets":(\[[^\]]*\])/.exec(modelConfigToJson(config)) ?? [];
  assert.equal(text, "[0.1,1,100000,1000000000000000.0,1e-7,0.30000000000000004,1e21,0,0.000025]");
  const again = parseModelConfigJson(modelConfigToJson(config));
  const options = again.modelMetrics?.metricControl[0]?.metricOptions;
  assert.deepEqual(options?.value?.buckets, [...buckets.slice(0, 7), 0, 2.5e-5]);
});

test("arrays may not nest without end", () => {
  assert.throws(
    () => parseModelConfigJson("[".repeat(1_000_000)),
    (error: unknown) =>
      error instanceof TritonError && error.message.startsWith("Message too deep"),
  );
});
