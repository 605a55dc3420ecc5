// Tests the ways in which a Python model's execute may go on: as a coroutine, and by having a request come again.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../../tools/python-environment.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { CountedRequest } from "./testing/counted-request.ts";
import { PythonRepository, VECTOR_CONFIG } from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

const HEAD = `
import asyncio, os
import numpy as np
import triton_python_backend_utils as pb_utils

def value_of(request):
    return pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()

def response(value):
    return pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)])
`;

const DECOUPLED = `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`;

test("an async execute is awaited, its exception fails its batch, and the next one runs", async () => {
  using repository = new PythonRepository().add(
    "model",
    `${HEAD}
class TritonPythonModel:
    async def execute(self, requests):
        async def answer(request):
            await asyncio.sleep(0.001)
            if value_of(request).flat[0] < 0:
                raise ValueError("as asked for")
            return response(value_of(request) * 2)
        return list(await asyncio.gather(*[answer(request) for request in requests]))
`,
    `${VECTOR_CONFIG} max_batch_size: 8 dynamic_batching { max_queue_delay_microseconds: 1000 }`,
  );
  const server = await repository.serve(python);
  const answers = await Promise.all(
    [1, 2, 3].map((number) => new CountedRequest(server, "model", Float32Array.of(number)).answer),
  );
  assert.deepEqual(
    answers.map(({ values }) => values),
    [2, 4, 6].map((number) => [Float32Array.of(number)]),
  );
  const { error } = await new CountedRequest(server, "model", Float32Array.of(-1)).answer;
  assert.match(
    error?.message ?? "",
    /message: ValueError: as asked for\n\nAt:\n {2}\S+model\.py\(\d+\): answer/,
  );
  const { values } = await new CountedRequest(server, "model", Float32Array.of(5)).answer;
  assert.deepEqual(values, [Float32Array.of(10)]);
  await server.stop();
});

test("a decoupled async execute goes on in the background, also while others run", async () => {
  const errors: string[] = [];
  const log: Logger = { ...nullLogger, error: (message) => errors.push(message) };
  using repository = new PythonRepository().add(
    "model",
    `${HEAD}
class TritonPythonModel:
    def initialize(self, args):
        self.arrived = {}

    async def execute(self, requests):
        for request in requests:
            number = int(value_of(request)[0])
            if number < 0:
                raise ValueError("as asked for")
            # Each waits for the other one: they could not run one after the other.
            mine = self.arrived.setdefault(number, asyncio.Event())
            other = self.arrived.setdefault(3 - number, asyncio.Event())
            mine.set()
            await other.wait()
            sender = request.get_response_sender()
            sender.send(response(value_of(request)))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
`,
    DECOUPLED,
  );
  const server = await repository.serve(python, { log });
  const requests = [1, 2].map(
    (number) => new CountedRequest(server, "model", Float32Array.of(number)),
  );
  for (const [index, request] of requests.entries()) {
    assert.deepEqual(await request.answer, { error: null, values: [Float32Array.of(index + 1)] });
  }
  // Nobody is left who could answer it: that ends it.
  const failed = await new CountedRequest(server, "model", Float32Array.of(-1)).answer;
  assert.deepEqual(failed.values, []);
  assert.ok(
    errors.some((text) => text.includes("ValueError: as asked for")),
    errors.join("\n"),
  );
  await server.stop();
});

/** Each request comes again until it has been executed as often as its value says. */
const ITERATING_MODEL = (again: string, last: string, result: string): string => `${HEAD}
class TritonPythonModel:
    def initialize(self, args):
        self.rounds = {}

    def execute(self, requests):
        responses = []
        for request in requests:
            key = request.correlation_id()
            round = self.rounds[key] = self.rounds.get(key, 0) + 1
            out = response(np.float32([[round]]))
            if round < int(value_of(request).flat[0]):
                request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)
                ${again}
            else:
                del self.rounds[key]
                ${last}
        return ${result}
`;

const ITERATIVE = "max_batch_size: 4 sequence_batching { iterative_sequence: true }";

test("a request comes again as often as the model says, and is answered once", async () => {
  using repository = new PythonRepository()
    .add(
      "model",
      ITERATING_MODEL("responses.append(None)", "responses.append(out)", "responses"),
      `${VECTOR_CONFIG} ${ITERATIVE}`,
    )
    .add(
      "wrong",
      ITERATING_MODEL("responses.append(out)", "responses.append(out)", "responses"),
      `${VECTOR_CONFIG} ${ITERATIVE}`,
    );
  const server = await repository.serve(python);
  const requests = [1, 2, 3, 7].map(
    (number) => new CountedRequest(server, "model", Float32Array.of(number)),
  );
  const answers = await Promise.all(requests.map(({ answer }) => answer));
  assert.deepEqual(
    answers,
    [1, 2, 3, 7].map((number) => ({ error: null, values: [Float32Array.of(number)] })),
  );
  assert.ok(requests.every(({ finalCount }) => finalCount === 1));
  // Each round counts, as in the real server.
  assert.equal(server.statistics("model", null)[0]?.success.count, 1 + 2 + 3 + 7);
  const { error } = await new CountedRequest(server, "wrong", Float32Array.of(2)).answer;
  assert.match(
    error?.message ?? "",
    /Expected a None object in the execute function return list for reschduled request, found type '<class '.*InferenceResponse'>'/,
  );
  await server.stop();
});

test("a decoupled model answers in each round of a request that comes again", async () => {
  const send = "request.get_response_sender().send(out";
  using repository = new PythonRepository().add(
    "model",
    ITERATING_MODEL(`${send})`, `${send}, pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)`, "None"),
    `${DECOUPLED} ${ITERATIVE}`,
  );
  const server = await repository.serve(python);
  const requests = [3, 1, 5].map(
    (number) => new CountedRequest(server, "model", Float32Array.of(number)),
  );
  for (const [index, count] of [3, 1, 5].entries()) {
    const rounds = Array.from({ length: count }, (_, round) => Float32Array.of(round + 1));
    assert.deepEqual(await requests[index]?.answer, { error: null, values: rounds });
  }
  assert.ok(requests.every(({ finalCount }) => finalCount === 1));
  await server.stop();
});

test("a process that ends between the rounds of a request fails it in the next one", async () => {
  using repository = new PythonRepository().add(
    "model",
    ITERATING_MODEL(
      "responses.append(None)\n                if round == 2:\n                    os.kill(os.getpid(), 9)",
      "responses.append(out)",
      "responses",
    ),
    `${VECTOR_CONFIG} ${ITERATIVE}`,
  );
  const server = await repository.serve(python);
  const { error } = await new CountedRequest(server, "model", Float32Array.of(5)).answer;
  assert.match(error?.message ?? "", /is not healthy\.$/);
  assert.deepEqual((await new CountedRequest(server, "model", Float32Array.of(1)).answer).values, [
    Float32Array.of(1),
  ]);
  await server.stop();
});
