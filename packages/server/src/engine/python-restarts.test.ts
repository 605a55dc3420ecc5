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
const BROKEN =
  /^Stub process 'model(?:_\d+)+' is not healthy\. It could not be started again: .*RuntimeError: it is broken/s;
const BROKEN_ERROR = { message: BROKEN };
const ONE = Float32Array.of(1);
const DEADLY = Float32Array.of(-1);

/** Ends its process for a negative number. */
const MORTAL_MODEL = perRequestModel(`
if value.flat[0] < 0:
    os.kill(os.getpid(), 9)
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))`);

/** The pauses after a first death, and after a start that has failed then. */
const PAUSES_MS: readonly number[] = [100, 200];

/** The system's clock, but these pauses before restarts end when the test says so. */
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
    if (!PAUSES_MS.includes(delayMs) || !this.#isPausing) {
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
    this.endPauses();
  }

  /** Ends the present pauses. */
  endPauses(): void {
    const callbacks = [...this.#pauses];
    this.#pauses.clear();
    for (const callback of callbacks) {
      callback();
    }
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
  const clock = new PausingClock();
  const server = await repository.serve(python, { log, clock });
  repository.write("model/broken", "");
  const ask = (values: Float32Array) => new CountedRequest(server, "model", values).answer;
  const [lost, ...waiting] = [DEADLY, ONE, ONE, ONE, ONE].map(ask);
  assert.match((await lost)?.error?.message ?? "", NOT_HEALTHY);
  clock.endPauses();
  for (const { error } of await Promise.all(waiting)) {
    assert.match(error?.message ?? "", BROKEN);
  }
  assert.ok(
    errors.some((text) => /could not be started again: .*RuntimeError: it is broken/s.test(text)),
  );
  // Nobody tries before the next pause ends, and nobody waits for it.
  assert.match((await ask(ONE)).error?.message ?? "", BROKEN);
  assert.equal(server.isModelReady("model", null), false);
  await assert.rejects(server.askModelReady("model", null), BROKEN_ERROR);
  rmSync(join(repository.directory, "model/broken"));
  clock.goOn();
  assert.ok(await eventually(() => server.isModelReady("model", null)));
  assert.deepEqual((await ask(ONE)).values, [ONE]);
  // What is said of a death does not speak of an earlier start.
  assert.match((await ask(DEADLY)).error?.message ?? "", NOT_HEALTHY);
  await server.stop();
});

test("a process that dies of its start is said to have", async () => {
  using repository = new PythonRepository().add(
    "model",
    `${MORTAL_MODEL}
    def initialize(self, args):
        if os.path.exists(os.path.join(args["model_repository"], "broken")):
            os.kill(os.getpid(), 9)
`,
  );
  const clock = new PausingClock();
  const server = await repository.serve(python, { clock });
  repository.write("model/broken", "");
  const [, waiting] = [DEADLY, ONE].map(
    (values) => new CountedRequest(server, "model", values).answer,
  );
  assert.ok(await eventually(() => !server.isModelReady("model", null)));
  clock.endPauses();
  assert.match(
    (await waiting)?.error?.message ?? "",
    /^Stub process '\S+' is not healthy\. It could not be started again: it (was|closed) /,
  );
  await server.stop();
});

test("with a rate limiter, what waits for its turn runs on the other instance, and nothing is held by the dead one", async () => {
  using repository = new PythonRepository().add(
    "model",
    MORTAL_MODEL,
    `${VECTOR_CONFIG} instance_group { count: 2 kind: KIND_CPU rate_limiter { resources { name: "R" count: 1 } } }`,
  );
  const clock = new PausingClock();
  const server = await repository.serve(python, { clock, rateLimitMode: "execution_count" });
  const requests = [DEADLY, ...Array.from({ length: 20 }, () => ONE)].map(
    (values) => new CountedRequest(server, "model", values),
  );
  const [lost, ...others] = await Promise.all(requests.map(({ answer }) => answer));
  assert.match(lost?.error?.message ?? "", NOT_HEALTHY);
  for (const { values } of others) {
    assert.deepEqual(values, [ONE]);
  }
  assert.equal(server.isModelReady("model", null), false, "nobody waited for it");
  clock.goOn();
  assert.ok(await eventually(() => server.isModelReady("model", null)));
  assert.ok(requests.every(({ finalCount }) => finalCount === 1));
  await server.stop();
});
