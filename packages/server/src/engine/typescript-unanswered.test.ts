// Tests the requests that a TypeScript model neither answers nor keeps, with real threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import {
  inferVector,
  modelFile,
  serving,
  TypeScriptRepository,
  VECTOR_CONFIG,
} from "./testing/typescript-repository.ts";

/**
 * Below 0: lets go of the request. 0: keeps it. 1: collects the thread's garbage, and answers how many it has kept. 2: answers
 * those that it has kept.
 */
const FORGETFUL_MODEL = `
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
${modelFile(`
  #kept: any[] = [];
  async execute(requests: any) {
    const [request] = requests;
    const [value] = request.input("IN").asFloat32();
    if (value < 0) { return [null]; }
    if (value === 0) { this.#kept.push(request.sender); return [null]; }
    if (value === 1) { await collect({ type: "major", execution: "async" }); }
    const count = this.#kept.length;
    if (value === 2) {
      for (const sender of this.#kept.splice(0)) { sender.send({ outputs: [new Tensor("OUT", "FP32", [1], [7])] }, { isFinal: true }); }
    }
    return [{ outputs: [new Tensor("OUT", "FP32", [1], [count])] }];
  }`)}`;

test("a request that its model neither answers nor keeps is answered with an error, those that it keeps are its own", async () => {
  using repository = new TypeScriptRepository().add("model", FORGETFUL_MODEL);
  await serving(repository, async (server) => {
    const infer = (value: number): Promise<Float32Array> =>
      inferVector(server, "model", Float32Array.of(value));
    const lost = [-1, -1].map((value) => infer(value));
    const kept = [0, 0].map((value) => infer(value));
    const errors = Promise.all(
      lost.map((one) =>
        assert.rejects(one, {
          message:
            /^model instance 'model(?:_0)*' returned no response for the request and has let go of its response sender$/,
          code: StatusCode.Internal,
        }),
      ),
    );
    assert.deepEqual(await infer(1), Float32Array.of(2));
    await errors;
    assert.deepEqual(await infer(2), Float32Array.of(2));
    assert.deepEqual(await Promise.all(kept), [Float32Array.of(7), Float32Array.of(7)]);
  });
});

test("an idle model's request that it has let go of is answered without further requests", async () => {
  const model = modelFile("execute(requests: any) { return requests.map(() => null); }");
  using repository = new TypeScriptRepository().add("model", model);
  await serving(repository, async (server) => {
    await assert.rejects(
      inferVector(server, "model", Float32Array.of(1)),
      /has let go of its response sender/,
    );
  });
});

test("a warm-up larger than the model's batches fails the load, and never reaches the model", async () => {
  const tensor = "data_type: TYPE_FP32 dims: [ 2 ] zero_data: true";
  using repository = new TypeScriptRepository().add(
    "model",
    modelFile('execute() { throw new Error("reached"); }'),
    `${VECTOR_CONFIG} max_batch_size: 2
    model_warmup { name: "w" batch_size: 3 inputs { key: "IN" value { ${tensor} } } }`,
  );
  await serving(repository, (server) => {
    assert.match(
      server.describeModels()[0]?.status ?? "",
      /failed to run warmup sample 'w': batch size 3 for 'model(?:_0)*', max allowed is 2; /,
    );
    return Promise.resolve();
  });
});
