// Tests batches that a Python process is given while it still executes another one.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import { preparePython } from "../../../../tools/python-environment.ts";
import { AHEAD_COUNT_MAX } from "../backends/python/stub-execution.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import type { InferenceServer } from "./inference-server.ts";
import { CountedRequest } from "./testing/counted-request.ts";
import { inferVector, PythonRepository, perRequestModel } from "./testing/python-repository.ts";

const python = await preparePython({
  file: join(import.meta.dirname, "../../python/requirements-test.txt"),
  modules: ["numpy"],
});

/** Far more than an instance has to have run before it takes anything in. */
const WARMUP_COUNT = 40;

/** Says what it executes, and does not come back from a negative number before the gate is open. */
function gatedModel(gate: string): string {
  return perRequestModel(`
number = int(value[0])
pb_utils.Logger.log_info("process %d executes %d" % (os.getpid(), number))
while number < 0 and not os.path.exists("${gate}"):
    time.sleep(0.002)
responses.append(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", value)]))`);
}

/** A server with one warm instance of that model that executes -1 and waits at the gate. */
class GatedServer implements AsyncDisposable {
  readonly #repository = new PythonRepository();
  readonly #gate = join(this.#repository.directory, "gate");
  readonly #executed: number[] = [];
  readonly #onBlocked = Promise.withResolvers<number>();
  /** The server's clock stands still: by it, executions take no time. */
  nowNs = 1;
  #server: InferenceServer | null = null;
  #blocked: CountedRequest | null = null;

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<GatedServer> {
    const gated = new GatedServer();
    await gated.#start(settings);
    return gated;
  }

  async #start(settings: Readonly<Record<string, string>>): Promise<void> {
    this.#repository.add("model", gatedModel(this.#gate));
    const clock: Clock = { ...systemClock, nowNs: () => this.nowNs };
    this.#server = await this.#repository.serve(python, { settings, log: this.#log, clock });
    for (let run = 0; run < WARMUP_COUNT; run++) {
      await inferVector(this.#server, "model", Float32Array.of(0));
    }
    this.#blocked = this.ask(-1);
    await this.#onBlocked.promise;
    this.#executed.length = 0;
  }

  get #log(): Logger {
    return {
      ...nullLogger,
      info: (message) => {
        const [, id, number] = /^process (\d+) executes (.*)$/.exec(message) ?? [];
        if (number !== undefined) {
          this.#executed.push(Number(number));
        }
        if (number === "-1") {
          this.#onBlocked.resolve(Number(id));
        }
      },
    };
  }

  get server(): InferenceServer {
    assert.ok(this.#server);
    return this.#server;
  }

  /** The request of -1. */
  get blocked(): CountedRequest {
    assert.ok(this.#blocked);
    return this.#blocked;
  }

  /** What has been executed since -1, in order. */
  get executed(): readonly number[] {
    return this.#executed;
  }

  /** How many requests wait outside of the instance. */
  get pendingCount(): number {
    return this.server.statistics("model", null)[0]?.pendingCount ?? -1;
  }

  /** Asks with a vector of one number. */
  ask(value: number, size = 1): CountedRequest {
    return new CountedRequest(this.server, "model", new Float32Array(size).fill(value));
  }

  open(): void {
    writeFileSync(this.#gate, "");
  }

  async kill(): Promise<void> {
    process.kill(await this.#onBlocked.promise, "SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!existsSync(this.#gate)) {
      this.open();
    }
    await this.server.stop();
    this.#repository[Symbol.dispose]();
  }
}

async function valuesOf(requests: readonly CountedRequest[]): Promise<readonly number[]> {
  const answers = await Promise.all(requests.map(({ answer }) => answer));
  return answers.map(({ values, error }) => values[0]?.[0] ?? error?.code ?? Number.NaN);
}

const NUMBERS = Array.from({ length: AHEAD_COUNT_MAX + 4 }, (_, index) => index + 1);

test("a process is given a few batches ahead, and executes them in order", async () => {
  await using gated = await GatedServer.start();
  const requests = NUMBERS.map((number) => gated.ask(number));
  assert.equal(gated.pendingCount, NUMBERS.length, "what waits in the process is pending, too");
  gated.open();
  assert.deepEqual(await valuesOf(requests), NUMBERS);
  assert.deepEqual(gated.executed, NUMBERS);
});

test("a process that dies loses what it executes, and what it was given ahead runs once, in another one", async () => {
  await using gated = await GatedServer.start();
  const requests = NUMBERS.map((number) => gated.ask(number));
  await gated.kill();
  const { error } = await gated.blocked.answer;
  assert.match(String(error?.message), /^Stub process 'model_0' is not healthy/);
  assert.deepEqual(await valuesOf(requests), NUMBERS);
  assert.deepEqual(gated.executed, NUMBERS);
  assert.ok([gated.blocked, ...requests].every(({ finalCount }) => finalCount === 1));
});

test("without restarts a death ends everything that the process was given", async () => {
  await using gated = await GatedServer.start({ "stub-restart": "false" });
  const requests = NUMBERS.map((number) => gated.ask(number));
  await gated.kill();
  const answers = await Promise.all(requests.map(({ answer }) => answer));
  assert.ok(answers.every(({ error }) => error?.message.includes("is not healthy")));
  assert.deepEqual(gated.executed, []);
});

test("what is cancelled before its turn is not executed, also while no process runs", async () => {
  for (const isKilled of [false, true]) {
    await using gated = await GatedServer.start();
    const requests = NUMBERS.map((number) => gated.ask(number));
    if (isKilled) {
      await gated.kill();
      await gated.blocked.answer;
    }
    requests[1]?.cancel();
    requests[2]?.cancel();
    gated.open();
    const cancelled = await Promise.all([requests[1]?.answer, requests[2]?.answer]);
    assert.ok(cancelled.every((answer) => answer?.error?.code === StatusCode.Cancelled));
    const kept = requests.filter((_, index) => index !== 1 && index !== 2);
    const keptNumbers = NUMBERS.filter((number) => number !== 2 && number !== 3);
    assert.deepEqual(await valuesOf(kept), keptNumbers);
    assert.deepEqual(gated.executed, keptNumbers);
  }
});

test("a batch counts as executing from the end of the one before it", async () => {
  await using gated = await GatedServer.start();
  const before = computeNsOf(gated);
  const requests = NUMBERS.map((number) => gated.ask(number));
  gated.nowNs += 1_000_000;
  gated.open();
  await valuesOf(requests);
  assert.equal(computeNsOf(gated) - before, 1_000_000);
});

function computeNsOf({ server }: GatedServer): number {
  const [statistics] = server.statistics("model", null);
  assert.ok(statistics);
  const { computeInput, computeInfer, computeOutput } = statistics;
  return computeInput.ns + computeInfer.ns + computeOutput.ns;
}

test("tensors that shared memory has no room for beside those before them are sent later", async () => {
  await using gated = await GatedServer.start({ "shm-max-byte-size": String(4 << 20) });
  const size = (3 << 20) / 4;
  const requests = [1, 2, 3].map((number) => gated.ask(number, size));
  assert.equal(gated.pendingCount, 3);
  gated.open();
  assert.deepEqual(await valuesOf(requests), [1, 2, 3]);
});
