// Tests Python models for what stays behind: many requests of all sizes, some of which fail, are cancelled or end their
// process. `SOAK_REQUESTS` makes it longer, `SEED` another.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../../tools/python-environment.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { garbageCollector } from "../base/garbage-collector.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { type CountedAnswer, CountedRequest } from "./testing/counted-request.ts";
import {
  childProcessIds,
  descriptorCount,
  eventually,
  memoryFileCount,
  memoryMappingCount,
  sharedMemoryNames,
} from "./testing/process-resources.ts";
import { PythonRepository, VECTOR_CONFIG } from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

const REQUEST_COUNT = Number(process.env["SOAK_REQUESTS"] ?? 1500);
const SEED = Number(process.env["SEED"] ?? 1);
const IN_FLIGHT_COUNT = 24;
const BATCH_SIZE_MAX = 4;
/** Elements of a request's tensor: in the message, at the border, in memory that both map. */
const SIZES = [1, 10, 1000, 4095, 4097, 20_000, 60_000] as const;
/** Longer than a process has to live so as not to have died of its start. */
const STABLE_NS = 61e9;

/** What the first element of a request asks for. */
const Deed = { Answer: 0, Raise: 1, Fail: 2, Kill: 3, Exit: 4, Abort: 5 } as const;
const DEATHLY: ReadonlySet<number> = new Set([Deed.Kill, Deed.Exit, Deed.Abort]);

const DEEDS = `
import os, time
import numpy as np
import triton_python_backend_utils as pb_utils

def do(deed):
    if deed == ${Deed.Raise}:
        raise ValueError("as asked for")
    if deed == ${Deed.Kill}:
        os.kill(os.getpid(), 9)
    if deed == ${Deed.Exit}:
        os._exit(3)
    if deed == ${Deed.Abort}:
        os.abort()

def respond(request):
    value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
    do(int(value.flat[0]))
    if int(value.flat[0]) == ${Deed.Fail}:
        return pb_utils.InferenceResponse(error=pb_utils.TritonError("failed"))
    return pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)])
`;

const SINGLE = `${DEEDS}
class TritonPythonModel:
    def execute(self, requests):
        return [respond(request) for request in requests]
`;

/** Has another model answer. */
const CALLER = `${DEEDS}
class TritonPythonModel:
    def execute(self, requests):
        responses = []
        for request in requests:
            value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
            do(int(value.flat[0]))
            call = pb_utils.InferenceRequest(
                model_name="single", requested_output_names=["OUT"], inputs=[pb_utils.Tensor("IN", value)]
            )
            responses.append(call.exec())
        return responses
`;

/** Answers three times, after execute has returned. */
const STREAMING = `${DEEDS}
import threading

class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            threading.Thread(target=self.answer, args=(request,)).start()

    def answer(self, request):
        sender = request.get_response_sender()
        try:
            for _ in range(3):
                sender.send(respond(request))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        except ValueError as error:
            failed = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
            sender.send(failed, pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
`;

const BATCHING = VECTOR_CONFIG.replace("dims: [-1] }]", "dims: [-1] allow_ragged_batch: true }]");
const TWO_INSTANCES = "instance_group { count: 2 kind: KIND_CPU }";
/** Of all models. */
const INSTANCE_COUNT = 6;
const MODELS = ["single", "batching", "caller", "streaming"] as const;

/** A small generator of its own, so that a failure can be repeated. */
function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % bound;
  };
}

/** Deaths, and a clock that leaps after each: a process that has lived long is started again after the shortest pause. */
class Deaths {
  count = 0;
  readonly clock: Clock = {
    ...systemClock,
    nowNs: () => systemClock.nowNs() + this.count * STABLE_NS,
  };
  readonly log: Logger = {
    ...nullLogger,
    error: (message) => {
      if (/^Stub process '\w+' \(pid \d+\) has ended: /.test(message)) {
        this.count++;
      }
    },
  };
}

interface Sent {
  readonly model: (typeof MODELS)[number];
  readonly deed: number;
  readonly values: Float32Array;
  readonly isCancelled: boolean;
}

/** Chooses what one request asks for. */
function choose(random: (bound: number) => number): Sent {
  const roll = random(1000);
  let deed: number = Deed.Answer;
  if (roll < 3) {
    deed = Deed.Kill + random(3);
  } else if (roll < 40) {
    deed = Deed.Raise + random(2);
  }
  const values = new Float32Array(SIZES[random(SIZES.length)] ?? 1).fill(random(1000));
  values[0] = deed;
  return {
    model: MODELS[random(MODELS.length)] ?? "single",
    deed,
    values,
    isCancelled: random(10) === 0,
  };
}

/** Whether the answer is one that the request may have; with what it says otherwise. */
function check(sent: Sent, { error, values }: CountedAnswer): "answered" | "failed" | "died" {
  const about = `${sent.model}, deed ${sent.deed}, ${sent.values.length} elements: ${error?.message}`;
  if (error === null) {
    assert.equal(sent.deed, Deed.Answer, about);
    assert.equal(values.length, sent.model === "streaming" ? 3 : 1, about);
    for (const answer of values) {
      assert.ok(Buffer.from(answer.buffer).equals(Buffer.from(sent.values.buffer)), about);
    }
    return "answered";
  }
  if (/Stub process '\w+' is not healthy\.$/.test(error.message)) {
    return "died";
  }
  const isCancellation = sent.isCancelled && error.message === "";
  // One exception fails its batch.
  const isOwn = /as asked for|^failed$/.test(error.message);
  const isPeers = isOwn && sent.model === "batching";
  assert.ok(isCancellation || isPeers || (isOwn && sent.deed !== Deed.Answer), about);
  return "failed";
}

/** Sends the requests, so many at a time, and returns how they ended. */
async function sendAll(
  send: (sent: Sent) => CountedRequest,
  random: (bound: number) => number,
): Promise<{ answered: number; failed: number; died: number; deathly: number }> {
  const counts = { answered: 0, failed: 0, died: 0, deathly: 0 };
  const requests: CountedRequest[] = [];
  let sentCount = 0;
  const sendOneAfterAnother = async (): Promise<void> => {
    while (sentCount++ < REQUEST_COUNT) {
      const sent = choose(random);
      const request = send(sent);
      requests.push(request);
      counts.deathly += DEATHLY.has(sent.deed) ? 1 : 0;
      if (sent.isCancelled) {
        setImmediate(() => request.cancel());
      }
      counts[check(sent, await request.answer)]++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT_COUNT }, sendOneAfterAnother));
  assert.equal(requests.length, REQUEST_COUNT);
  assert.ok(requests.every(({ finalCount }) => finalCount === 1));
  return counts;
}

test(`${REQUEST_COUNT} requests with crashes and cancellations: each answered once, nothing left`, async (context) => {
  const collect = garbageCollector();
  const memoryName = `nereid_soak_${process.pid}`;
  using repository = new PythonRepository()
    .add("single", SINGLE, `${VECTOR_CONFIG} ${TWO_INSTANCES}`)
    .add("caller", CALLER)
    .add(
      "batching",
      SINGLE,
      `${BATCHING} max_batch_size: ${BATCH_SIZE_MAX} dynamic_batching {} ${TWO_INSTANCES}`,
    )
    .add("streaming", STREAMING, `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`);
  const deaths = new Deaths();
  const server = await repository.serve(python, {
    log: deaths.log,
    clock: deaths.clock,
    settings: { "shm-region-prefix-name": memoryName },
  });
  const processCount = childProcessIds().length;
  const fileCount = memoryFileCount(memoryName);
  const descriptorsBefore = descriptorCount();
  assert.equal(processCount, INSTANCE_COUNT);
  assert.equal(fileCount, 2 * processCount);

  const counts = await sendAll(
    ({ model, values }) => new CountedRequest(server, model, values),
    createRandom(SEED),
  );
  context.diagnostic(`seed ${SEED}: ${JSON.stringify(counts)}, ${deaths.count} deaths`);
  assert.ok(deaths.count > 0 && deaths.count <= counts.deathly);
  assert.ok(counts.died <= counts.deathly * IN_FLIGHT_COUNT);
  assert.ok(counts.answered > REQUEST_COUNT / 2);

  assert.ok(await eventually(() => server.isReady()), "every instance has a process again");
  assert.ok(await eventually(() => childProcessIds().length === processCount));
  assert.equal(memoryFileCount(memoryName), fileCount);
  assert.ok(await eventually(() => descriptorCount() <= descriptorsBefore));
  await server.stop();
  assert.deepEqual(childProcessIds(), []);
  assert.equal(memoryFileCount(memoryName), 0);
  assert.deepEqual(sharedMemoryNames(memoryName), []);
  const isUnmapped = (): boolean => {
    collect();
    return memoryMappingCount(memoryName) === 0;
  };
  assert.ok(await eventually(isUnmapped), `${memoryMappingCount(memoryName)} mappings are left`);
});
