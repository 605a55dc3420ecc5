// Tests what is lost when processes of Python models are killed under load: what they were executing, and no more.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../../tools/python-environment.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { CountedRequest } from "./testing/counted-request.ts";
import {
  childProcessIds,
  eventually,
  memoryFileCount,
  sharedMemoryNames,
} from "./testing/process-resources.ts";
import { PythonRepository, perRequestModel, VECTOR_CONFIG } from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

/** Says what it is about to execute and in which process, and never comes back from a batch with a negative number. */
const VICTIM_MODEL = `
import os, time
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        values = [pb_utils.get_input_tensor_by_name(request, "IN").as_numpy() for request in requests]
        numbers = " ".join(str(int(value.flat[0])) for value in values)
        pb_utils.Logger.log_info("process %d executes %s" % (os.getpid(), numbers))
        while any(value.flat[0] < 0 for value in values):
            time.sleep(60)
        return [pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]) for value in values]
`;

const BATCHING_CONFIG = `
  ${VECTOR_CONFIG.replace("dims: [-1] }]", "dims: [-1] allow_ragged_batch: true }]")}
  max_batch_size: 4
  dynamic_batching {}
`;

/** Kills every process that says that it executes a negative number, and keeps what it was executing. */
class Killer {
  readonly lost = new Set<number>();
  readonly killedIds: number[] = [];
  readonly deaths: string[] = [];
  /** Called for every death that the server has seen. */
  onDeath: () => void = () => {};

  readonly log: Logger = {
    ...nullLogger,
    info: (message) => {
      const [, id, numbers] = /^process (\d+) executes (.*)$/.exec(message) ?? [];
      const executed = numbers?.split(" ").map(Number) ?? [];
      if (executed.some((number) => number < 0)) {
        for (const number of executed) {
          this.lost.add(number);
        }
        this.killedIds.push(Number(id));
        process.kill(Number(id), "SIGKILL");
      }
    },
    error: (message) => {
      this.deaths.push(message);
      this.onDeath();
    },
  };
}

for (const [title, config, instanceCount] of [
  ["one request at a time", VECTOR_CONFIG, 1],
  ["one request at a time, three instances", VECTOR_CONFIG, 3],
  ["batches, two instances", BATCHING_CONFIG, 2],
] as const) {
  test(`kill -9 under load (${title}) loses the running batches and nothing else`, async () => {
    const memoryName = `nereid_kill_${process.pid}_${instanceCount}`;
    using repository = new PythonRepository().add(
      "model",
      VICTIM_MODEL,
      `${config} instance_group { count: ${instanceCount} kind: KIND_CPU }`,
    );
    const killer = new Killer();
    const server = await repository.serve(python, {
      log: killer.log,
      settings: { "shm-region-prefix-name": memoryName },
    });
    assert.equal(childProcessIds().length, instanceCount);
    const readiness: boolean[] = [];
    killer.onDeath = () => readiness.push(server.isModelReady("model", null), server.isReady());

    const numbers = Array.from({ length: 300 }, (_, index) =>
      index % 100 === 50 ? -index : index + 1,
    );
    const requests = numbers.map((number) => {
      const values = new Float32Array(number % 7 === 0 ? 50_000 : 10).fill(number);
      return { number, values, request: new CountedRequest(server, "model", values) };
    });
    for (const { number, values, request } of requests) {
      const answer = await request.answer;
      if (killer.lost.has(number)) {
        assert.match(
          answer.error?.message ?? "",
          /^Stub process 'model(?:_\d)+' is not healthy\.$/,
        );
      } else {
        assert.equal(answer.error, null);
        assert.deepEqual(answer.values, [values]);
      }
    }
    assert.ok(requests.every(({ request }) => request.finalCount === 1));
    assert.ok(numbers.every((number) => number > 0 || killer.lost.has(number)));
    const lostMax = killer.killedIds.length * (config === BATCHING_CONFIG ? 4 : 1);
    assert.ok(killer.lost.size <= lostMax, `${killer.lost.size} of ${lostMax}`);
    assert.equal(new Set(killer.killedIds).size, killer.killedIds.length);
    assert.equal(killer.deaths.length, killer.killedIds.length);
    assert.deepEqual(new Set(readiness), new Set([false]));

    assert.ok(await eventually(() => server.isModelReady("model", null) && server.isReady()));
    assert.ok(await eventually(() => childProcessIds().length === instanceCount));
    await server.stop();
    assert.deepEqual(childProcessIds(), []);
    assert.deepEqual(sharedMemoryNames(memoryName), []);
    assert.equal(memoryFileCount(memoryName), 0);
  });
}

test("a process killed while it executes nothing costs no request", async () => {
  using repository = new PythonRepository().add("model", VICTIM_MODEL);
  const killer = new Killer();
  const server = await repository.serve(python, { log: killer.log });
  const [first = 0] = childProcessIds();
  process.kill(first, "SIGKILL");
  assert.ok(await eventually(() => killer.deaths.length === 1));
  assert.equal(server.isModelReady("model", null), false);
  const { error, values } = await new CountedRequest(server, "model", Float32Array.of(1)).answer;
  assert.equal(error, null);
  assert.deepEqual(values, [Float32Array.of(1)]);
  assert.equal(server.isModelReady("model", null), true);
  const [second] = childProcessIds();
  assert.notEqual(second, first);
  await server.stop();
});

test("a killed process ends the streams that its model still answers, each once", async () => {
  const model = perRequestModel(
    'self.senders = getattr(self, "senders", []) + [request.get_response_sender()]\n' +
      'self.senders[-1].send(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))\n' +
      "if value[0] < 0:\n    os.kill(os.getpid(), 9)",
  ).replace("return responses", "return None");
  using repository = new PythonRepository().add(
    "model",
    model,
    `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`,
  );
  const server = await repository.serve(python);
  const requests = [1, 2, 3, -1].map(
    (number) => new CountedRequest(server, "model", Float32Array.of(number)),
  );
  for (const request of requests) {
    const { error, values } = await request.answer;
    assert.match(error?.message ?? "", /^Stub process 'model(?:_\d)+' is not healthy\.$/);
    assert.equal(values.length, 1);
  }
  assert.ok(requests.every(({ finalCount }) => finalCount === 1));
  await server.stop();
});

test("a process that says what the wire does not allow is ended, with what it was, and replaced", async () => {
  const frame = (kind: number, id: number, size: number): string =>
    `os.write(3, struct.pack("<IBBHII", ${size}, ${kind}, 0, 0, ${id}, 0) + bytes(${Math.max(0, Math.min(size, 64) - 16)}))`;
  const speeches = [
    [frame(99, 0, 16), "it sent a frame of kind 99"],
    [frame(17, 4711, 16), "it sent the answer to a batch that it does not have"],
    [frame(16, 1, 3), "it sent a frame of 3 bytes"],
    ["os.close(3)", "it closed its connection"],
  ] as const;
  const model = perRequestModel(
    [
      "import struct",
      ...speeches.map(([line], index) => `if value[0] == ${index + 1}:\n    ${line}`),
      'responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))',
    ].join("\n"),
  );
  using repository = new PythonRepository().add("model", model);
  const killer = new Killer();
  const server = await repository.serve(python, { log: killer.log });
  for (const [index, [, reason]] of speeches.entries()) {
    const lost = await new CountedRequest(server, "model", Float32Array.of(index + 1)).answer;
    assert.match(lost.error?.message ?? "", /^Stub process 'model(?:_\d+)' is not healthy\.$/);
    assert.match(killer.deaths.at(-1) ?? "", new RegExp(`has ended: ${reason}$`));
    const { error } = await new CountedRequest(server, "model", Float32Array.of(0)).answer;
    assert.equal(error, null);
  }
  assert.equal(killer.deaths.length, speeches.length);
  await server.stop();
});
