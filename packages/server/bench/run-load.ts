import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BenchRequest } from "./bench-requests.ts";
import type { BenchServer } from "./bench-server.ts";

export interface LoadOptions {
  readonly model: string;
  readonly request: BenchRequest;
  readonly concurrency: number;
  readonly seconds: number;
  /** Processors of the generator, as taskset takes them. */
  readonly cpus: string;
  /** Of load that is not counted, before, at least a little; 2 unless stated. */
  readonly warmupSeconds?: number;
  /** Requests of each sequence; without it every request is the same. */
  readonly sequenceLength?: number;
}

/** What one run of the generator against one server gave. */
export interface LoadResult {
  readonly count: number;
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  /** The server's processor time for one request, all its threads. */
  readonly cpuUsPerRequest: number;
  /** What its first thread has of it. */
  readonly mainThreadCpuUsPerRequest: number;
}

/** Long enough for the compiler of either side to have seen the hot path. */
const WARMUP_SECONDS = 2;

/**
 * Runs the load generator against a server and takes the server's processor time over the span that is counted. One process
 * warms up and counts: a generator that has just been started takes the cores for its own compiler.
 *
 * @throws if any answer was an error
 */
export async function runLoad(server: BenchServer, options: LoadOptions): Promise<LoadResult> {
  const warmupSeconds = options.warmupSeconds ?? WARMUP_SECONDS;
  const child = spawn(
    "taskset",
    [
      "-c",
      options.cpus,
      process.execPath,
      join(import.meta.dirname, "load-generator.ts"),
      `--url=${server.url}/v2/models/${options.model}/infer`,
      `--concurrency=${options.concurrency}`,
      `--warmup=${warmupSeconds}`,
      `--duration=${options.seconds}`,
      `--body-file=${options.request.bodyFile}`,
      `--sequence-length=${options.sequenceLength ?? 0}`,
      ...options.request.headers.flatMap((header) => ["--header", header]),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let cpuBefore = 0;
  let mainBefore = 0;
  let lastLine = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === "counting") {
      cpuBefore = server.cpuUs();
      mainBefore = server.mainThreadCpuUs();
    }
    lastLine = line;
  }
  const cpuUs = server.cpuUs() - cpuBefore;
  const mainUs = server.mainThreadCpuUs() - mainBefore;
  if (!lastLine.startsWith("{")) {
    throw new Error(`the load generator ended without a report for ${server.name}`);
  }
  // The generator's own format.
  const report = JSON.parse(lastLine) as GeneratorReport;
  if (report.errors > 0 || report.count === 0) {
    throw new Error(`${server.name} answered with errors: ${lastLine}`);
  }
  return {
    count: report.count,
    requestsPerSecond: report.requestsPerSecond,
    p50Us: report.latencyUs.p50,
    p95Us: report.latencyUs.p95,
    p99Us: report.latencyUs.p99,
    cpuUsPerRequest: cpuUs / report.count,
    mainThreadCpuUsPerRequest: mainUs / report.count,
  };
}

interface GeneratorReport {
  readonly count: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
  readonly latencyUs: { readonly p50: number; readonly p95: number; readonly p99: number };
}
