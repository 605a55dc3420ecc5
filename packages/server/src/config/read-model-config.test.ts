import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { type Logger, nullLogger } from "../base/logger.ts";
import { compileModelConfig } from "./complete-model-config.ts";
import { resolveInstanceGroups } from "./instance-groups.ts";
import { versionsToLoad } from "./model-versions.ts";
import { type ReadModelConfigOptions, readModelConfig } from "./read-model-config.ts";
import { MemoryModelFiles } from "./testing/memory-model-files.ts";

interface RuleCase {
  readonly pbtxt?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly directories?: readonly string[];
  readonly override?: string;
  readonly isStrict?: boolean;
  /** What is wrong, or else which versions load. */
  readonly message?: string;
  readonly versions?: readonly string[];
  readonly log?: readonly string[];
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden", "rules.json"), "utf8"),
) as { readonly source: string; readonly cases: readonly RuleCase[] };

/** Like the recording server: built for GPUs, with none there. */
const NO_GPUS = { isSupported: true, gpus: [], computeCapabilityMin: 6 };

const GOOD =
  'backend: "identity" input { name: "INPUT0" data_type: TYPE_FP32 dims: 4 } ' +
  'output { name: "OUTPUT0" data_type: TYPE_FP32 dims: 4 } ';

function collectingLogger(lines: string[]): Logger {
  const add = (line: string): void => {
    lines.push(line);
  };
  return { ...nullLogger, warning: add, error: add };
}

function optionsOf(
  files: Readonly<Record<string, string>>,
  more: Partial<ReadModelConfigOptions> = {},
): ReadModelConfigOptions {
  return {
    name: "m",
    files: new MemoryModelFiles(files),
    configName: "",
    override: null,
    isAutoCompleteEnabled: true,
    log: nullLogger,
    ...more,
  };
}

/** Everything that a load does with a configuration whose backend completes nothing. */
async function load(options: ReadModelConfigOptions): Promise<readonly string[]> {
  const { files, log } = options;
  const { config, isProvided } = await readModelConfig(options);
  const versions = await versionsToLoad(config, files, log);
  for (const version of config.backend === "" ? [] : versions) {
    const resolved = resolveInstanceGroups(config, NO_GPUS, []);
    await compileModelConfig({ config: resolved, isProvided, version, files });
  }
  return config.backend === "" ? [] : versions.map(String);
}

describe(`recorded from ${recorded.source}`, () => {
  for (const [index, recordedCase] of recorded.cases.entries()) {
    const { pbtxt, files, directories = ["1"], override = null, message } = recordedCase;
    test(`${index}: ${message ?? "loads"}`, async () => {
      const contents = { ...files };
      for (const directory of directories) {
        contents[`${directory}/`] = "";
      }
      if (pbtxt !== undefined) {
        contents["config.pbtxt"] = pbtxt;
      }
      const log: string[] = [];
      const options = optionsOf(contents, {
        override,
        isAutoCompleteEnabled: recordedCase.isStrict !== true,
        log: collectingLogger(log),
      });
      if (message === undefined) {
        assert.deepEqual(await load(options), recordedCase.versions);
        assert.deepEqual(log, recordedCase.log ?? []);
      } else {
        await assert.rejects(load(options), { name: "TritonError", message });
      }
    });
  }
});

test("a text that cannot be parsed is logged line by line and fails with its path", async () => {
  const log: string[] = [];
  const files = { "config.pbtxt": 'name: "\\q" foo: 1', "1/": "" };
  await assert.rejects(readModelConfig(optionsOf(files, { log: collectingLogger(log) })), {
    code: StatusCode.Internal,
    message: "failed to read text proto from /models/m/config.pbtxt",
  });
  assert.deepEqual(log, [
    "Error parsing text-format inference.ModelConfig: 1:9: Invalid escape sequence in string literal.",
    'Error parsing text-format inference.ModelConfig: 1:15: Message type "inference.ModelConfig" has no field named "foo".',
  ]);
});

test("a named configuration is taken where it exists, config.pbtxt where not", async () => {
  const files = {
    "config.pbtxt": `${GOOD} max_batch_size: 1`,
    "configs/big.pbtxt": `${GOOD} max_batch_size: 2`,
    "1/": "",
  };
  const named = await readModelConfig(optionsOf(files, { configName: "big" }));
  assert.equal(named.config.maxBatchSize, 2);
  const fallen = await readModelConfig(optionsOf(files, { configName: "small" }));
  assert.equal(fallen.config.maxBatchSize, 1);
  await assert.rejects(
    readModelConfig(optionsOf({ "configs/big.pbtxt": "foo", "1/": "" }, { configName: "big" })),
    { message: "failed to read text proto from /models/m/configs/big.pbtxt" },
  );
});

test("a model without a configuration says so, one with an override does not", async () => {
  const files = { "1/model.onnx": "" };
  const bare = await readModelConfig(optionsOf(files));
  assert.equal(bare.isProvided, false);
  assert.equal(bare.config.backend, "onnxruntime");
  const overridden = await readModelConfig(optionsOf(files, { override: "{}" }));
  assert.equal(overridden.isProvided, true);
  await assert.rejects(readModelConfig(optionsOf(files, { isAutoCompleteEnabled: false })), {
    code: StatusCode.Internal,
    message: "failed to open text file for read /models/m/config.pbtxt: No such file or directory",
  });
});

test("at verbose level 1 the configuration is shown as it stands after inference", async () => {
  const blocks: string[] = [];
  const log: Logger = {
    ...nullLogger,
    isVerbose: (level) => level === 1,
    block: (heading, block) => blocks.push(heading, block),
  };
  await readModelConfig(optionsOf({ "1/model.onnx": "" }, { log }));
  assert.deepEqual(blocks, [
    "Server side auto-completed config: ",
    'name: "m"\nplatform: "onnxruntime_onnx"\ndefault_model_filename: "model.onnx"\nbackend: "onnxruntime"\n',
  ]);
});

test("what newer servers refuse", async () => {
  const cases: readonly (readonly [pbtxt: string, message: string])[] = [
    [
      'backend: "x" input { name: "a" data_type: TYPE_FP32 dims: [ 9223372036854775807, 2 ] reshape { shape: 1 } }',
      "element count for tensor 'a dims' exceeds maximum size of 9223372036854775807 for m",
    ],
    [
      'backend: "x" model_metrics { metric_control { } }',
      "metric control must specify 'metric_identifier'",
    ],
    [
      'backend: "x" model_metrics { metric_control { metric_identifier { } } }',
      "metric identifier must specify non-empty 'family'",
    ],
    [
      'backend: "x" model_metrics { metric_control { metric_identifier { family: "f" } } }',
      "metric control must specify 'histogram_options'",
    ],
    [
      'backend: "x" model_metrics { metric_control { metric_identifier { family: "f" } histogram_options { } } }',
      "histogram options must specify non-empty 'buckets'",
    ],
  ];
  for (const [pbtxt, message] of cases) {
    const options = optionsOf(
      { "config.pbtxt": pbtxt, "1/": "" },
      { isAutoCompleteEnabled: false },
    );
    await assert.rejects(readModelConfig(options), { code: StatusCode.InvalidArg, message });
  }
});
