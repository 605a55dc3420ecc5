import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
/** The kernel's unit of process times on Linux, whatever the machine. */
const MICROSECONDS_PER_TICK = 10_000;
const PAGE_SIZE = 4096;
const STAT_FIELDS_BEFORE_UTIME = 11;
const LOG_LINES_KEPT = 20;

/** A server under test: its command, and a name for the table. */
export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface StartOptions {
  readonly repository: string;
  /** Processors as taskset takes them, `0` or `0,1`. */
  readonly cpus: string;
}

/** A running server, pinned to processors, with the kernel's own account of what it spends. */
export class BenchServer {
  readonly name: string;
  readonly port: number;
  readonly grpcPort: number;
  /** From the start of the process to the first ready answer. */
  readonly readyMs: number;
  readonly #child: ChildProcess;

  private constructor(
    name: string,
    child: ChildProcess,
    ports: { readonly http: number; readonly grpc: number },
    readyMs: number,
  ) {
    this.name = name;
    this.#child = child;
    this.port = ports.http;
    this.grpcPort = ports.grpc;
    this.readyMs = readyMs;
  }

  static async start(server: ServerCommand, options: StartOptions): Promise<BenchServer> {
    const [port = 0, metricsPort = 0, grpcPort = 0] = await freePorts(3);
    const flags = [
      `--model-repository=${options.repository}`,
      "--http-address=127.0.0.1",
      `--http-port=${port}`,
      `--metrics-port=${metricsPort}`,
      "--grpc-address=127.0.0.1",
      `--grpc-port=${grpcPort}`,
    ];
    const startMs = performance.now();
    const child = spawn("taskset", ["-c", options.cpus, server.command, ...server.args, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        log.push(...chunk.toString().split("\n"));
        log.splice(0, Math.max(0, log.length - LOG_LINES_KEPT));
      });
    }
    try {
      await waitUntilReady(child, port);
    } catch (error) {
      child.kill("SIGKILL");
      throw new Error(`${server.name} did not start:\n${log.join("\n")}`, { cause: error });
    }
    return new BenchServer(
      server.name,
      child,
      { http: port, grpc: grpcPort },
      performance.now() - startMs,
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Processor time of all threads since the start, those of its processes for models included, microseconds. */
  cpuUs(): number {
    return [this.#pid, ...descendantsOf(this.#pid)]
      .map((pid) => cpuUsOf(`/proc/${pid}/stat`))
      .reduce((sum, cpuUs) => sum + cpuUs, 0);
  }

  /** Processor time of the process's first thread since the start, microseconds. */
  mainThreadCpuUs(): number {
    return cpuUsOf(`/proc/${this.#pid}/task/${this.#pid}/stat`);
  }

  /** Resident memory now, bytes. */
  residentBytes(): number {
    return Number(readFileSync(`/proc/${this.#pid}/statm`, "utf8").split(" ")[1]) * PAGE_SIZE;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    const exit = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await exit;
    clearTimeout(timer);
  }

  get #pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) {
      throw new Error("the server has no process");
    }
    return pid;
  }
}

/** The processes that a process has started, and those that they have. */
function descendantsOf(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function cpuUsOf(statFile: string): number {
  const text = readFileSync(statFile, "utf8");
  // The fields after the command's name, which may hold spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const user = Number(fields[STAT_FIELDS_BEFORE_UTIME]);
  const system = Number(fields[STAT_FIELDS_BEFORE_UTIME + 1]);
  return (user + system) * MICROSECONDS_PER_TICK;
}

async function waitUntilReady(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`exit code ${child.exitCode}`);
    }
    try {
      if ((await fetch(`http://127.0.0.1:${port}/v2/health/ready`)).ok) {
        return;
      }
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error("not ready in time");
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
