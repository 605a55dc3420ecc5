/**
 * Our wire layer beside node:http: processor time of the server process for one request that echoes its body, and memory
 * for one idle connection. The numbers are in docs/decisions/0004-own-http-parser.md.
 *
 *   node --conditions=@nereid/source packages/server/bench/http-wire/main.ts [--seconds 2] [--rounds 3] [--idle 10000]
 *
 * Each round runs both servers in turn, on one core, the generator on another; medians of the rounds are printed. Figures
 * of different runs do not compare; ratios of one run do.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { parseArgs, promisify } from "node:util";
import { median } from "../median.ts";
import type { EchoFigures } from "./echo-server.ts";

const run = promisify(execFile);

/** Ours, ours without `onread` (public interfaces of Node only), and Node's. */
const KINDS = ["wire", "wire-stream", "node-http"] as const;
type Kind = (typeof KINDS)[number];

const SERVER_CPU = "0";
const GENERATOR_CPU = "1";
const WARMUP_SECONDS = 1;
const CONCURRENCIES = [16, 64] as const;
const BODIES: readonly (readonly [name: string, size: number])[] = [
  ["small (200 B)", 200],
  ["1 MiB", 1 << 20],
  ["16 MiB", 16 << 20],
];
const CONNECTING_AT_ONCE = 200;

/** One server process. */
class EchoServer {
  readonly port: Promise<number>;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(kind: Kind) {
    const program = join(import.meta.dirname, "echo-server.ts");
    const node = [process.execPath, "--conditions=@nereid/source", "--expose-gc", program, kind];
    this.#process = spawn("taskset", ["-c", SERVER_CPU, ...node], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdout } = this.#process;
    if (stdout === null) {
      throw new Error("the server's output is not piped");
    }
    this.#reader = createInterface({ input: stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
    this.port = this.#line().then(Number);
  }

  async figures(): Promise<EchoFigures> {
    this.#process.stdin?.write("\n");
    // The server's own format.
    return JSON.parse(await this.#line()) as EchoFigures;
  }

  stop(): void {
    this.#process.stdin?.end();
    this.#reader.close();
  }

  async #line(): Promise<string> {
    const next: IteratorResult<string, unknown> = await this.#lines.next();
    if (next.done === true) {
      throw new Error("the server ended");
    }
    return next.value;
  }
}

interface LoadReport {
  readonly count: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
}

async function load(
  port: number,
  bodyFile: string,
  concurrency: number,
  seconds: number,
): Promise<LoadReport> {
  const { stdout } = await run("taskset", [
    "-c",
    GENERATOR_CPU,
    process.execPath,
    join(import.meta.dirname, "..", "load-generator.ts"),
    `--url=http://127.0.0.1:${port}/echo`,
    `--concurrency=${concurrency}`,
    `--duration=${seconds}`,
    `--body-file=${bodyFile}`,
    "--header=Content-Type: application/octet-stream",
    "--header=Inference-Header-Content-Length: 150",
  ]);
  // The generator's own format.
  const report = JSON.parse(stdout) as LoadReport;
  if (report.errors > 0 || report.count === 0) {
    throw new Error(`the server answered with errors: ${stdout}`);
  }
  return report;
}

/** Microseconds of processor time for one request. */
async function measureCpu(
  kind: Kind,
  bodyFile: string,
  concurrency: number,
  seconds: number,
): Promise<number> {
  const server = new EchoServer(kind);
  try {
    const port = await server.port;
    await load(port, bodyFile, concurrency, WARMUP_SECONDS);
    const before = await server.figures();
    const { count } = await load(port, bodyFile, concurrency, seconds);
    const after = await server.figures();
    return (after.userUs - before.userUs + after.systemUs - before.systemUs) / count;
  } finally {
    server.stop();
  }
}

/** Opens connections, each of which has been served one request. */
async function openIdle(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
      });
      socket.once("data", () => resolve(socket));
      socket.once("error", reject);
    });
  while (sockets.length < count) {
    const size = Math.min(CONNECTING_AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: size }, open))));
  }
  return sockets;
}

/** Bytes of resident memory of the server process for one idle connection. */
async function measureIdle(kind: Kind, count: number): Promise<number> {
  const server = new EchoServer(kind);
  try {
    const port = await server.port;
    // What the first connections need once is not counted.
    const first = await openIdle(port, CONNECTING_AT_ONCE);
    const before = await server.figures();
    const idle = await openIdle(port, count);
    const after = await server.figures();
    for (const socket of [...first, ...idle]) {
      socket.destroy();
    }
    return (after.residentBytes - before.residentBytes) / count;
  } finally {
    server.stop();
  }
}

async function compare(
  name: string,
  rounds: number,
  measure: (kind: Kind) => Promise<number>,
): Promise<void> {
  const values: Record<Kind, number[]> = { wire: [], "wire-stream": [], "node-http": [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of KINDS) {
      values[kind].push(await measure(kind));
    }
  }
  const medians = KINDS.map((kind) => median(values[kind]));
  const [ours = Number.NaN] = medians;
  const theirs = medians.at(-1) ?? Number.NaN;
  const cells = [...medians.map((value) => value.toFixed(1)), (ours / theirs).toFixed(2)];
  process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "2" },
      rounds: { type: "string", default: "3" },
      idle: { type: "string", default: "10000" },
    },
  });
  const rounds = Number(values.rounds);
  const folder = mkdtempSync(join(tmpdir(), "http-wire-"));
  try {
    process.stdout.write(
      "| Echo, CPU µs a request | wire | wire, as streams | node:http | ratio |\n|---|---|---|---|---|\n",
    );
    for (const [name, size] of BODIES) {
      const bodyFile = join(folder, String(size));
      writeFileSync(bodyFile, Buffer.alloc(size, "a"));
      for (const concurrency of CONCURRENCIES) {
        await compare(`${name}, ${concurrency} in flight`, rounds, (kind) =>
          measureCpu(kind, bodyFile, concurrency, Number(values.seconds)),
        );
      }
    }
    const idle = Number(values.idle);
    await compare(`bytes an idle connection, ${idle}`, 1, (kind) => measureIdle(kind, idle));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
