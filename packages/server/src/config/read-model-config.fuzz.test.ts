import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  cloneModelConfig,
  type ModelConfig,
  modelConfigToJson,
  parseModelConfigText,
  TextFormatError,
  TritonError,
} from "@nereid/protocol";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { nullLogger } from "../base/logger.ts";
import { compileModelConfig, mergeAutoCompleted } from "./complete-model-config.ts";
import { instancePlacements, resolveInstanceGroups } from "./instance-groups.ts";
import { versionsToLoad } from "./model-versions.ts";
import { readModelConfig } from "./read-model-config.ts";
import { MemoryModelFiles } from "./testing/memory-model-files.ts";
import { unsupportedFeatures } from "./unsupported-features.ts";

/** The good and bad configurations that the real server was asked about. */
const samples: readonly ModelConfig[] = ["rules.json", "configs.json"].flatMap((name) => {
  const text = readFileSync(join(import.meta.dirname, "golden", name), "utf8");
  const { cases } = JSON.parse(text) as { readonly cases: readonly { readonly pbtxt?: string }[] };
  return cases.flatMap(({ pbtxt = "" }) => {
    try {
      return [parseModelConfigText(pbtxt)];
    } catch (error) {
      assert.ok(error instanceof TextFormatError);
      return [];
    }
  });
});

/** A configuration whose fields come from several samples. */
const mixed: fc.Arbitrary<ModelConfig> = fc
  .array(fc.tuple(fc.constantFrom(...samples), fc.nat()), { minLength: 1, maxLength: 8 })
  .map((picks) => {
    const config = cloneModelConfig(picks[0]?.[0] ?? samples[0]!);
    for (const [sample, pick] of picks) {
      const fields = Object.entries(cloneModelConfig(sample)).filter(([key]) => key !== "name");
      const field = fields[pick % fields.length];
      if (field !== undefined) {
        Object.assign(config, { [field[0]]: field[1] });
      }
    }
    return config;
  });

const directories = fc.array(
  fc.constantFrom(
    "1/",
    "2/model.onnx",
    "03/",
    "x/",
    "9/model.py",
    "warmup/",
    "labels.txt",
    "l.txt",
  ),
  { maxLength: 4 },
);

test("any mixture of configurations loads or is refused, and then the same way again", async () => {
  await fc.assert(
    fc.asyncProperty(mixed, directories, fc.boolean(), async (config, paths, isStrict) => {
      const files = new MemoryModelFiles(Object.fromEntries(paths.map((path) => [path, "a\nb"])));
      const override = modelConfigToJson(config) || "{}";
      const options = { configName: "", override, isAutoCompleteEnabled: !isStrict };
      try {
        const read = await readModelConfig({ name: "m", files, ...options, log: nullLogger });
        const again = await readModelConfig({
          name: "m",
          files,
          ...options,
          override: modelConfigToJson(read.config),
          log: nullLogger,
        });
        assert.deepEqual(again.config, read.config);
        unsupportedFeatures(read.config);
        await versionsToLoad(read.config, files, nullLogger);
        const gpus = { isSupported: true, gpus: [0], computeCapabilityMin: 6 };
        const resolved = resolveInstanceGroups(read.config, gpus, []);
        assert.deepEqual(resolveInstanceGroups(resolved, gpus, []), resolved);
        instancePlacements(resolved);
        const merged = mergeAutoCompleted(resolved, resolved);
        assert.deepEqual(merged, resolved);
        await compileModelConfig({ config: merged, isProvided: true, version: 1n, files });
      } catch (error) {
        assert.ok(error instanceof TritonError, String(error));
      }
    }),
    fuzzOptions(),
  );
});
