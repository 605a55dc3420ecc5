/**
 * HTTP on the main thread beside HTTP on threads of its own: throughput, latency, and processor time a request, with the
 * main thread's share of it, which is what bounds the server where cores are not scarce. The numbers are in
 * docs/decisions/0007-http-threads.md.
 *
 *   node --conditions=@nereid/source packages/server/bench/http-threads/main.ts [--threads 1,2] [--rounds 3] [--seconds 3]
 *
 * Nothing is pinned: server and generator share all cores, as clients on the same machine would. Each round runs every
 * number of threads in turn; medians of the rounds are printed. Figures of different runs do not compare.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { readProgramOptions } from "../../../../tools/program-options.ts";
import { writeBenchRepositories } from "../bench-repository.ts";
import { type BenchRequest, writeBenchRequest } from "../bench-requests.ts";
import { BenchServer, type ServerCommand } from "../bench-server.ts";
import { median } from "../median.ts";
import { type LoadResult, runLoad } from "../run-load.ts";

interface Question {
  readonly name: string;
  readonly elementCount: number;
  readonly concurrencies: readonly number[];
}

const QUESTIONS: readonly Question[] = [
  { name: "64 B", elementCount: 16, concurrencies: [1, 16, 64] },
  { name: "1 MiB", elementCount: 1 << 18, concurrencies: [1, 16] },
];

const CPUS = `0-${availableParallelism() - 1}`;

function serverWith(threadCount: number): ServerCommand {
  const program = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
  const flag = `--http-thread-count=${threadCount}`;
  return {
    name: "nereid",
    command: process.execPath,
    args: ["--conditions=@nereid/source", program, "serve", flag],
  };
}

function row(name: string, threadCount: number, results: readonly LoadResult[]): string {
  const cell = (pick: (result: LoadResult) => number, digits: number): string =>
    median(results.map(pick)).toFixed(digits);
  const cells = [
    name,
    threadCount === 1 ? "main thread" : `${threadCount} threads`,
    cell((result) => result.requestsPerSecond, 0),
    cell((result) => result.p50Us, 0),
    cell((result) => result.p99Us, 0),
    cell((result) => result.cpuUsPerRequest, 1),
    cell((result) => result.mainThreadCpuUsPerRequest, 1),
  ];
  return `| ${cells.join(" | ")} |\n`;
}

async function main(): Promise<void> {
  const { threads, rounds, seconds } = readProgramOptions({
    usage:
      "usage: main.ts [--threads <numbers, 1,2>] [--rounds <number, 3>] [--seconds <number, 3>]\n\n" +
      "Measures HTTP on the main thread beside HTTP on threads of its own.",
    texts: { threads: "1,2" },
    numbers: {
      rounds: { default: 3, min: 1, isWhole: true },
      seconds: { default: 3, min: 0.1, isWhole: false },
    },
  });
  const threadCounts = threads.split(",").map(Number);
  const root = mkdtempSync(join(tmpdir(), "http-threads-"));
  try {
    const repository = writeBenchRepositories(root).large;
    process.stdout.write(
      "| tensor, in flight | HTTP on | requests/s | p50 µs | p99 µs | CPU µs | of it main |\n|---|---|---|---|---|---|---|\n",
    );
    for (const { name, elementCount, concurrencies } of QUESTIONS) {
      const request = writeBenchRequest(root, name, {
        input: "INPUT0",
        output: "OUTPUT0",
        shape: [elementCount],
        isBinary: true,
      });
      for (const concurrency of concurrencies) {
        const results = await measure(repository, request, concurrency, {
          threadCounts,
          rounds,
          seconds,
        });
        for (const [threadCount, runs] of results) {
          process.stdout.write(row(`${name}, ${concurrency}`, threadCount, runs));
        }
      }
    }
  } finally {
    rmSync(root, { recursive: true });
  }
}

interface Rounds {
  readonly threadCounts: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
}

async function measure(
  repository: string,
  request: BenchRequest,
  concurrency: number,
  { threadCounts, rounds, seconds }: Rounds,
): Promise<Map<number, LoadResult[]>> {
  const results = new Map(threadCounts.map((count): [number, LoadResult[]] => [count, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [threadCount, runs] of results) {
      const server = await BenchServer.start(serverWith(threadCount), { repository, cpus: CPUS });
      try {
        const options = { model: "identity", request, concurrency, seconds, cpus: CPUS };
        runs.push(await runLoad(server, options));
      } finally {
        await server.stop();
      }
    }
  }
  return results;
}

await main();
