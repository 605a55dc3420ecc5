// Tests that a decoupled Python model waits for a client that does not read, and for how long.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { preparePython } from "../../../../tools/python-environment.ts";
import { AHEAD_BYTES_MAX } from "../backends/python/slow-readers.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { PythonRepository, VECTOR_CONFIG, vectorRequest } from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

const SEND_TIMEOUT_S = 77;
const ANSWER_COUNT = 200;
const ANSWER_BYTES = 1 << 20;

/** Answers a request for n with n answers of that size, from execute itself, and says so each time. It does not outrun the server. */
const BURSTING_MODEL = `
import numpy as np
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            count = int(pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()[0])
            for index in range(count):
                if sender.is_cancelled():
                    pb_utils.Logger.log_info("cancelled")
                    break
                value = np.full(${ANSWER_BYTES / 4}, index, np.float32)
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))
                pb_utils.Logger.log_info("sent")
                # A question to the server, so that it has seen the answer.
                pb_utils.is_model_ready("model")
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
`;

/** A server of that model, how it logs, and the moment at which its sender begins to wait. */
async function serveBurst(repository: PythonRepository) {
  repository.add(
    "model",
    BURSTING_MODEL,
    `${VECTOR_CONFIG} model_transaction_policy { decoupled: true }`,
  );
  const messages: string[] = [];
  const log: Logger = { ...nullLogger, info: (message) => messages.push(message) };
  const { promise: waits, resolve } = Promise.withResolvers<() => void>();
  const clock: Clock = {
    ...systemClock,
    setTimer(delayMs, callback) {
      if (delayMs === SEND_TIMEOUT_S * 1000) {
        resolve(callback);
        return () => {};
      }
      return systemClock.setTimer(delayMs, callback);
    },
  };
  const settings = { "send-timeout-seconds": String(SEND_TIMEOUT_S) };
  const server = await repository.serve(python, { log, clock, settings });
  const countOf = (text: string): number => messages.filter((message) => message === text).length;
  return { server, waits, countOf };
}

test("a sender waits while the client is far behind, and nothing is lost", async () => {
  using repository = new PythonRepository();
  const { server, waits, countOf } = await serveBurst(repository);
  const request = vectorRequest("model", Float32Array.of(ANSWER_COUNT));
  const indexes: number[] = [];
  for await (const { outputs } of server.inferStream(request)) {
    if (indexes.length === 0) {
      await waits;
      // What has been read, what a reader in this process lets wait, and what is allowed beyond it.
      assert.ok(countOf("sent") <= 1 + 16 + AHEAD_BYTES_MAX / ANSWER_BYTES, `${countOf("sent")}`);
    }
    const bytes = Uint8Array.from(outputs[0]?.bytes ?? []);
    indexes.push(new Float32Array(bytes.buffer).at(-1) ?? -1);
  }
  assert.deepEqual(indexes, [...Array(ANSWER_COUNT).keys()]);
  await server.stop();
});

test("a client that takes nothing for too long is given up, and the instance goes on", async () => {
  using repository = new PythonRepository();
  const { server, waits, countOf } = await serveBurst(repository);
  const answers = server.inferStream(vectorRequest("model", Float32Array.of(ANSWER_COUNT)));
  const read = async (): Promise<void> => {
    let isGivenUp = false;
    for await (const _ of answers) {
      const giveUp = await waits;
      if (!isGivenUp) {
        giveUp();
      }
      isGivenUp = true;
    }
  };
  await assert.rejects(read(), /the responses are not read/);
  const others: number[] = [];
  for await (const { outputs } of server.inferStream(vectorRequest("model", Float32Array.of(2)))) {
    others.push(outputs.length);
  }
  assert.deepEqual(others, [1, 1]);
  assert.equal(countOf("cancelled"), 1);
  assert.ok(countOf("sent") < ANSWER_COUNT);
  await server.stop();
});

test("a sender that waits goes on when its request is cancelled", async () => {
  using repository = new PythonRepository();
  const { server, waits, countOf } = await serveBurst(repository);
  for await (const _ of server.inferStream(vectorRequest("model", Float32Array.of(ANSWER_COUNT)))) {
    await waits;
    // Leaving the loop cancels the request.
    break;
  }
  await server.stop();
  assert.equal(countOf("cancelled"), 1);
});
