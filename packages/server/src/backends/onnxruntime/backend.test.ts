import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  convNetModel,
  identityModel,
  type OnnxModel,
  sequenceOutputModel,
  writeModel,
} from "@nereid/onnx-writer";
import { DataType, ModelInstanceGroup_Kind as GroupKind, StatusCode } from "@nereid/protocol";
import { compileModelSpec } from "../../config/compile-model-spec.ts";
import type { OrtSession } from "../../ffi/ort/ort-session.ts";
import type { OnnxRuntimeBackend } from "./onnxruntime-backend.ts";
import { infer } from "./testing/infer.ts";
import {
  createTestBackend,
  LoadedModel,
  ModelFiles,
  type TestModel,
  testContext,
} from "./testing/model-fixture.ts";
import { RecordingLogger } from "./testing/signature.ts";

const backend = createTestBackend();
after(() => backend.close());

const IDENTITY = identityModel({ elementType: "FLOAT", dims: [2] });
const FP32 = DataType.TYPE_FP32;
const LISTED = {
  input: [{ name: "INPUT0", dataType: FP32, dims: [2n] }],
  output: [{ name: "OUTPUT0", dataType: FP32, dims: [2n] }],
};

/** Counts the sessions that a backend loads. */
function countLoads(counted: OnnxRuntimeBackend): { loads: number; live: Set<OrtSession> } {
  const counts = { loads: 0, live: new Set<OrtSession>() };
  const { runtime } = counted;
  const prepareSession = runtime.prepareSession.bind(runtime);
  const loadSession = runtime.loadSession.bind(runtime);
  const releaseSession = runtime.releaseSession.bind(runtime);
  const prepared = new Set<OrtSession>();
  runtime.prepareSession = (path, settings, look) => {
    counts.loads++;
    return prepareSession(path, settings, (session) => {
      prepared.add(session);
      return look(session);
    });
  };
  runtime.loadSession = async (path, settings) => {
    const session = await loadSession(path, settings);
    counts.loads += prepared.has(session) ? 0 : 1;
    counts.live.add(session);
    return session;
  };
  runtime.releaseSession = (session) => {
    counts.live.delete(session);
    return releaseSession(session);
  };
  return counts;
}

test("the backend names itself and its library", () => {
  assert.equal(backend.name, "onnxruntime");
  assert.match(backend.libraryPath, /onnxruntime/);
});

test("settings are checked and a missing library is told when the backend is made", () => {
  const create = (settings: Record<string, string>) => () => createTestBackend(settings);
  assert.throws(create({ "enable-global-threadpool": "x" }), { code: StatusCode.InvalidArg });
  assert.throws(create({ "library-path": "/nonexistent.so" }), { code: StatusCode.Unavailable });
});

test("a model loads once: what auto-completion has loaded is used", async () => {
  const own = createTestBackend();
  const counts = countLoads(own);
  const model = await LoadedModel.load(own, { onnx: IDENTITY, instanceCount: 4 });
  assert.equal(counts.loads, 1);
  assert.equal(counts.live.size, 1);
  assert.equal(model.instances.length, 4);
  await model[Symbol.asyncDispose]();
  assert.equal(counts.live.size, 0);
  await own.close();
});

test("a model can have a session per instance", async () => {
  const own = createTestBackend();
  const counts = countLoads(own);
  const model = await LoadedModel.load(own, {
    onnx: IDENTITY,
    config: LISTED,
    instanceCount: 3,
  });
  assert.equal(counts.live.size, 1);
  await model[Symbol.asyncDispose]();
  const separate = await LoadedModel.load(own, {
    onnx: IDENTITY,
    parameters: { NEREID_SESSION_PER_INSTANCE: "1" },
    instanceCount: 3,
  });
  assert.equal(counts.live.size, 3);
  const data = Float32Array.of(1, 2);
  for (const instance of separate.instances) {
    const [output] = await infer(instance, separate.spec, {
      inputs: { INPUT0: { shape: [2], data } },
    });
    assert.deepEqual(output?.bytes, new Uint8Array(data.buffer));
  }
  await separate[Symbol.asyncDispose]();
  assert.equal(counts.live.size, 0);
  await own.close();
});

test("weights in files beside the model are found", async () => {
  const bytes = new Uint8Array(Float32Array.of(10, 20).buffer);
  const onnx: OnnxModel = {
    graph: {
      name: "external",
      inputs: [{ name: "X", elementType: "FLOAT", dims: [2] }],
      outputs: [{ name: "Y", elementType: "FLOAT", dims: [2] }],
      nodes: [{ opType: "Add", inputs: ["X", "W"], outputs: ["Y"] }],
      initializers: {
        W: { elementType: "FLOAT", dims: [2], data: { externalFile: "weights.bin", bytes } },
      },
    },
  };
  await using model = await LoadedModel.load(backend, { onnx });
  const [output] = await infer(model.instance, model.spec, {
    inputs: { X: { shape: [2], data: Float32Array.of(1, 2) } },
  });
  assert.deepEqual([...new Float32Array(output?.bytes.buffer as ArrayBuffer)], [11, 22]);
});

test("completion that has nothing to do says so and leaves the configuration alone", async () => {
  const log = new RecordingLogger();
  using files = new ModelFiles("m");
  const context = testContext(files, { onnx: IDENTITY, config: LISTED, log });
  assert.equal(await backend.autoComplete(context), null);
  assert.deepEqual(log.lines, [
    "info: skipping model configuration auto-complete for 'm': inputs and outputs already specified",
  ]);
});

/** Loads a model whose load fails and returns the failure. */
async function loadFailure(test: TestModel): Promise<unknown> {
  return LoadedModel.load(backend, test).then(
    async (model) => {
      await model[Symbol.asyncDispose]();
      return null;
    },
    (error: unknown) => error,
  );
}

test("loads fail with the real server's texts, and leave nothing behind", async () => {
  const own = createTestBackend();
  const counts = countLoads(own);
  for (const [model, code, message] of [
    [
      { onnx: sequenceOutputModel() },
      StatusCode.Unsupported,
      /^Unsupported ONNX Type 'ONNX_TYPE_SEQUENCE' for I\/O '.*', expected 'ONNX_TYPE_TENSOR'\.$/,
    ],
    [
      { onnx: IDENTITY, config: { maxBatchSize: 3 } },
      StatusCode.InvalidArg,
      /^autofill failed for model 'm': model does not support batching/,
    ],
    [
      { onnx: IDENTITY, config: { ...LISTED, maxBatchSize: 3 } },
      StatusCode.InvalidArg,
      /^model 'm', tensor 'INPUT0': for the model to support batching/,
    ],
    [
      { onnx: IDENTITY, parameters: { execution_mode: "7" } },
      StatusCode.InvalidArg,
      /execution_mode are 0 or 1 but got 7 \.$/,
    ],
    [
      { onnx: IDENTITY, config: { defaultModelFilename: "none.onnx" } },
      StatusCode.Internal,
      /^failed to stat file .*none\.onnx$/,
    ],
  ] as const) {
    await assert.rejects(LoadedModel.load(own, model), { code, message });
  }
  await own.close();
  assert.equal(counts.live.size, 0);
});

test("a file that is no model fails with ONNX Runtime's words", async () => {
  using files = new ModelFiles("m");
  writeModel(join(files.versionDirectory, "model.onnx"), IDENTITY);
  writeFileSync(join(files.versionDirectory, "model.onnx"), "garbage");
  await assert.rejects(backend.autoComplete(testContext(files, { onnx: IDENTITY })), {
    code: StatusCode.Internal,
    message: /^onnx runtime error 7: Load model from .* failed:Protobuf parsing failed\.$/,
  });
});

test("an instance on a GPU says what the library lacks", async () => {
  const error = await loadFailure({ onnx: IDENTITY, config: LISTED, kind: "GPU" });
  assert.ok(error instanceof Error);
  assert.match(error.message, /^unable to set up the execution provider 'CUDA' of the library '/);
});

test("with no instance off GPUs, the CPU's session is not even loaded", async () => {
  const own = createTestBackend();
  const counts = countLoads(own);
  using files = new ModelFiles("m");
  writeModel(join(files.versionDirectory, "model.onnx"), IDENTITY);
  const context = testContext(files, {
    onnx: IDENTITY,
    config: { ...LISTED, instanceGroup: [{ kind: GroupKind.GPU, gpus: [0] }] },
  });
  const spec = compileModelSpec(context.config, 1n, new Map());
  const model = await own.createModel(context, spec);
  assert.equal(counts.loads, 0);
  await model.close();
  await own.close();
});

test("models that close together do not start a thread each", async () => {
  const own = createTestBackend();
  const models: LoadedModel[] = [];
  for (let count = 0; count < 12; count++) {
    models.push(await LoadedModel.load(own, { onnx: IDENTITY, config: LISTED }));
  }
  const { threads } = own.runtime;
  const before = threads.threadCount;
  await Promise.all(models.map((model) => model[Symbol.asyncDispose]()));
  assert.ok(threads.threadCount <= before + 1, `${threads.threadCount} threads`);
  await own.close();
});

test("models load while others run", async () => {
  const own = createTestBackend();
  const onnx = convNetModel({ flops: 3e8 });
  const models = await Promise.all(
    [1, 2, 3].map(() => LoadedModel.load(own, { onnx, config: { maxBatchSize: 1 } })),
  );
  for (const model of models) {
    const [input] = model.spec.inputs;
    const shape = [1, ...(input?.dims ?? [])];
    const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(0.1);
    const [output] = await infer(model.instance, model.spec, {
      inputs: { [input?.name ?? ""]: { shape, data } },
    });
    const sum = new Float32Array(output?.bytes.buffer as ArrayBuffer).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-4, `probabilities add up to ${sum}`);
    await model[Symbol.asyncDispose]();
  }
  await own.close();
});
