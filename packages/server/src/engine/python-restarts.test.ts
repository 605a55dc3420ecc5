// Tests what becomes of requests while a Python model's process is being started again.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { preparePython } from "../../../../tools/python-environment.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { CountedRequest } from "./testing/counted-request.ts";
import { eventually } from "./testing/process-resources.ts";
import { PythonRepository, perRequestModel, VECTOR_CONFIG } from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

const NOT_HEALTHY = /^Stub process 'model(?:_\d+)+' is not healthy\.$/;
const ONE = Float32Array.of(1);
const DEADLY = Float32Array.of(-1);

/** Ends its process for a negative number. */
const MORTAL_MODEL = perRequestModel(`
if value.flat[0] < 0:
    os.kill(os.getpid(), 9)
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))`);

/** The pause after a first death. */
const PAUSE_MS = 100;

/** The system's clock, but the pauses before restarts end when the test says so. */
class PausingClock implements Clock {
  readonly #pauses = new Set<() => void>();
  #isPausing = true;

  nowNs(): number {
    return systemClock.nowNs();
  }

  epochMs(): number {
    return systemClock.epochMs();
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    if (delayMs !== PAUSE_MS || !this.#isPausing) {
      return systemClock.setTimer(delayMs, callback);
    }
    this.#pauses.add(callback);
    return () => {
      this.#pauses.delete(callback);
    };
  }

  /** Ends the pauses, those to come as well. */
  goOn(): void {
    this.#isPausing = false;
    for (const callback of this.#pauses) {
      callback();
    }
    this.#pauses.clear();
  }
}

test("while one instance is started again, the other one answers", async () => {
  using repository = new PythonRepository().add(
    "model",
    MORTAL_MODEL,
    `${VECTOR_CONFIG} instance_group { count: 2 kind: KIND_CPU }`,
  );
  const clock = new PausingClock();
  const server = await repository.serve(python, { clock });
  assert.match(
    (await new CountedRequest(server, "model", DEADLY).answer).error?.message ?? "",
    NOT_HEALTHY,
  );
  for (let count = 0; count < 20; count++) {
    assert.equal((await new CountedRequest(server, "model", ONE).answer).error, null);
  }
  assert.equal(server.isModelReady("model", null), false);
  clock.goOn();
  assert.ok(await eventually(() => server.isModelReady("model", null)));
  await server.stop();
});

test("requests that wait for the only instance keep their time limits, and may be cancelled", async () => {
  const policy =
    "default_queue_policy { timeout_action: REJECT default_timeout_microseconds: 20000 }";
  using repository = new PythonRepository()
    .add("model", MORTAL_MODEL)
    .add(
      "limited",
      MORTAL_MODEL,
      `${VECTOR_CONFIG} max_batch_size: 4 dynamic_batching { ${policy} }`,
    );
  const clock = new PausingClock();
  const server = await repository.serve(python, { clock });
  for (const model of ["model", "limited"]) {
    assert.notEqual((await new CountedRequest(server, model, DEADLY).answer).error, null);
  }
  const late = await new CountedRequest(server, "limited", ONE).answer;
  assert.match(late.error?.message ?? "", /Request timeout expired/);

  const waiting = new CountedRequest(server, "model", ONE);
  const leaving = new CountedRequest(server, "model", ONE);
  leaving.cancel();
  assert.equal((await leaving.answer).error?.code, StatusCode.Cancelled);
  assert.equal(waiting.finalCount, 0);
  clock.goOn();
  assert.deepEqual((await waiting.answer).values, [ONE]);
  await server.stop();
});

test("a batch that was given to an instance that had died idle may be cancelled", async () => {
  using repository = new PythonRepository().add(
    "model",
    `${MORTAL_MODEL}
    def is_ready(self):
        os.kill(os.getpid(), 9)
`,
  );
  const clock = new PausingClock();
  const server = await repository.serve(python, { clock });
  await assert.rejects(server.askModelReady("model", null));
  assert.equal(server.isModelReady("model", null), false);
  const leaving = new CountedRequest(server, "model", ONE);
  leaving.cancel();
  assert.equal((await leaving.answer).error?.code, StatusCode.Cancelled);
  const staying = new CountedRequest(server, "model", ONE);
  assert.equal(staying.finalCount, 0);
  clock.goOn();
  assert.deepEqual((await staying.answer).values, [ONE]);
  await server.stop();
});

test("a process that cannot be started again fails what waits, and serves once it can", async () => {
  const errors: string[] = [];
  const log: Logger = { ...nullLogger, error: (message) => errors.push(message) };
  using repository = new PythonRepository().add(
    "model",
    `${MORTAL_MODEL}
    def initialize(self, args):
        if os.path.exists(os.path.join(args["model_repository"], "broken")):
            raise RuntimeError("it is broken")
`,
  );
  const server = await repository.serve(python, { log });
  repository.write("model/broken", "");
  const answers = [DEADLY, ONE, ONE].map(
    (values) => new CountedRequest(server, "model", values).answer,
  );
  const [lost, ...waiting] = await Promise.all(answers);
  assert.match(lost?.error?.message ?? "", NOT_HEALTHY);
  for (const { error } of waiting) {
    assert.match(error?.message ?? "", NOT_HEALTHY);
  }
  assert.ok(
    errors.some((text) => /could not be started again: .*RuntimeError: it is broken/s.test(text)),
  );
  rmSync(join(repository.directory, "model/broken"));
  assert.ok(await eventually(() => server.isModelReady("model", null)));
  assert.deepEqual((await new CountedRequest(server, "model", ONE).answer).values, [ONE]);
  await server.stop();
});
