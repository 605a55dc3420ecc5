// Tests Python models through the engine, with real processes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../../tools/python-environment.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import {
  IDENTITY_MODEL,
  inferVector,
  PythonRepository,
  perRequestModel,
  VECTOR_CONFIG,
  vectorRequest,
} from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

/** A logger that keeps errors. */
function recordingLogger(): { readonly log: Logger; readonly errors: string[] } {
  const errors: string[] = [];
  return { errors, log: { ...nullLogger, error: (message) => errors.push(message) } };
}

test("tensors of every size come back as they were", async () => {
  using repository = new PythonRepository().add("model", IDENTITY_MODEL);
  const server = await repository.serve(python);
  for (const count of [0, 1, 16, 8191, 8192, 8193, 100_000, 1_000_000]) {
    const values = Float32Array.from({ length: count }, (_, index) => index * 0.5);
    assert.deepEqual(await inferVector(server, "model", values), values);
  }
  await server.stop();
});

const EXECUTE_FAILURES: readonly (readonly [string, string, RegExp])[] = [
  [
    "an exception",
    'raise ValueError("no such luck")',
    /^Failed to process the request\(s\) for model 'model_0(?:_0)?', message: ValueError: no such luck\n\nAt:\n {2}\S+model\.py\(\d+\): execute\n$/,
  ],
  [
    "something that is no list",
    "return {}",
    /message: Expected a list in the execute return, found type '<class 'dict'>'\.$/,
  ],
  [
    "too few responses",
    "return []",
    /InferenceRequest\(s\) size is:1, and InferenceResponse\(s\) size is:0\n$/,
  ],
  [
    "something that is no response",
    "return [5]",
    /Expected an 'InferenceResponse' object in the execute function return list, found type '<class 'int'>'\.$/,
  ],
  ["an attempt to exit", "raise SystemExit(3)", /message: SystemExit: 3/],
];

for (const [title, lines, expected] of EXECUTE_FAILURES) {
  test(`execute with ${title} answers with the real text, and the instance goes on`, async () => {
    using repository = new PythonRepository().add(
      "model",
      perRequestModel(
        `if value[0] < 0:\n    ${lines}\nresponses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))`,
      ),
    );
    const { log, errors } = recordingLogger();
    const server = await repository.serve(python, { log });
    await assert.rejects(inferVector(server, "model", Float32Array.of(-1)), (error: Error) => {
      assert.match(error.message, expected);
      return true;
    });
    assert.equal(errors.length, 1);
    assert.deepEqual(await inferVector(server, "model", Float32Array.of(1)), Float32Array.of(1));
    await server.stop();
  });
}

const LOAD_FAILURES: readonly (readonly [string, string, RegExp])[] = [
  ["a syntax error", "class TritonPythonModel(:\n", /SyntaxError: invalid syntax/],
  ["no class", "x = 1\n", /AttributeError: module '1\.model' has no attribute 'TritonPythonModel'/],
  [
    "an exception in initialize",
    'class TritonPythonModel:\n    def initialize(self, args):\n        raise KeyError("gone")\n',
    /KeyError: 'gone'\n\nAt:\n {2}\S+model\.py\(3\): initialize/,
  ],
  [
    "an end of the process",
    "import os\nos._exit(3)\n",
    /Stub process 'model(?:_0)*' is not healthy\./,
  ],
  [
    "a wrong result of auto_complete_config",
    "class TritonPythonModel:\n    @staticmethod\n    def auto_complete_config(config):\n        return 5\n",
    /auto_complete_config function in model 'model' must return a valid pb\.ModelConfig object\./,
  ],
];

for (const [title, modelFile, expected] of LOAD_FAILURES) {
  test(`a model with ${title} does not load, and says why`, async () => {
    using repository = new PythonRepository().add("model", modelFile);
    const server = await repository.serve(python);
    assert.match(server.describeModels()[0]?.status ?? "", expected);
    await server.stop();
  });
}

test("a warm-up larger than the model's batches fails the load, and never reaches the model", async () => {
  const tensor = "data_type: TYPE_FP32 dims: [ 2 ] zero_data: true";
  using repository = new PythonRepository().add(
    "model",
    perRequestModel('raise RuntimeError("reached")'),
    `${VECTOR_CONFIG} max_batch_size: 2
    model_warmup { name: "w" batch_size: 3 inputs { key: "IN" value { ${tensor} } } }`,
  );
  const server = await repository.serve(python);
  assert.match(
    server.describeModels()[0]?.status ?? "",
    /failed to run warmup sample 'w': batch size 3 for 'model(?:_0)*', max allowed is 2; /,
  );
  await server.stop();
});

test("without an interpreter only the Python models fail, and say what to install", async () => {
  using repository = new PythonRepository().add("model", IDENTITY_MODEL);
  const server = await repository.serve(python, { settings: { python: "no-such-python" } });
  assert.match(
    server.describeModels()[0]?.status ?? "",
    /install python3 and numpy, or name another interpreter/,
  );
  assert.equal(server.isLive(), true);
  await server.stop();
});

test("a killed process loses what it was executing and no more", async () => {
  using repository = new PythonRepository().add(
    "model",
    perRequestModel(
      'if value[0] < 0:\n    os.kill(os.getpid(), 9)\nresponses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))',
    ),
  );
  const { log, errors } = recordingLogger();
  const server = await repository.serve(python, { log });
  const large = new Float32Array(100_000).fill(3);
  const outcomes = await Promise.allSettled([
    inferVector(server, "model", large),
    inferVector(server, "model", Float32Array.of(-1)),
    inferVector(server, "model", large),
    inferVector(server, "model", large),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  const [, lost] = outcomes;
  assert.match(
    lost?.status === "rejected" && lost.reason instanceof Error ? lost.reason.message : "",
    /^Stub process 'model(?:_0)+' is not healthy\.$/,
  );
  assert.match(errors[0] ?? "", /it was ended by SIGKILL|it closed its connection/);
  await server.stop();
});

test("shared memory has a limit with the real text, which costs only the request", async () => {
  using repository = new PythonRepository().add("model", IDENTITY_MODEL);
  const server = await repository.serve(python, { settings: { "shm-max-byte-size": "1048576" } });
  await assert.rejects(
    inferVector(server, "model", new Float32Array(1_000_000)),
    /^TritonError: Failed to increase the shared memory pool size to 0 bytes\. If you are running Triton inside docker, use '--shm-size' flag/,
  );
  for (let count = 0; count < 20; count++) {
    const values = new Float32Array(100_000).fill(count);
    assert.deepEqual(await inferVector(server, "model", values), values);
  }
  await server.stop();
});

test("a decoupled model answers as often as it likes, from its own thread", async () => {
  using repository = new PythonRepository().add(
    "model",
    `
import threading
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.answer, args=(request,)).start()
        return None

    def answer(self, request):
        sender = request.get_response_sender()
        value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
        for count in range(int(value[0])):
            sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value + np.float32(count))]))
        sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
`,
    `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`,
  );
  const server = await repository.serve(python);
  const answers: number[] = [];
  for await (const { outputs } of server.inferStream(vectorRequest("model", Float32Array.of(3)))) {
    const bytes = Uint8Array.from(outputs[0]?.bytes ?? []);
    answers.push(...new Float32Array(bytes.buffer));
  }
  assert.deepEqual(answers, [3, 4, 5]);
  await server.stop();
});

const CALLER = (target: string): string =>
  perRequestModel(`
call = pb_utils.InferenceRequest(model_name="${target}", requested_output_names=["OUT"], inputs=[pb_utils.Tensor("IN", value)])
answer = call.exec()
if answer.has_error():
    raise pb_utils.TritonModelException(answer.error().message())
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", answer.output_tensors()[0].as_numpy() + 1)]))`);

test("models call each other, with tensors of every size", async () => {
  using repository = new PythonRepository()
    .add("target", IDENTITY_MODEL)
    .add("caller", CALLER("target"));
  const server = await repository.serve(python);
  for (const count of [1, 100_000]) {
    const values = new Float32Array(count).fill(4);
    assert.deepEqual(
      await inferVector(server, "caller", values),
      values.map((value) => value + 1),
    );
  }
  await server.stop();
});

test("a model that calls what is not there is told so", async () => {
  using repository = new PythonRepository().add("caller", CALLER("nobody"));
  const server = await repository.serve(python);
  await assert.rejects(
    inferVector(server, "caller", Float32Array.of(1)),
    /Model nobody - Error when running inference: Failed for execute the inference request\. Model 'nobody' is not ready\./,
  );
  await server.stop();
});

test("calls in a circle that nobody could answer are refused instead of waiting for ever", async () => {
  using repository = new PythonRepository().add("one", CALLER("two")).add("two", CALLER("one"));
  const server = await repository.serve(python);
  await assert.rejects(
    inferVector(server, "one", Float32Array.of(1)),
    /Model one - Error when running inference: every instance of model 'one' waits, directly or through other models, for/,
  );
  await server.stop();
});

test("a backend written in Python serves models that bring only data", async () => {
  using repository = new PythonRepository();
  repository.write(
    "backends/adder/model.py",
    `
import os
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def initialize(self, args):
        with open(os.path.join(pb_utils.get_model_dir(), "summand")) as file:
            self.summand = np.float32(file.read())

    def execute(self, requests):
        return [
            pb_utils.InferenceResponse([
                pb_utils.Tensor("OUT", pb_utils.get_input_tensor_by_name(request, "IN").as_numpy() + self.summand)
            ])
            for request in requests
        ]
`,
  );
  repository.write("models/model/1/summand", "7");
  const config = VECTOR_CONFIG.replace("python", "adder");
  repository.write("models/model/config.pbtxt", `${config} runtime: "model.py"`);
  const server = await repository.serve(python, {
    modelsFolder: "models",
    backendDirectory: `${repository.directory}/backends`,
  });
  assert.deepEqual(await inferVector(server, "model", Float32Array.of(1)), Float32Array.of(8));
  await server.stop();
});

test("a model's own is_ready, and the death of its process, show in its readiness", async () => {
  const model = perRequestModel(`
if value[0] < 0:
    os.kill(os.getpid(), 9)
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))`);
  using repository = new PythonRepository().add(
    "model",
    `${model}
    def is_ready(self):
        return not os.path.exists(os.path.join(os.path.dirname(__file__), "busy"))
`,
  );
  const server = await repository.serve(python, { settings: { "stub-restart": "false" } });
  assert.equal(await server.askModelReady("model", null), true);
  assert.equal(await server.askReady(), true);
  repository.write("model/1/busy", "");
  await assert.rejects(
    server.askModelReady("model", null),
    /^TritonError: Model 'model(?:_0)+' is not ready \(user-defined check failed\)\.$/,
  );
  assert.equal(await server.askReady(), false);
  await assert.rejects(inferVector(server, "model", Float32Array.of(-1)), /is not healthy\.$/);
  assert.equal(server.isModelReady("model", null), false);
  assert.equal(server.isReady(), false);
  await assert.rejects(
    server.askModelReady("model", null),
    /^TritonError: Stub process 'model(?:_0)+' is not healthy\.$/,
  );
  await assert.rejects(inferVector(server, "model", Float32Array.of(1)), /is not healthy\.$/);
  await server.stop();
});

test("a model that hangs in finalize is killed after the limit", async () => {
  using repository = new PythonRepository().add(
    "model",
    `${IDENTITY_MODEL}
    def finalize(self):
        time.sleep(600)
`,
  );
  const server = await repository.serve(python, { settings: { "finalize-timeout-seconds": "1" } });
  await inferVector(server, "model", Float32Array.of(1));
  await server.stop();
});

test("a cancelled request is seen by its model without asking", async () => {
  using repository = new PythonRepository().add(
    "model",
    perRequestModel(`
while not request.is_cancelled():
    time.sleep(0.001)
responses.append(pb_utils.InferenceResponse(error=pb_utils.TritonError("stopped", pb_utils.TritonError.CANCELLED)))`),
  );
  const server = await repository.serve(python);
  const abort = new AbortController();
  const answer = server.infer({
    ...vectorRequest("model", Float32Array.of(1)),
    signal: abort.signal,
  });
  setImmediate(() => abort.abort());
  await assert.rejects(answer);
  // Only a model that has seen the cancellation lets its server stop.
  await server.stop();
});

test("a model's own environment, a folder or an archive of it, runs its process", async () => {
  using repository = new PythonRepository();
  const environment = join(repository.directory, "environment");
  mkdirSync(join(environment, "bin"), { recursive: true });
  writeFileSync(join(environment, "bin/activate"), "export MARK='found'\nexport PATH=\"$PATH\"\n");
  // The interpreter finds its packages by where it is started from: a link would lose them.
  const launcher = `#!/bin/sh\nexec "${python}" "$@"\n`;
  writeFileSync(join(environment, "bin/python"), launcher, { mode: 0o755 });
  symlinkSync("python", join(environment, "bin/python3"));
  mkdirSync(join(repository.directory, "models/archive"), { recursive: true });
  const archive = join(repository.directory, "models/archive/environment.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", environment, "bin"]);
  const model = perRequestModel(
    'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", np.float32([os.environ["MARK"] == "found"]))]))',
  );
  for (const [name, path] of [
    ["folder", environment],
    ["archive", "$$TRITON_MODEL_DIRECTORY/environment.tar.gz"],
    ["missing", join(repository.directory, "nowhere")],
  ] as const) {
    const parameter = `parameters { key: "EXECUTION_ENV_PATH" value { string_value: "${path}" } }`;
    repository.write(`models/${name}/1/model.py`, model);
    repository.write(`models/${name}/config.pbtxt`, `${VECTOR_CONFIG} ${parameter}`);
  }
  const server = await repository.serve("no-such-python", { modelsFolder: "models" });
  for (const name of ["folder", "archive"]) {
    assert.deepEqual(await inferVector(server, name, Float32Array.of(0)), Float32Array.of(1));
  }
  const missing = server.describeModels().find(({ name }) => name === "missing");
  assert.match(missing?.status ?? "", /Failed to get the canonical path for \S+nowhere\./);
  await server.stop();
});

test("where tensors may lie, and traces: what a server without GPUs makes of it", async () => {
  const lines = `
trace = request.trace()
facts = [
    pb_utils.get_input_tensor_by_name(request, "IN").is_cpu(),
    trace.get_context() is None,
]
for kind in (pb_utils.TRITONSERVER_MEMORY_GPU, pb_utils.TRITONSERVER_MEMORY_CPU):
    call = pb_utils.InferenceRequest(
        model_name="identity", requested_output_names=["OUT"], inputs=[pb_utils.Tensor("IN", value)],
        preferred_memory=pb_utils.PreferredMemory(kind, 1), trace=trace,
    )
    answer = call.exec()
    facts.append(not answer.has_error() and answer.output_tensors()[0].is_cpu())
    facts.append(np.array_equal(answer.output_tensors()[0].as_numpy(), value))
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", np.float32(facts))]))`;
  using repository = new PythonRepository().add("identity", IDENTITY_MODEL);
  for (const forced of ["yes", "no", "maybe"]) {
    const parameter = `parameters { key: "FORCE_CPU_ONLY_INPUT_TENSORS" value { string_value: "${forced}" } }`;
    repository.add(forced, perRequestModel(lines), `${VECTOR_CONFIG} ${parameter}`);
  }
  const server = await repository.serve(python);
  for (const name of ["yes", "no"]) {
    for (const count of [1, 100_000]) {
      const facts = await inferVector(server, name, new Float32Array(count).fill(2));
      assert.deepEqual(facts, new Float32Array(6).fill(1));
    }
  }
  const refused = server.describeModels().find(({ name }) => name === "maybe");
  assert.match(refused?.status ?? "", /Incorrect value for FORCE_CPU_ONLY_INPUT_TENSORS: maybe'/);
  await server.stop();
});
