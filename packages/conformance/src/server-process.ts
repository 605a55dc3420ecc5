import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { delay } from "./delay.ts";
import { freePort } from "./free-port.ts";
import { exchange } from "./http-exchange.ts";
import { httpRequest } from "./http-request.ts";

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 20;
const STOP_TIMEOUT_MS = 30_000;
/** How long an ended process's output may stay open: the real server's Python processes now and then outlive it. */
const OUTPUT_OPEN_MS_MAX = 2_000;
const LAST_LINES = 5;
const ERROR_LINES_MAX = 25;

/** A command line: the program and the arguments before the server's own flags. */
export type ServerCommand = readonly [program: string, ...arguments_: string[]];

/** How a server process ended. */
export interface ServerExit {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** A server under test, started with tritonserver's flags. Whoever starts it must stop or kill it. */
export class ServerProcess {
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly grpcPort: number;
  /** Settles when the process has ended and its output is complete. */
  readonly exited: Promise<ServerExit>;
  readonly #child: ChildProcess;
  #stdout = "";
  #stderr = "";
  /** Both, in the order in which they came; complete, so that an offset into it stays valid. */
  #output = "";
  #exit: ServerExit | null = null;

  private constructor(
    child: ChildProcess,
    ports: { readonly http: number; readonly metrics: number; readonly grpc: number },
  ) {
    this.#child = child;
    this.httpPort = ports.http;
    this.metricsPort = ports.metrics;
    this.grpcPort = ports.grpc;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#output += text;
    });
    child.once("exit", () => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, OUTPUT_OPEN_MS_MAX).unref();
    });
    this.exited = once(child, "close").then(([code]: unknown[]) => {
      this.#exit = {
        code: typeof code === "number" ? code : null,
        stdout: this.#stdout,
        stderr: this.#stderr,
        output: this.#output,
      };
      return this.#exit;
    });
    // Nobody may be waiting when the process ends: the failure shows in the exchange that follows.
    this.exited.catch(() => {});
  }

  /** Spawns the server; `<http-port>`, `<metrics-port>` and `<grpc-port>` in the flags become free ports. */
  static async start(command: ServerCommand, flags: readonly string[]): Promise<ServerProcess> {
    const ports = {
      http: await freePort(),
      metrics: await freePort(),
      grpc: await freePort(),
    };
    const [program, ...before] = command;
    const arguments_ = flags.map((flag) =>
      flag
        .replace("<http-port>", `${ports.http}`)
        .replace("<metrics-port>", `${ports.metrics}`)
        .replace("<grpc-port>", `${ports.grpc}`),
    );
    const child = spawn(program, [...before, ...arguments_], {
      stdio: ["ignore", "pipe", "pipe"],
      // Log lines as they are, so that their texts can be compared whatever their escaping.
      env: { ...process.env, TRITON_SERVER_ESCAPE_LOG_MESSAGES: "0" },
    });
    const server = new ServerProcess(child, ports);
    await once(child, "spawn");
    return server;
  }

  /** Everything printed so far, both streams in the order in which it came. */
  get output(): string {
    return this.#output;
  }

  /** 0 if the process could not be started. */
  get processId(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#exit !== null;
  }

  /**
   * Waits until the HTTP port answers anything, a refusal included.
   *
   * @throws {Error} with the output if the process ends first or takes too long
   */
  async untilAnswering(): Promise<void> {
    const request = httpRequest("/v2/health/live");
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (this.#exit !== null) {
        throw new Error(`the server ended with ${this.#exit.code}:\n${this.#errorLines()}`);
      }
      try {
        const outcome = await exchange(request, { port: this.httpPort, timeoutMs: 2000 });
        if (outcome.kind === "answer") {
          return;
        }
      } catch {
        // Nobody listens yet.
      }
      await delay(READY_POLL_MS);
    }
    throw new Error(`the server does not answer:\n${this.#errorLines()}`);
  }

  /**
   * Waits until the server has printed something that matches.
   *
   * @throws {Error} with the output if the process ends first or takes too long
   */
  async untilPrinted(pattern: RegExp): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (pattern.test(this.#output)) {
        return;
      }
      if (this.#exit !== null) {
        throw new Error(`the server ended with ${this.#exit.code}:\n${this.#errorLines()}`);
      }
      await delay(READY_POLL_MS);
    }
    throw new Error(`the server does not print ${pattern.source}:\n${this.#errorLines()}`);
  }

  /** What explains a failure: warnings, errors and the last lines. */
  #errorLines(): string {
    const lines = this.output.split("\n");
    return lines
      .filter((line, index) => /^[EW]|rror/.test(line) || index >= lines.length - LAST_LINES)
      .slice(-ERROR_LINES_MAX)
      .join("\n");
  }

  /** Sends a signal and waits for the end; a process that takes too long is killed. */
  async stop(signal: NodeJS.Signals): Promise<ServerExit> {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }
}
