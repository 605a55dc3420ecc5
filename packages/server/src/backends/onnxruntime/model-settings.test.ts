import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, type ModelConfig, StatusCode } from "@nereid/protocol";
import { GraphOptimizationLevel } from "../../ffi/ort/ort-session-options.ts";
import { parseModelSettings, sessionSettings } from "./model-settings.ts";

const OWN_THREADS = { usesGlobalThreadPools: false };

function withParameters(parameters: Readonly<Record<string, string>>): ModelConfig {
  return createModelConfig({
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, stringValue]) => [key, { stringValue }]),
    ),
  });
}

function parse(parameters: Readonly<Record<string, string>>) {
  return parseModelSettings(withParameters(parameters), OWN_THREADS);
}

test("a configuration without parameters leaves ONNX Runtime's defaults but for spinning", () => {
  const settings = parse({});
  assert.deepEqual(settings, {
    session: {
      graphOptimizationLevel: GraphOptimizationLevel.EnableAll,
      isParallel: false,
      usesGlobalThreadPools: false,
      intraOpThreadCount: null,
      interOpThreadCount: null,
      isCpuMemoryArenaEnabled: null,
      isMemoryPatternEnabled: null,
      configEntries: new Map([
        ["session.intra_op.allow_spinning", "1"],
        ["session.force_spinning_stop", "1"],
      ]),
      customOpLibraries: [],
    },
    runConfigEntries: new Map(),
    hasSessionPerInstance: false,
    executionMode: "auto",
  });
});

test("threads of several instances do not spin: they would take each other's cores", () => {
  const config = withParameters({});
  config.instanceGroup = createModelConfig({
    instanceGroup: [{ count: 1 }, { count: 1, passive: true }, { count: 1 }],
  }).instanceGroup;
  const { session } = parseModelSettings(config, OWN_THREADS);
  assert.deepEqual(session.configEntries, new Map([["session.intra_op.allow_spinning", "0"]]));
});

test("every parameter has its effect, and unknown ones none", () => {
  const settings = parse({
    execution_mode: "1",
    intra_op_thread_count: "3",
    inter_op_thread_count: "2",
    enable_mem_arena: "off",
    enable_mem_pattern: "ON",
    "memory.enable_memory_arena_shrinkage": "cpu:0",
    "session.use_device_allocator_for_initializers": "1",
    "session.intra_op.allow_spinning": "0",
    NEREID_SESSION_PER_INSTANCE: "true",
    NEREID_EXECUTION_MODE: "thread",
    "session.no_such_key": "1",
  });
  assert.deepEqual(settings, {
    session: {
      graphOptimizationLevel: GraphOptimizationLevel.EnableAll,
      isParallel: true,
      usesGlobalThreadPools: false,
      intraOpThreadCount: 3,
      interOpThreadCount: 2,
      isCpuMemoryArenaEnabled: false,
      isMemoryPatternEnabled: true,
      configEntries: new Map([
        ["session.intra_op.allow_spinning", "0"],
        ["session.force_spinning_stop", "1"],
        ["session.use_device_allocator_for_initializers", "1"],
      ]),
      customOpLibraries: [],
    },
    runConfigEntries: new Map([["memory.enable_memory_arena_shrinkage", "cpu:0"]]),
    hasSessionPerInstance: true,
    executionMode: "thread",
  });
});

test("the graph level of the configuration is another than ONNX Runtime's", () => {
  for (const [level, expected] of [
    [-1, GraphOptimizationLevel.EnableBasic],
    [0, GraphOptimizationLevel.EnableAll],
    [1, GraphOptimizationLevel.EnableExtended],
    [2, GraphOptimizationLevel.DisableAll],
    [7, GraphOptimizationLevel.EnableAll],
  ] as const) {
    const config = createModelConfig({ optimization: { graph: { level } } });
    const { session } = parseModelSettings(config, OWN_THREADS);
    assert.equal(session.graphOptimizationLevel, expected, String(level));
  }
});

test("thread counts of zero and less are none, and with global pools they are not read", () => {
  assert.equal(parse({ intra_op_thread_count: "0" }).session.intraOpThreadCount, null);
  assert.equal(parse({ intra_op_thread_count: "-3" }).session.intraOpThreadCount, null);
  const { session } = parseModelSettings(withParameters({ intra_op_thread_count: "abc" }), {
    usesGlobalThreadPools: true,
  });
  assert.equal(session.usesGlobalThreadPools, true);
  assert.equal(session.intraOpThreadCount, null);
});

test("bad values are refused with the real server's texts", () => {
  for (const [key, value, message] of [
    [
      "execution_mode",
      "2",
      "Invalid configuration value provided. Expected values for  execution_mode are 0 or 1 but got 2 .",
    ],
    ["execution_mode", "x", "failed to convert 'x' to integral number"],
    ["execution_mode", "", "failed to convert '' to integral number"],
    ["intra_op_thread_count", "abc", "failed to convert 'abc' to integral number"],
    ["inter_op_thread_count", "q", "failed to convert 'q' to integral number"],
    ["enable_mem_arena", "maybe", "failed to convert 'maybe' to boolean"],
    ["enable_mem_pattern", "2", "failed to convert '2' to boolean"],
    ["NEREID_SESSION_PER_INSTANCE", "x", "failed to convert 'x' to boolean"],
    [
      "NEREID_EXECUTION_MODE",
      "x",
      "Invalid configuration value provided. Expected values for NEREID_EXECUTION_MODE are auto, inline or thread but got x",
    ],
  ] as const) {
    assert.throws(() => parse({ [key]: value }), { code: StatusCode.InvalidArg, message });
  }
});

test("libraries of custom operators go into every session", () => {
  const config = createModelConfig({
    modelOperations: { opLibraryFilename: ["a.so", "b.so"] },
  });
  const settings = parseModelSettings(config, OWN_THREADS);
  assert.deepEqual(sessionSettings(config, settings, null).customOpLibraries, ["a.so", "b.so"]);
});

test("a session on a GPU has its providers", () => {
  const config = createModelConfig({});
  const settings = parseModelSettings(config, OWN_THREADS);
  assert.deepEqual(sessionSettings(config, settings, null).providers, []);
  assert.deepEqual(
    sessionSettings(config, settings, 3).providers.map(({ name }) => name),
    ["CUDA"],
  );
});
