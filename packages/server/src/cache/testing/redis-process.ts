import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = "redis-server";
const START_MS_MAX = 15_000;

/** Why tests against a real Redis cannot run here; false if they can. */
export const NO_REDIS: string | false =
  spawnSync(PROGRAM, ["--version"]).status === 0
    ? false
    : `there is no ${PROGRAM} on the PATH (Debian: apt-get install redis-server)`;

/** A Redis of a test's own, in memory only, on a free port of this machine. */
export class RedisProcess implements AsyncDisposable {
  readonly port: number;
  readonly #flags: readonly string[];
  readonly #directory = mkdtempSync(join(tmpdir(), "nereid-redis-"));
  #process: ChildProcess | null = null;

  private constructor(port: number, flags: readonly string[]) {
    this.port = port;
    this.#flags = flags;
  }

  static async start(...flags: readonly string[]): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), flags);
    await redis.restart();
    return redis;
  }

  /** Starts it on its port, after it has been stopped. */
  async restart(): Promise<void> {
    const started = spawn(
      PROGRAM,
      [
        "--port",
        String(this.port),
        "--bind",
        "127.0.0.1",
        "--dir",
        this.#directory,
        "--save",
        "",
        "--appendonly",
        "no",
        ...this.#flags,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    this.#process = started;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${PROGRAM} does not start`));
      }, START_MS_MAX);
      let output = "";
      started.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("Ready to accept connections")) {
          clearTimeout(timer);
          resolve();
        }
      });
      started.on("exit", () => {
        clearTimeout(timer);
        reject(new Error(`${PROGRAM} ended: ${output}`));
      });
    });
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(name);
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    if (running !== null && running.exitCode === null) {
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill("SIGKILL");
      await ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") {
          reject(new Error("a listening server has a port"));
        } else {
          resolve(address.port);
        }
      });
    });
  });
}
