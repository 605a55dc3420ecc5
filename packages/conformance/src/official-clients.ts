import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ServerCommand, ServerProcess } from "./server-process.ts";

/** What official clients need: programs and files that are no part of the project. */
export interface ClientTools {
  /** A Python that has tritonclient[http] (TRITON_CLIENT_PYTHON). */
  readonly python: string;
  /** The client repository's src/python/examples (TRITON_CLIENT_EXAMPLES). */
  readonly examples: string;
  /** The perf_analyzer program (PERF_ANALYZER). */
  readonly perfAnalyzer: string;
}

/** How one run of a client came out. */
export interface ClientRun {
  readonly name: string;
  readonly isPassed: boolean;
  /** Its output, for a report of a failure. */
  readonly output: string;
}

/**
 * Examples that need nothing of later work (no sequences, no shared memory), unmodified. The one that unloads models
 * is the last.
 */
const EXAMPLES: readonly (readonly [script: string, ...words: string[]])[] = [
  ["simple_http_health_metadata.py"],
  ["simple_http_infer_client.py"],
  [
    "simple_http_infer_client.py",
    "--request-compression-algorithm=gzip",
    "--response-compression-algorithm=deflate",
  ],
  [
    "simple_http_infer_client.py",
    "--request-compression-algorithm=deflate",
    "--response-compression-algorithm=gzip",
  ],
  ["simple_http_async_infer_client.py"],
  ["simple_http_aio_infer_client.py"],
  ["simple_http_string_infer_client.py"],
  ["simple_http_model_control.py"],
];

const PERF_ANALYZER_WORDS = ["-i", "http", "-m", "simple", "--measurement-interval", "500"];
/** The load is as stable as the machine is quiet, which is not the question here. */
const PERF_ANALYZER_ANY_STABILITY = ["--stability-percentage", "999"];
const CLIENT_TIMEOUT_MS = 60_000;
const MODELS = join(import.meta.dirname, "../../../testdata/models");

/**
 * The tools that the environment names.
 *
 * @throws {Error} that says which variable is missing, or names something that does not exist
 */
export function clientTools(
  environment: Readonly<Record<string, string | undefined>>,
): ClientTools {
  const given = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") {
      throw new Error(`--clients needs ${name}; packages/conformance/README.md says what it is`);
    }
    if (!existsSync(value)) {
      throw new Error(`${name}: ${value} does not exist`);
    }
    return value;
  };
  return {
    python: given("TRITON_CLIENT_PYTHON"),
    examples: given("TRITON_CLIENT_EXAMPLES"),
    perfAnalyzer: given("PERF_ANALYZER"),
  };
}

/** Runs Triton's own clients against a server with the models of testdata. */
export async function runOfficialClients(
  tools: ClientTools,
  command: ServerCommand,
): Promise<readonly ClientRun[]> {
  const server = await ServerProcess.start(command, [
    `--model-repository=${MODELS}`,
    "--model-control-mode=explicit",
    "--load-model=*",
    "--allow-grpc=false",
    "--http-address=127.0.0.1",
    "--http-port=<http-port>",
    "--metrics-port=<metrics-port>",
  ]);
  try {
    await server.untilAnswering();
    const url = `127.0.0.1:${server.httpPort}`;
    const runs: ClientRun[] = [await runPerfAnalyzer(tools.perfAnalyzer, url)];
    for (const [script, ...words] of EXAMPLES) {
      const outcome = await runClient(tools.python, [
        join(tools.examples, script),
        "-u",
        url,
        ...words,
      ]);
      runs.push({ name: [script, ...words].join(" "), ...outcome });
    }
    return runs;
  } finally {
    await server.stop("SIGKILL");
  }
}

/** A run that comes to its end and prints the server's side, which it takes from the statistics. */
async function runPerfAnalyzer(program: string, url: string): Promise<ClientRun> {
  const words = [...PERF_ANALYZER_WORDS, ...PERF_ANALYZER_ANY_STABILITY, "-u", url];
  const { isPassed, output } = await runClient(program, words);
  const hasBreakdown = /Server:[\s\S]*compute infer \d+ usec/.test(output);
  const name = `perf_analyzer ${PERF_ANALYZER_WORDS.join(" ")}`;
  return { name, isPassed: isPassed && hasBreakdown, output };
}

async function runClient(
  program: string,
  words: readonly string[],
): Promise<Omit<ClientRun, "name">> {
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), CLIENT_TIMEOUT_MS);
  try {
    const code = await once(child, "close").then(([first]: unknown[]) => first);
    return { isPassed: code === 0, output };
  } finally {
    clearTimeout(timer);
  }
}
