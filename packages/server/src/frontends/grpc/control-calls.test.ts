/** Tests the calls of the control plane: messages in, messages out, and the errors of the real server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inferenceMethods } from "@nereid/protocol";
import type { DurationStatistic, ModelStatistics } from "../../model/statistics.ts";
import { CallHarness } from "./testing/call-harness.ts";
import { FakeModel } from "./testing/fake-server.ts";

/** Without protobuf's marks. */
function plain(message: unknown): unknown {
  return JSON.parse(
    JSON.stringify(message, (key, value: unknown) =>
      key === "$typeName" ? undefined : typeof value === "bigint" ? Number(value) : value,
    ),
  );
}

test("the server says what it is", async () => {
  const harness = new CallHarness();
  const { serverLive, serverReady, serverMetadata } = inferenceMethods;
  assert.deepEqual(plain(await harness.ask(serverLive, {})), { live: true });
  assert.deepEqual(plain(await harness.ask(serverReady, {})), { ready: true });
  harness.server.isServerReady = false;
  assert.deepEqual(plain(await harness.ask(serverReady, {})), { ready: false });
  assert.deepEqual(plain(await harness.ask(serverMetadata, {})), {
    name: "triton",
    version: "2.73.0",
    extensions: ["statistics"],
  });
});

test("a model says what it is", async () => {
  const harness = new CallHarness([new FakeModel("model")]);
  const { modelReady, modelMetadata, modelConfig } = inferenceMethods;
  assert.deepEqual(plain(await harness.ask(modelReady, { name: "model", version: "1" })), {
    ready: true,
  });
  assert.deepEqual(plain(await harness.ask(modelMetadata, { name: "model" })), {
    name: "model",
    versions: ["1"],
    platform: "fake",
    inputs: [{ name: "IN", datatype: "FP32", shape: [-1] }],
    outputs: [{ name: "OUT", datatype: "FP32", shape: [-1] }],
  });
  const answer = await harness.ask(modelConfig, { name: "model" });
  assert.ok(typeof answer !== "string");
  assert.equal(answer.config?.input[0]?.name, "IN");
});

test("a model that is not there is not ready, and otherwise an error", async () => {
  const harness = new CallHarness([new FakeModel("model")]);
  const { modelReady, modelMetadata, modelConfig } = inferenceMethods;
  assert.deepEqual(plain(await harness.ask(modelReady, { name: "none" })), { ready: false });
  const outcomesOf = (name: string, version: string): Promise<unknown[]> =>
    Promise.all([
      harness.ask(modelMetadata, { name, version }),
      harness.ask(modelConfig, { name, version }),
    ]);
  for (const outcome of await outcomesOf("none", "")) {
    assert.equal(outcome, "5 Request for unknown model: 'none' is not found");
  }
  for (const outcome of await outcomesOf("model", "-1")) {
    assert.equal(
      outcome,
      "3 invalid model version specified '-1' , version should be an integral value > 0",
    );
  }
});

test("a call without a message, or with bytes that are none, is malformed", async () => {
  const harness = new CallHarness();
  assert.equal(harness.call("ServerLive").end().outcome, "13 Unable to parse request");
  const call = harness.call("ModelReady").send(Uint8Array.of(0x0a, 1, 0xff));
  assert.equal((await call.settled()).outcome, "13 Unable to parse request");
  assert.equal(call.stream.heldCount, 0);
});

test("statistics are those of the engine", async () => {
  const harness = new CallHarness();
  const duration = (count: number): DurationStatistic => ({ count, ns: count * 10.4 });
  const statistics: ModelStatistics = {
    name: "model",
    version: 1n,
    lastInferenceMs: 5,
    inferenceCount: 6,
    executionCount: 7,
    success: duration(1),
    fail: duration(2),
    queue: duration(3),
    computeInput: duration(4),
    computeInfer: duration(5),
    computeOutput: duration(6),
    cacheHit: duration(7),
    cacheMiss: duration(8),
    responses: [],
    firstResponseMs: null,
    batches: [
      {
        batchSize: 9,
        computeInput: duration(10),
        computeInfer: duration(11),
        computeOutput: duration(12),
      },
    ],
    failuresByReason: { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 },
    pendingCount: 0,
  };
  harness.server.modelStatistics = [statistics];
  const message = (count: number): object => ({ count, ns: Math.round(count * 10.4) });
  assert.deepEqual(plain(await harness.ask(inferenceMethods.modelStatistics, {})), {
    modelStats: [
      {
        name: "model",
        version: "1",
        lastInference: 5,
        inferenceCount: 6,
        executionCount: 7,
        inferenceStats: {
          success: message(1),
          fail: message(2),
          queue: message(3),
          computeInput: message(4),
          computeInfer: message(5),
          computeOutput: message(6),
          cacheHit: message(7),
          cacheMiss: message(8),
        },
        batchStats: [
          {
            batchSize: 9,
            computeInput: message(10),
            computeInfer: message(11),
            computeOutput: message(12),
          },
        ],
        memoryUsage: [],
        responseStats: {},
      },
    ],
  });
});

test("the repository is listed", async () => {
  const harness = new CallHarness();
  harness.server.index = [
    { name: "a", version: 1n, state: "READY", reason: "" },
    { name: "b", version: 2n, state: "UNAVAILABLE", reason: "unloaded" },
    { name: "c", version: null, state: null, reason: "" },
  ];
  const { repositoryIndex } = inferenceMethods;
  const a = { name: "a", version: "1", state: "READY", reason: "" };
  assert.deepEqual(plain(await harness.ask(repositoryIndex, {})), {
    models: [
      a,
      { name: "b", version: "2", state: "UNAVAILABLE", reason: "unloaded" },
      { name: "c", version: "", state: "", reason: "" },
    ],
  });
  assert.deepEqual(plain(await harness.ask(repositoryIndex, { ready: true })), { models: [a] });
  assert.equal(
    await harness.ask(repositoryIndex, { repositoryName: "r" }),
    "12 'repository_name' specification is not supported",
  );
});

const text = (value: string) => ({ parameterChoice: { case: "stringParam" as const, value } });
const boolean = (value: boolean) => ({ parameterChoice: { case: "boolParam" as const, value } });
const bytes = (value: Uint8Array<ArrayBuffer>) => ({
  parameterChoice: { case: "bytesParam" as const, value },
});

test("models are loaded with their parameters", async () => {
  const harness = new CallHarness();
  const { repositoryModelLoad } = inferenceMethods;
  const parameters = { config: text("{}"), "file:1/model.onnx": bytes(Uint8Array.of(1, 2)) };
  await harness.ask(repositoryModelLoad, { modelName: "m", parameters });
  const [load] = harness.server.loads;
  assert.deepEqual([load?.name, load?.parameters.config], ["m", "{}"]);
  assert.deepEqual([...(load?.parameters.files.keys() ?? [])], ["1/model.onnx"]);
  const cases = [
    [{ config: boolean(true) }, "load parameter 'config', expected string_param."],
    [{ config: {} }, "load parameter 'config', expected string_param."],
    [{ "file:a": text("x") }, "load parameter 'file:a', expected bytes_param."],
  ] as const;
  for (const [wrong, message] of cases) {
    assert.equal(
      await harness.ask(repositoryModelLoad, { modelName: "m", parameters: wrong }),
      `3 invalid value type for ${message}`,
    );
  }
  assert.equal(
    await harness.ask(repositoryModelLoad, { parameters: { other: text("x") } }),
    "3 unrecognized load parameter 'other'.",
  );
  assert.equal(harness.server.loads.length, 1);
});

test("models are unloaded, with those that depend on them if wanted", async () => {
  const harness = new CallHarness();
  const { repositoryModelUnload } = inferenceMethods;
  await harness.ask(repositoryModelUnload, { modelName: "m", parameters: { other: text("x") } });
  const parameters = { unload_dependents: boolean(true) };
  await harness.ask(repositoryModelUnload, { modelName: "n", parameters });
  assert.deepEqual(harness.server.unloads, [
    { name: "m", unloadDependents: false },
    { name: "n", unloadDependents: true },
  ]);
  assert.equal(
    await harness.ask(repositoryModelUnload, { parameters: { unload_dependents: text("x") } }),
    "3 invalid value type for 'unload_dependents' parameter, expected bool_param.",
  );
});

test("shared memory cannot be registered, and none is", async () => {
  const harness = new CallHarness();
  const methods = inferenceMethods;
  assert.deepEqual(plain(await harness.ask(methods.systemSharedMemoryStatus, {})), { regions: {} });
  assert.equal(
    await harness.ask(methods.cudaSharedMemoryStatus, { name: "r" }),
    "5 Unable to find cuda shared memory region: 'r'",
  );
  const refusal =
    "12 Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.";
  assert.equal(await harness.ask(methods.systemSharedMemoryRegister, { name: "r" }), refusal);
  assert.equal(await harness.ask(methods.systemSharedMemoryUnregister, {}), refusal);
  assert.equal(await harness.ask(methods.cudaSharedMemoryRegister, {}), refusal);
  assert.equal(await harness.ask(methods.cudaSharedMemoryUnregister, {}), refusal);
});

test("trace settings are shown, changed and cleared", async () => {
  const harness = new CallHarness([new FakeModel("model")]);
  const { traceSetting } = inferenceMethods;
  const set = async (key: string, ...value: string[]): Promise<unknown> =>
    plain(await harness.ask(traceSetting, { settings: { [key]: { value } } }));
  const shown = (rate: string, count: string): object => ({
    settings: {
      trace_level: { value: ["OFF"] },
      trace_rate: { value: [rate] },
      trace_count: { value: [count] },
      log_frequency: { value: ["0"] },
      trace_file: { value: [""] },
      trace_mode: { value: ["triton"] },
    },
  });
  assert.deepEqual(plain(await harness.ask(traceSetting, {})), shown("1000", "-1"));
  assert.deepEqual(await set("trace_rate", "7"), shown("7", "-1"));
  assert.deepEqual(await set("trace_count", "3"), shown("7", "3"));
  assert.deepEqual(await set("trace_rate"), shown("1000", "3"));
  assert.equal(
    await set("trace_count", "-2"),
    "3 Unable to parse 'trace_count'. Expecting value >= -1, got: -2",
  );
  assert.equal(await set("trace_rate", "1", "2"), "3 expect only 1 value for 'trace_rate'");
  assert.equal(
    await set("trace_file", ""),
    "12 trace file location can not be updated through network protocol",
  );
  assert.equal(
    await harness.ask(traceSetting, { modelName: "none" }),
    "3 Request for unknown model : none",
  );
});

test("log settings are shown and changed", async () => {
  const harness = new CallHarness();
  const { logSettings } = inferenceMethods;
  const number = { parameterChoice: { case: "uint32Param" as const, value: 3 } };
  const settings = {
    log_info: boolean(false),
    log_verbose_level: number,
    log_format: text("ISO8601"),
  };
  const answer = await harness.ask(logSettings, { settings });
  const { info, warning, verboseLevel, format } = harness.server.logSettings;
  assert.deepEqual([info, warning, verboseLevel, format], [false, true, 3, "ISO8601"]);
  assert.ok(typeof answer !== "string");
  assert.deepEqual(plain(answer.settings["log_verbose_level"]), number);
  assert.deepEqual(plain(answer.settings["log_file"]), text(""));
  const cases = [
    [{ log_info: text("x") }, "3 expect boolean for 'log_info'"],
    [{ log_error: {} }, "3 expect boolean for 'log_error'"],
    [{ log_verbose_level: text("1") }, "3 expect int32 for 'log_verbose_level'"],
    [{ log_format: boolean(true) }, "3 expect string for 'log_format'"],
    [{ log_format: text("x") }, "3 invalid argument for log_format, got: x"],
    [{ log_file: text("") }, "12 log file location can not be updated through network protocol"],
  ] as const;
  for (const [wrong, outcome] of cases) {
    assert.equal(await harness.ask(logSettings, { settings: wrong }), outcome);
  }
});
