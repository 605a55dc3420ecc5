import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { delay } from "./delay.ts";
import { GrpcConnection } from "./grpc-exchange.ts";
import { exchange, type HttpOutcome } from "./http-exchange.ts";
import type { Mask } from "./look.ts";
import { type ModelSource, writeModels } from "./model-repository.ts";
import {
  NOT_RUN,
  type Observation,
  observeExit,
  observeLog,
  observeOutcome,
} from "./observation.ts";
import { observeGrpc } from "./observe-grpc.ts";
import { type ServerCommand, ServerProcess } from "./server-process.ts";
import type {
  AwaitStep,
  Case,
  GrpcStep,
  LogStep,
  RequestStep,
  StartStep,
  Step,
  Suite,
} from "./suite.ts";

const UNTIL_TIMEOUT_MS = 15_000;
const UNTIL_POLL_MS = 25;
const LOG_TIMEOUT_MS = 1_000;
const START_TIMEOUT_MS = 60_000;

/** The last thing that a server says of its start. */
const STARTED = /Started Metrics Service at /;

/** How far requests that go out together are apart: enough to arrive in that order on a busy machine. */
const CONCURRENT_GAP_MS = 50;

/** What a suite's cases showed. */
export interface SuiteRun {
  /** By case name. A case that could not be run has one observation, `not run`, with the reason as its text. */
  readonly observations: ReadonlyMap<string, readonly Observation[]>;
  /** Everything the server printed, for a report. */
  readonly output: string;
}

/** Which server runs a suite. */
export interface RunOptions {
  readonly command: ServerCommand;
  /** Cases that the real server does not survive are left out. */
  readonly isPeer: boolean;
  /** The interpreter for Python models of our server; the one it finds itself unless stated. */
  readonly python?: string | undefined;
  /** Only these cases, by name; null for all. */
  readonly only: ReadonlySet<string> | null;
}

/** Starts the server with a suite's flags, to see it refuse them; null if it serves. */
export async function observeRefusal(
  suite: Suite,
  command: ServerCommand,
): Promise<{ readonly code: number | null; readonly output: string } | null> {
  const directory = mkdtempSync(join(tmpdir(), "nereid-conformance-"));
  writeModels(directory, suite.models);
  const server = await ServerProcess.start(command, [
    `--model-repository=${directory}`,
    ...portFlags(suite),
    ...suite.flags,
  ]);
  try {
    await server.untilAnswering();
    return null;
  } catch {
    // It did not come up: what it printed says why.
    const { code, output } = await server.stop("SIGKILL");
    return { code, output };
  } finally {
    await server.stop("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Only suites that speak gRPC have it served. */
function portFlags(suite: Suite): readonly string[] {
  const hasGrpc = suite.cases.some(({ steps }) => steps.some(({ kind }) => kind === "grpc"));
  return [
    ...(hasGrpc ? ["--grpc-address=127.0.0.1", "--grpc-port=<grpc-port>"] : ["--allow-grpc=false"]),
    "--http-address=127.0.0.1",
    "--http-port=<http-port>",
    "--metrics-port=<metrics-port>",
  ];
}

/** Starts the server once for the suite (again if a case kills it) and observes every step of every case. */
export async function runSuite(suite: Suite, options: RunOptions): Promise<SuiteRun> {
  const directory = mkdtempSync(join(tmpdir(), "nereid-conformance-"));
  const repository = join(directory, "models");
  writeModels(repository, options.isPeer ? suite.models : ourModels(suite));
  const runner = new Runner(suite, options, repository);
  const observations = new Map<string, readonly Observation[]>();
  try {
    for (const item of suite.cases) {
      const isSkipped =
        (options.isPeer && item.isDeadlyForPeer === true) ||
        (options.only !== null && !options.only.has(item.name));
      if (!isSkipped) {
        observations.set(item.name, await runOrExplain(runner, item, options.isPeer));
      }
    }
    return { observations, output: await runner.finish() };
  } finally {
    await runner.finish();
    rmSync(directory, { recursive: true, force: true });
  }
}

function ourModels({ models, standIns = [] }: Suite): readonly ModelSource[] {
  const replaced = new Set(standIns.map(({ name }) => name));
  return [...models.filter(({ name }) => !replaced.has(name)), ...standIns];
}

async function runOrExplain(
  runner: Runner,
  item: Case,
  isPeer: boolean,
): Promise<readonly Observation[]> {
  try {
    return await runner.run(item);
  } catch (error) {
    if (isPeer) {
      throw error;
    }
    return [{ status: NOT_RUN, text: error instanceof Error ? error.message : String(error) }];
  }
}

class Runner {
  readonly #suite: Suite;
  readonly #command: ServerCommand;
  readonly #repository: string;
  readonly #isPeer: boolean;
  readonly #pythonFlags: readonly string[];
  #server: ServerProcess | null = null;
  /** The connection of the case's gRPC calls. */
  #connection: GrpcConnection | null = null;
  /** A server that did not start once does not start for the next case either: why, to fail at once. */
  #startFailure: Error | null = null;
  /** How much the server had printed when the case began. */
  #logStart = 0;

  constructor(suite: Suite, options: RunOptions, repository: string) {
    this.#suite = suite;
    this.#command = options.command;
    this.#isPeer = options.isPeer;
    this.#pythonFlags =
      options.isPeer || options.python === undefined || suite.needsPython !== true
        ? []
        : [`--backend-config=python,python=${options.python}`];
    this.#repository = repository;
  }

  async run(item: Case): Promise<readonly Observation[]> {
    const observations: Observation[] = [];
    this.#logStart = this.#server?.output.length ?? 0;
    this.#closeConnection();
    const row = new ConcurrentRow();
    for (const step of item.steps) {
      if ((step.kind === "request" || step.kind === "grpc") && step.isConcurrent === true) {
        const server = await this.#running();
        if (step.kind === "grpc" && this.#connection?.isOpen !== true) {
          this.#connection = await GrpcConnection.open(server.grpcPort);
        }
        await row.start(step, observations, () => this.#ask(step));
        continue;
      }
      if (!isMeanwhile(step)) {
        await row.finish();
      }
      if (step.kind === "log") {
        observations.push(await this.#log(step));
      } else if (step.kind === "change") {
        step.change(this.#repository);
      } else if (step.kind === "await") {
        await this.#await(step, row);
      } else if (step.kind === "start") {
        observations.push(await this.#start(step));
      } else {
        observations.push(await this.#ask(step));
      }
    }
    await row.finish();
    return observations;
  }

  /** Ends the server that is running, if any, and gives what it printed. */
  async finish(): Promise<string> {
    const server = this.#server;
    this.#server = null;
    this.#closeConnection();
    if (server === null) {
      return "";
    }
    await server.stop("SIGKILL");
    return server.output;
  }

  async #ask(step: RequestStep | GrpcStep): Promise<Observation> {
    const deadline = performance.now() + UNTIL_TIMEOUT_MS;
    for (;;) {
      const observation =
        step.kind === "grpc" ? await this.#call(step) : await this.#requestOnce(step);
      if (step.until === undefined || step.until(observation)) {
        return observation;
      }
      if (performance.now() > deadline) {
        throw new Error(`the awaited answer did not come; the last was ${observation.text}`);
      }
      await delay(UNTIL_POLL_MS);
    }
  }

  async #await(step: AwaitStep, row: ConcurrentRow): Promise<void> {
    const deadline = performance.now() + UNTIL_TIMEOUT_MS;
    const repositoryDirectory = this.#repository;
    while (!step.isSo({ repositoryDirectory, answeredCount: row.answeredCount })) {
      if (performance.now() > deadline) {
        throw new Error("what was awaited did not come: it was of the repository, or an answer");
      }
      await delay(UNTIL_POLL_MS);
    }
  }

  async #log(step: LogStep): Promise<Observation> {
    const server = await this.#running();
    const deadline = performance.now() + LOG_TIMEOUT_MS;
    for (;;) {
      const found = new Set<string>();
      for (const line of server.output.slice(this.#logStart).split("\n")) {
        const message = step.pattern.exec(line)?.[1];
        if (message !== undefined) {
          found.add(message);
        }
      }
      if (found.size > 0 || performance.now() > deadline) {
        return observeLog([...found], step, this.#masks(server));
      }
      await delay(UNTIL_POLL_MS);
    }
  }

  async #requestOnce(step: RequestStep): Promise<Observation> {
    const server = await this.#running();
    const asked = exchange(step.bytes, {
      port: step.port === "http" ? server.httpPort : server.metricsPort,
      ...(step.isEnded === undefined ? {} : { isEnded: step.isEnded }),
      ...(step.answerIndex === undefined ? {} : { answerIndex: step.answerIndex }),
      ...(step.timeoutMs === undefined ? {} : { timeoutMs: step.timeoutMs }),
    });
    let outcome: HttpOutcome;
    try {
      outcome = await asked;
    } catch (error) {
      // Refused by a server that ran a moment ago: the answer before may have been its last word.
      if (await hasDied(server)) {
        return { status: "died" };
      }
      if (step.until !== undefined) {
        // Not open yet, as the metrics' port, which is the last to open: the request is repeated.
        return { status: "refused" };
      }
      throw error;
    }
    if (outcome.kind === "closed" && (await hasDied(server))) {
      return { status: "died" };
    }
    return observeOutcome(outcome, step, this.#masks(server));
  }

  async #call(step: GrpcStep): Promise<Observation> {
    const server = await this.#running();
    if (this.#connection?.isOpen !== true) {
      if (step.isOnSameConnection === true) {
        return { status: "closed" };
      }
      this.#connection = await GrpcConnection.open(server.grpcPort);
    }
    const outcome = await this.#connection.call(step);
    if (outcome.ending === "closed" && (await hasDied(server))) {
      return { status: "died" };
    }
    return observeGrpc(step.path, outcome, step, this.#masks(server));
  }

  #closeConnection(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  async #running(): Promise<ServerProcess> {
    if (this.#server !== null && !this.#server.hasExited) {
      return this.#server;
    }
    if (this.#startFailure !== null) {
      throw this.#startFailure;
    }
    this.#server = await ServerProcess.start(this.#command, [
      `--model-repository=${this.#repository}`,
      ...portFlags(this.#suite),
      ...this.#suite.flags.map((flag) => flag.replace("<repository>", this.#repository)),
      ...(this.#isPeer ? [] : (this.#suite.newerFlags ?? [])),
      ...this.#pythonFlags,
    ]);
    try {
      await this.#server.untilAnswering();
    } catch (error) {
      this.#startFailure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
    return this.#server;
  }

  async #start(step: StartStep): Promise<Observation> {
    const flags = step.flags.map((flag) => flag.replace("<repository>", this.#repository));
    const server = await ServerProcess.start(this.#command, flags);
    const timer = setTimeout(() => void server.stop("SIGKILL"), START_TIMEOUT_MS);
    try {
      if (step.signal !== undefined) {
        // Both: it answers before all of it has started, and says that it has before anybody can be sure to reach it.
        await server.untilAnswering();
        await server.untilPrinted(STARTED);
        await server.stop(step.signal);
      }
      const exit = await server.exited;
      return observeExit({ code: exit.code, output: exit[step.stream] }, step, this.#masks(server));
    } finally {
      clearTimeout(timer);
      if (!server.hasExited) {
        await server.stop("SIGKILL");
      }
    }
  }

  #masks(server: ServerProcess): readonly Mask[] {
    return [
      // The temporary directory's name has no characters that mean something in a pattern but dots.
      [new RegExp(this.#repository.replaceAll(".", "\\."), "g"), "<repository>"],
      [new RegExp(`\\b${server.httpPort}\\b`, "g"), "<http-port>"],
      [new RegExp(`\\b${server.metricsPort}\\b`, "g"), "<metrics-port>"],
      [new RegExp(`\\b${server.grpcPort}\\b`, "g"), "<grpc-port>"],
    ];
  }
}

function isMeanwhile(step: Step): boolean {
  return (
    step.kind === "await" ||
    ((step.kind === "request" || step.kind === "change") && step.isMeanwhile === true)
  );
}

/** Requests of a case that are on their way at the same time. */
class ConcurrentRow {
  #asks: Promise<void>[] = [];
  #answeredCount = 0;

  get answeredCount(): number {
    return this.#answeredCount;
  }

  /** Sends a request, and gives it a moment to arrive before the next one. Its observation comes in its step's place. */
  async start(
    step: RequestStep | GrpcStep,
    observations: Observation[],
    ask: () => Promise<Observation>,
  ): Promise<void> {
    const index = observations.length;
    observations.push({ status: NOT_RUN });
    const asked = ask().then((observation) => {
      const order = this.#answeredCount++;
      observations[index] =
        step.kind === "request" && step.isOrderObserved === true
          ? { ...observation, order }
          : observation;
    });
    // Whoever waits for the row learns of it.
    asked.catch(() => {});
    this.#asks.push(asked);
    await delay(CONCURRENT_GAP_MS);
  }

  async finish(): Promise<void> {
    const asks = this.#asks;
    this.#asks = [];
    await Promise.all(asks);
    this.#answeredCount = 0;
  }
}

/** A connection that closes without an answer may be the process going down: give it the time to do so. */
function hasDied(server: ServerProcess): Promise<boolean> {
  const ended = server.exited.then(() => true);
  return Promise.race([ended, delay(300).then(() => false)]);
}
