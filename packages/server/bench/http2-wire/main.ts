/**
 * Our HTTP/2 layer beside node:http2: processor time of the server process for one unary call that echoes its message, and
 * memory for one idle connection.
 *
 *   node --conditions=@nereid/source packages/server/bench/http2-wire/main.ts [--seconds 2] [--rounds 3] [--idle 2000]
 *
 * Each round runs the servers in turn, on one core, the generator on another; medians of the rounds are printed. Figures
 * of different runs do not compare; ratios of one run do.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { parseArgs, promisify } from "node:util";
import { CLIENT_PREFACE } from "../../src/frontends/grpc/http2/frame-format.ts";
import { median } from "../median.ts";
import type { EchoFigures } from "./echo-server.ts";

const run = promisify(execFile);

/** Ours, ours without `onread` (public interfaces of Node only), and Node's. */
const KINDS = ["wire", "wire-stream", "node-http2"] as const;
type Kind = (typeof KINDS)[number];

const SERVER_CPU = "0";
const GENERATOR_CPU = "1";
const WARMUP_SECONDS = 1;
const CONNECTING_AT_ONCE = 200;

/** How calls are spread: connections, streams of each that are open at a time, bytes of a message. */
interface Shape {
  readonly name: string;
  readonly connections: number;
  readonly streams: number;
  readonly size: number;
}

const SHAPES: readonly Shape[] = [
  { name: "150 B, 16 connections", connections: 16, streams: 1, size: 150 },
  { name: "150 B, 1 connection × 16", connections: 1, streams: 16, size: 150 },
  { name: "10 KiB, 1 connection × 16", connections: 1, streams: 16, size: 10 << 10 },
];

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

/** Makes calls for so long; returns how many. */
async function load(port: number, shape: Shape, seconds: number): Promise<number> {
  const { stdout } = await run("taskset", [
    "-c",
    GENERATOR_CPU,
    process.execPath,
    "--conditions=@nereid/source",
    join(import.meta.dirname, "call-generator.ts"),
    `--port=${port}`,
    `--connections=${shape.connections}`,
    `--streams=${shape.streams}`,
    `--size=${shape.size}`,
    `--seconds=${seconds}`,
  ]);
  // The generator's own format.
  const report = JSON.parse(stdout) as { count: number; errors: number };
  if (report.errors > 0 || report.count === 0) {
    throw new Error(`the server answered with errors: ${stdout}`);
  }
  return report.count;
}

/** Microseconds of processor time for one call. */
async function measureCpu(kind: Kind, shape: Shape, seconds: number): Promise<number> {
  const server = new EchoServer(kind);
  try {
    const port = await server.port;
    await load(port, shape, WARMUP_SECONDS);
    const before = await server.figures();
    const count = await load(port, shape, seconds);
    const after = await server.figures();
    return (after.userUs - before.userUs + after.systemUs - before.systemUs) / count;
  } finally {
    server.stop();
  }
}

/** Opens connections, each of which has been greeted. */
async function openIdle(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const settings = Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(Buffer.concat([CLIENT_PREFACE, settings]));
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
  const values: Record<Kind, number[]> = { wire: [], "wire-stream": [], "node-http2": [] };
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
      idle: { type: "string", default: "2000" },
    },
  });
  const rounds = Number(values.rounds);
  process.stdout.write(
    "| Echo, CPU µs a call | wire | wire, as streams | node:http2 | ratio |\n|---|---|---|---|---|\n",
  );
  for (const shape of SHAPES) {
    await compare(shape.name, rounds, (kind) => measureCpu(kind, shape, Number(values.seconds)));
  }
  const idle = Number(values.idle);
  await compare(`bytes an idle connection, ${idle}`, 1, (kind) => measureIdle(kind, idle));
}

await main();
