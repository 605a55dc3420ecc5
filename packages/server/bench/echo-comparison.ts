import { execFile } from "node:child_process";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { EchoProcess } from "./echo-process.ts";
import { median } from "./median.ts";

const run = promisify(execFile);

const SERVER_CPU = "0";
const GENERATOR_CPU = "1";
const WARMUP_SECONDS = 1;
const CONNECTING_AT_ONCE = 200;

/** What is compared. */
export interface EchoComparisonOptions {
  /** The servers' program; see `EchoProcess`. */
  readonly program: string;
  /** Ours first, the one that it is measured by last. */
  readonly kinds: readonly string[];
  /** Each runs all kinds in turn; medians are printed. */
  readonly rounds: number;
  /** Of one measurement of processor time. */
  readonly seconds: number;
  /** What a client says first, and is answered, before its connection is idle. */
  readonly greeting: Uint8Array;
}

/** Loads a server for so long; resolves with how many requests it has answered. */
export type Load = (port: number, seconds: number) => Promise<number>;

/** Measures servers of several kinds that echo what they get, one beside the other, and prints rows of a table. */
export class EchoComparison {
  readonly #options: EchoComparisonOptions;

  constructor(options: EchoComparisonOptions) {
    this.#options = options;
  }

  /** @param subject what the figures are of */
  printHead(subject: string): void {
    const { kinds } = this.#options;
    const cells = [subject, ...kinds, "ratio"];
    process.stdout.write(`| ${cells.join(" | ")} |\n|${"---|".repeat(cells.length)}\n`);
  }

  /** Microseconds of processor time for one request. */
  async compareCpu(name: string, load: Load): Promise<void> {
    const { rounds, seconds } = this.#options;
    await this.#compare(name, rounds, async (server, port) => {
      await load(port, WARMUP_SECONDS);
      const before = await server.figures();
      const count = await load(port, seconds);
      const after = await server.figures();
      return (after.userUs - before.userUs + after.systemUs - before.systemUs) / count;
    });
  }

  /** Bytes of resident memory for one idle connection, in one round. */
  async compareIdle(count: number): Promise<void> {
    const { greeting } = this.#options;
    await this.#compare(`bytes an idle connection, ${count}`, 1, async (server, port) => {
      // What the first connections need once is not counted.
      const first = await openIdle(port, CONNECTING_AT_ONCE, greeting);
      const before = await server.figures();
      const idle = await openIdle(port, count, greeting);
      const after = await server.figures();
      for (const socket of [...first, ...idle]) {
        socket.destroy();
      }
      return (after.residentBytes - before.residentBytes) / count;
    });
  }

  async #compare(
    name: string,
    rounds: number,
    measure: (server: EchoProcess, port: number) => Promise<number>,
  ): Promise<void> {
    const { kinds, program } = this.#options;
    const values = kinds.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, kind] of kinds.entries()) {
        const server = new EchoProcess(program, kind, SERVER_CPU);
        try {
          values[index]?.push(await measure(server, await server.port));
        } finally {
          server.stop();
        }
      }
    }
    const medians = values.map(median);
    const [ours = Number.NaN] = medians;
    const theirs = medians.at(-1) ?? Number.NaN;
    const cells = [...medians.map((value) => value.toFixed(1)), (ours / theirs).toFixed(2)];
    process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`);
  }
}

/**
 * Runs a load generator on a processor of its own; resolves with how many requests were answered. Rejects if one was
 * answered with an error, or none was.
 */
export async function runGenerator(program: string, args: readonly string[]): Promise<number> {
  const node = [process.execPath, "--conditions=@nereid/source", program, ...args];
  const { stdout } = await run("taskset", ["-c", GENERATOR_CPU, ...node]);
  // The generators' own format.
  const report = JSON.parse(stdout) as { count: number; errors: number };
  if (report.errors > 0 || report.count === 0) {
    throw new Error(`the server answered with errors: ${stdout}`);
  }
  return report.count;
}

/** Opens connections, each of which has been answered once. */
async function openIdle(port: number, count: number, greeting: Uint8Array): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(greeting);
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
