// Tests answers of TypeScript models that are more than one, come later or lie in memory of the model's, with real threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import type { InferenceServer } from "./inference-server.ts";
import {
  inferVector,
  modelFile,
  perRequestModel,
  serving,
  TypeScriptRepository,
  until,
  VECTOR_CONFIG,
} from "./testing/typescript-repository.ts";

const DECOUPLED_CONFIG = `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`;

/** Answers 0, 1, 2, … and waits for its client before each next one; tells how far it came. */
const PACED_MODEL = modelFile(`async execute(requests: any) {
    const [request] = requests;
    const [count] = request.input("IN").asFloat32();
    let sent = 0;
    for (; sent < count && !request.signal.aborted; sent++) {
      await request.sender.send({ outputs: [new Tensor("OUT", "FP32", [1], [sent])] });
    }
    request.sender.end();
    logger.info("sent " + sent);
  }`);

/** A request for a model that tells of each answer: its output's values, an error's text, or null for an end without one. */
function createRequest(
  server: InferenceServer,
  input: { readonly values: readonly number[]; readonly shape: readonly number[] },
  onAnswer: (answer: readonly number[] | string | null, isFinal: boolean) => void,
): InferenceRequest {
  const sender = {
    send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
      const [output] = response?.outputs ?? [];
      const values = output && [...new Float32Array(Uint8Array.from(output.bytes).buffer)];
      response?.release();
      onAnswer(values ?? response?.error?.message ?? null, isFinal);
    },
  };
  const request = new InferenceRequest(
    server.getModel("model", null).spec,
    sender,
    server.clock.nowNs(),
  );
  const bytes = new Uint8Array(Float32Array.from(input.values).buffer);
  request.inputs = [new Tensor("IN", "FP32", [...input.shape], bytes, null)];
  return request;
}

test("a model that awaits its sends is no further ahead of its client than a few answers", async () => {
  using repository = new TypeScriptRepository().add("model", PACED_MODEL, DECOUPLED_CONFIG);
  await serving(repository, async (server) => {
    const model = server.getModel("model", null);
    const values: number[] = [];
    let isFull = false;
    let hasEnded = false;
    const create = (count: number): InferenceRequest => {
      const request = createRequest(
        server,
        { values: [count], shape: [1] },
        (answer, isFinal): void => {
          if (answer !== null && typeof answer === "object") {
            values.push(...answer);
          }
          hasEnded = isFinal;
          if (isFull) {
            request.setCongested(true);
          }
        },
      );
      return request;
    };
    const fast = create(1000);
    model.enqueue(fast);
    await until(() => hasEnded);
    assert.deepEqual(
      values,
      Array.from({ length: 1000 }, (_, index) => index),
    );

    values.length = 0;
    isFull = true;
    hasEnded = false;
    const slow = create(1000);
    model.enqueue(slow);
    await until(() => slow.drainListener !== null);
    // Another model's answer has made its way there and back: what this one had to say it has said.
    await server.askModelReady("model", null);
    const count = values.length;
    assert.ok(count <= 16, `it waits, after ${count} answers`);
    slow.setCongested(false);
    await until(() => values.length > count && slow.drainListener !== null);
    assert.ok(values.length <= count + 16);
    isFull = false;
    slow.setCongested(false);
    await until(() => hasEnded);
    assert.equal(values.length, 1000);

    isFull = true;
    hasEnded = false;
    const gone = create(1e9);
    model.enqueue(gone);
    await until(() => gone.drainListener !== null);
    gone.cancel();
    await until(() => hasEnded);
  });
});

test("a request of an iterative sequence goes back to the scheduler as often as the model says", async () => {
  const config = `${VECTOR_CONFIG} max_batch_size: 4
    sequence_batching { iterative_sequence: true }`;
  const body = `rounds = new Map();
    execute(requests: any) {
      return requests.map((request: any) => {
        const [count] = request.input("IN").asFloat32();
        const round = (this.rounds.get(request.correlationId) ?? 0) + 1;
        this.rounds.set(request.correlationId, round);
        if (round < count) { request.reschedule(); return null; }
        this.rounds.delete(request.correlationId);
        return { outputs: [new Tensor("OUT", "FP32", [1, 1], [round])] };
      });
    }`;
  using repository = new TypeScriptRepository().add("model", modelFile(body), config);
  await serving(repository, async (server) => {
    const infer = (count: number): Promise<unknown> =>
      new Promise((resolve) => {
        const input = { values: [count], shape: [1, 1] };
        const request = createRequest(server, input, resolve);
        server.getModel("model", null).enqueue(request);
      });
    assert.deepEqual(await Promise.all([1, 2, 3, 7].map(infer)), [[1], [2], [3], [7]]);
    const [statistics] = server.statistics("model", null);
    assert.equal(statistics?.fail.count, 0);
  });
});

test("an allocated output is answered as it was filled, and its memory is used again", async () => {
  const lines = `
    const output = Tensor.allocate("OUT", "FP32", [value.length]);
    output.asFloat32().set(value.map((one: number) => one + 1));
    return { outputs: [output] };`;
  using repository = new TypeScriptRepository().add("model", perRequestModel(lines));
  await serving(repository, async (server) => {
    for (let round = 0; round < 5; round++) {
      for (const count of [0, 1, 2048, 2049, 100_000, 1_000_000]) {
        const values = Float32Array.from({ length: count }, (_, index) => index % 1000);
        const expected = values.map((value) => value + 1);
        assert.deepEqual(await inferVector(server, "model", values), expected);
      }
    }
  });
});

test("allocated memory may be shared by answers, and is refused once all of them have been sent", async () => {
  const config = `${VECTOR_CONFIG} max_batch_size: 4 dynamic_batching { max_queue_delay_microseconds: 100000 preferred_batch_size: 2 }`;
  const body = `kept: any = null;
    execute(requests: any) {
      const [first] = requests[0].input("IN").asFloat32();
      if (first === -1) {
        return requests.map(() => ({ outputs: [this.kept] }));
      }
      const all = Tensor.allocate("OUT", "FP32", [requests.length, 5000]);
      const values = all.asFloat32();
      requests.forEach((request: any, row: number) => values.fill(request.input("IN").asFloat32()[0], row * 5000, (row + 1) * 5000));
      const parts = splitBatch(all, requests);
      this.kept = parts[0];
      return parts.map((part: any) => ({ outputs: [part] }));
    }`;
  using repository = new TypeScriptRepository().add("model", modelFile(body), config);
  await serving(repository, async (server) => {
    const infer = async (value: number): Promise<Float32Array> => {
      const { outputs } = await server.infer({
        modelName: "model",
        inputs: [{ name: "IN", datatype: "FP32", shape: [1, 1], data: Float32Array.of(value) }],
      });
      return new Float32Array(Uint8Array.from(outputs[0]!.bytes).buffer);
    };
    const [first, second] = await Promise.all([infer(1), infer(2)]);
    assert.deepEqual(first, new Float32Array(5000).fill(1));
    assert.deepEqual(second, new Float32Array(5000).fill(2));
    await assert.rejects(infer(-1), /the memory of an allocated tensor has been sent before/);
    assert.deepEqual(await infer(3), new Float32Array(5000).fill(3));
  });
});
