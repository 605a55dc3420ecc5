// Tests TypeScript models through the engine, with real threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import {
  IDENTITY_MODEL,
  inferVector,
  modelFile,
  perRequestModel,
  serving,
  TypeScriptRepository,
  until,
  VECTOR_CONFIG,
} from "./testing/typescript-repository.ts";

const ONE = Float32Array.of(1, 2, 3);

test("tensors of every size come back as they were", async () => {
  using repository = new TypeScriptRepository()
    .add("view", IDENTITY_MODEL)
    .add(
      "copy",
      perRequestModel(
        'return { outputs: [new Tensor("OUT", "FP32", [value.length], value.slice())] };',
      ),
    );
  await serving(repository, async (server) => {
    for (const count of [0, 1, 16, 2047, 2048, 2049, 100_000, 1_000_000]) {
      const values = Float32Array.from({ length: count }, (_, index) => index * 0.5);
      for (const name of ["view", "copy"]) {
        for (let run = 0; run < 3; run++) {
          assert.deepEqual(await inferVector(server, name, values), values);
        }
      }
    }
  });
});

const FAILURES: readonly (readonly [string, string, RegExp])[] = [
  ["an exception", 'throw new RangeError("no luck")', /'model_0', message: RangeError: no luck$/],
  ["an exception that is no error", 'throw "text"', /message: text$/],
  [
    "no array",
    "return 7",
    /message: Expected an array in the execute return, found type 'number'\.$/,
  ],
  [
    "too few responses",
    "return []",
    /InferenceRequest\(s\) size is:1, and InferenceResponse\(s\) size is:0\n$/,
  ],
  ["no response", "return [7]", /Expected an 'InferenceResponse' object .* found type 'number'\.$/],
  [
    "no tensors",
    'return [{ outputs: ["x"] }]',
    /Expected a 'Tensor' .* found type 'String'|'string'/,
  ],
  ["no array of outputs", "return [{ outputs: 1 }]", /Expected an array of outputs/],
  [
    "an unknown output",
    'return [{ outputs: [new Tensor("X", "FP32", [1], [1])] }]',
    /unexpected inference output 'X' for model 'model'$/,
  ],
  [
    "another datatype",
    'return [{ outputs: [new Tensor("OUT", "INT32", [1], [1])] }]',
    /output 'OUT' of model 'model' has datatype INT32, the configuration expects FP32$/,
  ],
  [
    "another rank",
    'return [{ outputs: [new Tensor("OUT", "FP32", [1, 1], [1])] }]',
    /output 'OUT' of model 'model' has shape \[1,1\], expected \[-1\]$/,
  ],
  [
    "an output twice",
    'const t = new Tensor("OUT", "FP32", [1], [1]); return [{ outputs: [t, t] }]',
    /output 'OUT' of model 'model' is given twice$/,
  ],
  [
    "too few bytes",
    'return [{ outputs: [new Tensor("OUT", "FP32", [2], new Float32Array(1))] }]',
    /TypeError: tensor 'OUT' of datatype FP32 and shape \[2\] needs 8 bytes, got 4$/,
  ],
  ["bad parameters", "return [{ parameters: { a: {} } }]", /Expect parameters values to have type/],
];

test("a model that gives what is no answer fails its requests, and those only", async () => {
  using repository = new TypeScriptRepository();
  for (const [index, [, lines]] of FAILURES.entries()) {
    const body = `execute(requests: any) { const value = requests[0].input("IN").asFloat32();
      if (value[0] === 1) { ${lines} }
      return requests.map((r: any) => ({ outputs: [r.input("IN").withName("OUT")] })); }`;
    repository.add(`model${index}`, modelFile(body));
  }
  await serving(repository, async (server) => {
    for (const [index, [what, , expected]] of FAILURES.entries()) {
      const name = `model${index}`;
      await assert.rejects(inferVector(server, name, ONE), (error: Error) => {
        const prefix = `Failed to process the request(s) for model '${name}_0', message: `;
        assert.ok(error.message.startsWith(prefix), error.message);
        assert.match(error.message.replaceAll(name, "model"), expected, what);
        return true;
      });
      assert.deepEqual(await inferVector(server, name, Float32Array.of(2)), Float32Array.of(2));
      const [statistics] = server.statistics(name, null);
      assert.equal(statistics?.fail.count, 1);
      assert.equal(statistics?.executionCount, 1);
    }
  });
});

test("errors keep their code, and the log has the stack", async () => {
  using repository = new TypeScriptRepository()
    .add("one", perRequestModel('return new TritonError("not here", "NOT_FOUND");'))
    .add("all", perRequestModel('throw new TritonError("never", "UNSUPPORTED");'));
  await serving(repository, async (server) => {
    await assert.rejects(inferVector(server, "one", ONE), {
      code: StatusCode.NotFound,
      message: "not here",
    });
    await assert.rejects(inferVector(server, "all", ONE), { code: StatusCode.Unsupported });
    assert.match(repository.log.errors.join("\n"), /never\n\s+at .*model\.ts/);
  });
});

const LOAD_FAILURES: readonly (readonly [string, string, RegExp])[] = [
  ["does not parse", "\nexport default class {", /SyntaxError: .* \(model\.ts, line \d\)/],
  ["has an enum", "enum E { A }\nexport default class { execute() {} }", /enum is not supported/],
  ["throws", 'throw new Error("at import")', /Error: at import/],
  ["imports what is missing", 'import "./missing.ts";', /Cannot find module/],
  ["has no default export", "export const a = 1;", /has no default export/],
  ["exports no class", "export default 7;", /is not a class, but a value of type 'number'/],
  ["has no execute", "export default class {}", /does not implement `execute` method/],
  [
    "cannot be made",
    modelFile('constructor() { throw new Error("no"); } execute() {}'),
    /Error: no/,
  ],
  [
    "cannot begin",
    modelFile('async initialize() { throw new Error("nope"); } execute() {}'),
    /nope/,
  ],
  ["ends its thread", "process.exit(3);", /thread ended with exit code 3/],
];

test("a model that cannot be loaded says why, and no other one suffers", async () => {
  using repository = new TypeScriptRepository().add("good", IDENTITY_MODEL);
  for (const [index, [, text]] of LOAD_FAILURES.entries()) {
    repository.add(`bad${index}`, text);
  }
  await serving(repository, async (server) => {
    for (const [index, [what, , expected]] of LOAD_FAILURES.entries()) {
      const row = server.describeModels().find(({ name }) => name === `bad${index}`);
      assert.match(row?.status ?? "", expected, what);
    }
    assert.deepEqual(await inferVector(server, "good", ONE), ONE);
  });
});

const DEATHS: readonly (readonly [string, string, RegExp])[] = [
  ["ends its thread", "process.exit(4);", /exit code 4/],
  [
    "throws where nobody catches",
    'setImmediate(() => { throw new Error("loose"); }); await new Promise(() => {});',
    /loose/,
  ],
  [
    "rejects where nobody catches",
    'Promise.reject(new Error("loose")); await new Promise(() => {});',
    /loose/,
  ],
  [
    "needs too much memory",
    "const all = []; for (;;) { all.push(new Array(1e5).fill(value[0])); }",
    /memory/i,
  ],
  ["never ends", "for (;;) {}", /execute took more than 300 ms/],
];

for (const [what, lines, expected] of DEATHS) {
  test(`a model that ${what} loses its running request, and goes on`, async () => {
    const config = `${VECTOR_CONFIG}
      parameters [{ key: "NEREID_HEAP_SIZE_MB" value: { string_value: "64" } },
                  { key: "NEREID_EXECUTE_TIMEOUT_MS" value: { string_value: "${what === "never ends" ? 300 : 0}" } }]`;
    const text = perRequestModel(
      `if (value[0] === 666) { ${lines} }\nreturn { outputs: [request.input("IN").withName("OUT")] };`,
    );
    using repository = new TypeScriptRepository().add("model", text, config);
    await serving(repository, async (server) => {
      const killer = inferVector(server, "model", Float32Array.of(666));
      const queued = [1, 2, 3].map((value) => inferVector(server, "model", Float32Array.of(value)));
      await assert.rejects(killer, (error: Error) => {
        assert.match(error.message, /^Model instance 'model_0' is not healthy: /);
        assert.match(error.message, expected);
        return true;
      });
      assert.equal(server.isModelReady("model", null), false);
      assert.deepEqual(
        await Promise.all(queued),
        [1, 2, 3].map((value) => Float32Array.of(value)),
      );
      assert.equal(server.isModelReady("model", null), true);
    });
  });
}

test("a thread that cannot be started again fails what waits for it until it can", async () => {
  const sick = modelFile(`
    async initialize() { if (await host.isModelReady("absent")) { return; } const fs = await import("node:fs");
      if (fs.existsSync(new URL("./sick", import.meta.url))) { throw new Error("still sick"); } }
    async execute(requests: any) { const fs = await import("node:fs");
      if (requests[0].input("IN").asFloat32()[0] === 666) { fs.writeFileSync(new URL("./sick", import.meta.url), ""); process.exit(1); }
      return requests.map((r: any) => ({ outputs: [r.input("IN").withName("OUT")] })); }`);
  using repository = new TypeScriptRepository().add("model", sick);
  await serving(repository, async (server) => {
    await assert.rejects(inferVector(server, "model", Float32Array.of(666)), /exit code 1/);
    await assert.rejects(inferVector(server, "model", ONE), /is not healthy: Error: still sick/);
    const { unlinkSync } = await import("node:fs");
    unlinkSync(`${repository.directory}/model/1/sick`);
    await until(() => server.isModelReady("model", null));
    assert.deepEqual(await inferVector(server, "model", ONE), ONE);
  });
});

test("a file replaced before a load is what is served after it, with the files that it imports", async () => {
  const text = (factor: number) =>
    `import { factor } from "./factor.ts";\n${perRequestModel(
      `return { outputs: [new Tensor("OUT", "FP32", [value.length], value.map((x: number) => x * factor * ${factor}))] };`,
    )}`;
  using repository = new TypeScriptRepository().add("model", text(1));
  repository.write("model/1/factor.ts", "export const factor: number = 2;");
  await serving(
    repository,
    async (server) => {
      await server.loadModel("model");
      assert.deepEqual(await inferVector(server, "model", ONE), Float32Array.of(2, 4, 6));
      repository.add("model", text(10));
      repository.write("model/1/factor.ts", "export const factor: number = 3;");
      await server.loadModel("model");
      assert.deepEqual(await inferVector(server, "model", ONE), Float32Array.of(30, 60, 90));
    },
    true,
  );
});

test("packages beside the models are found", async () => {
  using repository = new TypeScriptRepository().add(
    "model",
    `import { answer } from "local-package";\n${perRequestModel(
      'return { outputs: [new Tensor("OUT", "FP32", [1], [answer])] };',
    )}`,
  );
  repository.write(
    "node_modules/local-package/package.json",
    '{"type":"module","exports":"./x.js"}',
  );
  repository.write("node_modules/local-package/x.js", "export const answer = 42;");
  const server = await repository.serve();
  assert.deepEqual(await inferVector(server, "model", ONE), Float32Array.of(42));
  await server.stop();
});

test("a model completes its configuration", async () => {
  const body = `static autoCompleteConfig(config: any) {
      return config.setMaxBatchSize(4).setDynamicBatching()
        .addInput({ name: "IN", datatype: "FP32", dims: [-1] }).addOutput({ name: "OUT", datatype: "FP32", dims: [1] });
    }
    execute(requests: any) {
      const all = stackBatch(requests, "IN");
      const width = all.shape[1]; const values = all.asFloat32();
      const sums = Array.from({ length: all.shape[0] }, (_, row) => values.subarray(row * width, (row + 1) * width).reduce((a: number, b: number) => a + b, 0));
      return splitBatch(new Tensor("OUT", "FP32", [all.shape[0], 1], sums), requests).map((output: any) => ({ outputs: [output] }));
    }`;
  using repository = new TypeScriptRepository();
  repository.write("sums/1/model.ts", modelFile(body));
  await serving(repository, async (server) => {
    const { spec, config } = server.getModel("sums", null);
    assert.equal(spec.batchSizeMax, 4);
    assert.equal(config.backend, "typescript");
    assert.notEqual(spec.dynamicBatching, null);
    const infer = (row: number) =>
      server.infer({
        modelName: "sums",
        inputs: [{ name: "IN", datatype: "FP32", shape: [1, 2], data: Float32Array.of(row, 1) }],
      });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(infer));
    assert.deepEqual(
      answers.map(({ outputs }) => new Float32Array(outputs[0]!.bytes.slice().buffer)[0]),
      [2, 3, 4, 5, 6],
    );
  });
});

test("a model in JavaScript is one too", async () => {
  const config = VECTOR_CONFIG.replace("typescript", "javascript");
  using repository = new TypeScriptRepository();
  repository.write("model/1/model.mjs", IDENTITY_MODEL.replaceAll(": any", ""));
  repository.write("model/config.pbtxt", config);
  await serving(repository, async (server) => {
    assert.deepEqual(await inferVector(server, "model", ONE), ONE);
  });
});

test("a model that does not hear it is ended after its grace", async () => {
  const config = `${VECTOR_CONFIG}
    parameters [{ key: "NEREID_CANCEL_GRACE_MS" value: { string_value: "50" } }]`;
  using repository = new TypeScriptRepository().add(
    "model",
    perRequestModel(
      "if (value[0] === 1) { for (;;) {} }\nreturn { outputs: [request.input('IN').withName('OUT')] };",
    ),
    config,
  );
  await serving(repository, async (server) => {
    const abort = new AbortController();
    const running = inferVector(server, "model", ONE, abort.signal);
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await assert.rejects(running, { code: StatusCode.Cancelled });
    assert.deepEqual(await inferVector(server, "model", Float32Array.of(2)), Float32Array.of(2));
  });
});

test("finalize is called once, and may fail", async () => {
  using repository = new TypeScriptRepository().add(
    "model",
    modelFile(
      'execute() {} async finalize() { logger.info("finalizing"); throw new Error("at last"); }',
    ),
  );
  const server = await repository.serve();
  await server.stop();
  assert.equal(repository.log.info.filter((line) => line === "finalizing").length, 1);
  assert.ok(
    repository.log.info.some((line) => /finalize of 'model_0' failed: Error: at last/.test(line)),
  );
});

test("a model says whether it is ready", async () => {
  using repository = new TypeScriptRepository()
    .add("no", modelFile("execute() {} async isReady() { return false; }"))
    .add("yes", modelFile("execute() {} isReady() { return true; }"))
    .add("odd", modelFile('execute() {} isReady() { return "yes"; }'));
  await serving(repository, async (server) => {
    assert.equal(await server.askModelReady("yes", null), true);
    await assert.rejects(
      server.askModelReady("no", null),
      /^TritonError: Model 'no_0' is not ready \(user-defined check failed\)\.$/,
    );
    await assert.rejects(server.askModelReady("odd", null), /must return a boolean value/);
  });
});
