// Tests what TypeScript models do beside answering their batches, through the engine, with real threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { formatExposition } from "../metrics/exposition.ts";
import {
  IDENTITY_MODEL,
  inferVector,
  modelFile,
  perRequestModel,
  serving,
  streamVector,
  TypeScriptRepository,
  until,
  VECTOR_CONFIG,
} from "./testing/typescript-repository.ts";

const ONE = Float32Array.of(1, 2, 3);

test("a decoupled model answers as often as it likes, also after execute", async () => {
  const config = `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`;
  const body = `async execute(requests: any) {
      for (const request of requests) {
        const [count] = request.input("IN").asFloat32();
        for (let index = 0; index < count; index++) {
          await new Promise((resolve) => setImmediate(resolve));
          request.sender.send({ outputs: [new Tensor("OUT", "FP32", [1], [index])] });
        }
        if (count === 13) { throw new Error("unlucky"); }
        request.sender.end();
        let text = ""; try { request.sender.end(); } catch (error: any) { text = error.message; }
        logger.info("again: " + text);
      }
    }`;
  using repository = new TypeScriptRepository().add("model", modelFile(body), config);
  await serving(repository, async (server) => {
    const all = await Promise.all(
      [3, 0, 1].map((count) => streamVector(server, "model", Float32Array.of(count)).answers),
    );
    assert.deepEqual(all, [[[0], [1], [2], null], [null], [[0], null]]);
    const unlucky = await streamVector(server, "model", Float32Array.of(13)).answers;
    assert.equal(unlucky.length, 14);
    assert.match(String(unlucky.at(-1)), /message: Error: unlucky$/);
    assert.ok(
      repository.log.info.includes(
        "again: Unable to send response. Response sender has been closed.",
      ),
    );
  });
});

test("models call each other, and a circle is found", async () => {
  const caller = (target: string) =>
    perRequestModel(`
      const answer = await host.infer({ modelName: "${target}", inputs: [request.input("IN")] });
      return { outputs: [answer.output("OUT")] };`);
  using repository = new TypeScriptRepository()
    .add("identity", IDENTITY_MODEL)
    .add("caller", caller("identity"))
    .add("itself", caller("itself"))
    .add("left", caller("right"))
    .add("right", caller("left"))
    .add("lost", caller("absent"));
  await serving(repository, async (server) => {
    const large = new Float32Array(50_000).fill(7);
    assert.deepEqual(await inferVector(server, "caller", ONE), ONE);
    assert.deepEqual(await inferVector(server, "caller", large), large);
    await assert.rejects(inferVector(server, "itself", ONE), /would never be answered/);
    await assert.rejects(inferVector(server, "left", ONE), /would never be answered/);
    await assert.rejects(inferVector(server, "lost", ONE), /unknown model: 'absent' is not found/);
    assert.deepEqual(await inferVector(server, "caller", ONE), ONE);
  });
});

test("a model reads the answers of a decoupled one, and may leave before the last", async () => {
  const config = `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`;
  const source = modelFile(`async execute(requests: any) {
      for (const request of requests) {
        const [count] = request.input("IN").asFloat32();
        for (let index = 0; index < count && !request.signal.aborted; index++) {
          await new Promise((resolve) => setImmediate(resolve));
          request.sender.send({ outputs: [new Tensor("OUT", "FP32", [1], [index])] });
        }
        request.sender.end();
      } }`);
  using repository = new TypeScriptRepository().add("source", source, config).add(
    "reader",
    perRequestModel(`const all: number[] = [];
      for await (const answer of host.stream({ modelName: "source", inputs: [request.input("IN")] })) {
        all.push(answer.output("OUT").asFloat32()[0]);
        if (all.length === 5) { break; }
      }
      return { outputs: [new Tensor("OUT", "FP32", [all.length], all)] };`),
  );
  await serving(repository, async (server) => {
    assert.deepEqual(
      await inferVector(server, "reader", Float32Array.of(3)),
      Float32Array.of(0, 1, 2),
    );
    assert.deepEqual(
      await inferVector(server, "reader", Float32Array.of(1e9)),
      Float32Array.of(0, 1, 2, 3, 4),
    );
    await assert.rejects(
      server.infer({ modelName: "source", inputs: [] }),
      /decoupled transaction policy/,
    );
  });
});

test("a model hears that its client has gone", async () => {
  using repository = new TypeScriptRepository().add(
    "model",
    perRequestModel(`if (value[0] === 1) {
        await new Promise((resolve) => request.signal.addEventListener("abort", resolve, { once: true }));
        return new TritonError("stopped", "CANCELLED");
      }
      return { outputs: [request.input("IN").withName("OUT")] };`),
  );
  await serving(repository, async (server) => {
    const abort = new AbortController();
    const running = inferVector(server, "model", ONE, abort.signal);
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await assert.rejects(running, { code: StatusCode.Cancelled });
    assert.deepEqual(await inferVector(server, "model", Float32Array.of(2)), Float32Array.of(2));
    assert.equal(server.statistics("model", null)[0]?.failuresByReason.CANCELED, 1);
  });
});

test("metrics of models are on the page until the model goes", async () => {
  using repository = new TypeScriptRepository().add(
    "model",
    modelFile(`counter: any; histogram: any;
      async initialize() {
        const family = await createMetricFamily({ name: "rows", description: "Rows", kind: "counter" });
        this.counter = await family.metric({ model: "model" });
        const times = await createMetricFamily({ name: "times", description: "", kind: "histogram" });
        this.histogram = await times.metric({}, [1, 10]);
        let text = ""; try { await createMetricFamily({ name: "rows", description: "", kind: "gauge" }); } catch (error: any) { text = error.message; }
        logger.info("second: " + text);
      }
      async execute(requests: any) {
        this.counter.increment(2); this.histogram.observe(5);
        const total = await this.counter.value();
        return requests.map((r: any) => ({ outputs: [new Tensor("OUT", "FP32", [1], [total])] }));
      }`),
  );
  await serving(
    repository,
    async (server) => {
      await server.loadModel("model");
      await inferVector(server, "model", ONE);
      assert.deepEqual(await inferVector(server, "model", ONE), Float32Array.of(4));
      const page = () => formatExposition(server.metricFamilies());
      assert.match(page(), /^rows\{model="model"\} 4$/m);
      assert.match(page(), /^times_bucket\{le="10"\} 2$/m);
      assert.ok(
        repository.log.info.includes("second: Family name already exists with different type"),
      );
      await server.unloadModel("model");
      await until(() => !/^# TYPE rows/m.test(page()));
    },
    true,
  );
});

test("responses have parameters, and only the outputs that are wanted", async () => {
  const config = `${VECTOR_CONFIG} output [{ name: "EXTRA" data_type: TYPE_STRING dims: [-1] }]`;
  using repository = new TypeScriptRepository().add(
    "model",
    perRequestModel(`return {
        outputs: [new Tensor("OUT", "FP32", [1], [1]), new Tensor("EXTRA", "BYTES", [2], ["Grüße", new Uint8Array([0, 1])])],
        parameters: { id: request.id, wanted: request.requestedOutputs.join(), half: 0.5, seven: 7, yes: request.parameters.get("yes") },
      };`),
    config,
  );
  await serving(repository, async (server) => {
    const answer = await server.infer({
      modelName: "model",
      id: "the id",
      inputs: [{ name: "IN", datatype: "FP32", shape: [3], data: ONE }],
      outputs: ["EXTRA"],
      parameters: { yes: true },
    });
    assert.deepEqual(
      answer.outputs.map(({ name, bytes }) => [name, Buffer.from(bytes).toString("latin1")]),
      [["EXTRA", "\x07\0\0\0Gr\xc3\xbc\xc3\x9fe\x02\0\0\0\0\x01"]],
    );
    assert.deepEqual(
      [...answer.parameters],
      [
        ["id", "the id"],
        ["wanted", "EXTRA"],
        ["half", 0.5],
        ["seven", 7n],
        ["yes", true],
      ],
    );
  });
});

test("a sender answers a model that is not decoupled once, and its instance is free meanwhile", async () => {
  using repository = new TypeScriptRepository().add(
    "model",
    modelFile(`kept: any[] = [];
      execute(requests: any) {
        this.kept.push(...requests);
        if (this.kept.length === 3) {
          for (const request of this.kept.reverse()) { request.sender.send({ outputs: [request.input("IN").withName("OUT")] }); }
        }
        return requests.map(() => null);
      }`),
  );
  await serving(repository, async (server) => {
    const values = [1, 2, 3].map((value) => Float32Array.of(value));
    const answers = await Promise.all(values.map((value) => inferVector(server, "model", value)));
    assert.deepEqual(answers, values);
  });
});
