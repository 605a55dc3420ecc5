import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OnnxModel } from "@nereid/onnx-writer";
import { type ModelSource, onnxModel, writeModels } from "./model-repository.ts";
import { type ServerCommand, ServerProcess } from "./server-process.ts";

/** What official clients need: programs and files that are no part of the project. */
export interface ClientTools {
  /** A Python that has tritonclient[http,grpc] (TRITON_CLIENT_PYTHON). */
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

/** Triton's own clients that speak one protocol. */
interface ClientSet {
  readonly protocol: "http" | "grpc";
  /** Models besides those of testdata: the examples count what the repository has. */
  readonly models: readonly ModelSource[];
  /** Words of each run of perf_analyzer. */
  readonly perfAnalyzer: readonly (readonly string[])[];
  /**
   * Examples that need nothing of later work (no sequences, no shared memory, nothing decoupled), unmodified. The one
   * that unloads models is the last.
   */
  readonly examples: readonly (readonly [script: string, ...words: string[]])[];
  /** Examples that need what the server refuses unless told otherwise, run first: they end with these words. */
  readonly refused: readonly (readonly [script: string, refusal: string])[];
}

const NO_SHARED_MEMORY =
  "Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.";

/** `grpc_client.py` asks a DenseNet for a layer; what is in between is not the question here. */
const DENSENET: OnnxModel = {
  graph: {
    name: "densenet",
    inputs: [{ name: "data_0", elementType: "FLOAT", dims: [3, 224, 224] }],
    outputs: [{ name: "fc6_1", elementType: "FLOAT", dims: [3, 224, 224] }],
    nodes: [{ opType: "Identity", inputs: ["data_0"], outputs: ["fc6_1"] }],
  },
};

const CLIENT_SETS: readonly ClientSet[] = [
  {
    protocol: "http",
    models: [],
    perfAnalyzer: [
      ["-m", "simple", "--concurrency-range", "1:9:4"],
      ["-m", "simple_string", "--string-data", "1", "--concurrency-range", "4"],
      ["-m", "identity_fp32", "--shape", "INPUT0:150528", "--concurrency-range", "2"],
      ["-m", "non_zero", "--shape", "INPUT0:4", "--concurrency-range", "16", "-a"],
    ],
    refused: [
      ["simple_http_shm_client.py", NO_SHARED_MEMORY],
      ["simple_http_shm_string_client.py", NO_SHARED_MEMORY],
      ["simple_http_cudashm_client.py", NO_SHARED_MEMORY],
    ],
    examples: [
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
    ],
  },
  {
    protocol: "grpc",
    models: [onnxModel("densenet_onnx", DENSENET)],
    perfAnalyzer: [
      ["-m", "simple"],
      ["-m", "simple", "--streaming"],
      ["-m", "simple", "--async"],
    ],
    refused: [
      ["simple_grpc_shm_client.py", NO_SHARED_MEMORY],
      ["simple_grpc_cudashm_client.py", NO_SHARED_MEMORY],
    ],
    examples: [
      ["simple_grpc_health_metadata.py"],
      ["simple_grpc_infer_client.py"],
      ["simple_grpc_infer_client.py", "--grpc-compression-algorithm=gzip"],
      ["simple_grpc_infer_client.py", "--grpc-compression-algorithm=deflate"],
      ["simple_grpc_async_infer_client.py"],
      ["simple_grpc_aio_infer_client.py"],
      ["simple_grpc_string_infer_client.py"],
      ["simple_grpc_custom_args_client.py"],
      ["simple_grpc_keepalive_client.py"],
      ["grpc_explicit_byte_content_client.py"],
      ["grpc_explicit_int8_content_client.py"],
      ["grpc_explicit_int_content_client.py"],
      ["grpc_client.py"],
      ["simple_grpc_model_control.py"],
    ],
  },
];

const PERF_ANALYZER_WORDS = ["--measurement-interval", "500"];
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

/** Runs Triton's own clients against servers with the models of testdata, one for each protocol. */
export async function runOfficialClients(
  tools: ClientTools,
  command: ServerCommand,
): Promise<readonly ClientRun[]> {
  const runs: ClientRun[] = [];
  for (const set of CLIENT_SETS) {
    const directory = mkdtempSync(join(tmpdir(), "nereid-clients-"));
    try {
      writeModels(directory, set.models);
      runs.push(...(await runClientSet(set, { tools, command, directory })));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  return runs;
}

async function runClientSet(
  set: ClientSet,
  given: {
    readonly tools: ClientTools;
    readonly command: ServerCommand;
    /** A second repository. */
    readonly directory: string;
  },
): Promise<readonly ClientRun[]> {
  const { tools } = given;
  const server = await ServerProcess.start(given.command, [
    `--model-repository=${MODELS}`,
    `--model-repository=${given.directory}`,
    "--model-control-mode=explicit",
    "--load-model=*",
    "--grpc-address=127.0.0.1",
    "--grpc-port=<grpc-port>",
    "--http-address=127.0.0.1",
    "--http-port=<http-port>",
    "--metrics-port=<metrics-port>",
  ]);
  try {
    await server.untilAnswering();
    const url = `127.0.0.1:${set.protocol === "http" ? server.httpPort : server.grpcPort}`;
    const runs: ClientRun[] = [];
    for (const more of set.perfAnalyzer) {
      const words = ["-i", set.protocol, ...more, ...PERF_ANALYZER_WORDS];
      runs.push(await runPerfAnalyzer(tools.perfAnalyzer, words, url));
    }
    for (const [script, refusal] of set.refused) {
      const path = join(tools.examples, script);
      const { isPassed, output } = await runClient(tools.python, [path, "-u", url]);
      runs.push({
        name: `${script} (refused)`,
        isPassed: !isPassed && output.includes(refusal),
        output,
      });
    }
    for (const [script, ...words] of set.examples) {
      const path = join(tools.examples, script);
      const outcome = await runClient(tools.python, [path, "-u", url, ...words]);
      runs.push({ name: [script, ...words].join(" "), ...outcome });
    }
    return runs;
  } finally {
    await server.stop("SIGKILL");
  }
}

/** A run that comes to its end and prints the server's side of each load, which it takes from the statistics. */
async function runPerfAnalyzer(
  program: string,
  words: readonly string[],
  url: string,
): Promise<ClientRun> {
  const all = [...words, ...PERF_ANALYZER_ANY_STABILITY, "-u", url];
  const { isPassed, output } = await runClient(program, all);
  const loads = output.split("Request concurrency: ").slice(1);
  const hasBreakdown =
    loads.length > 0 &&
    loads.every((load) =>
      /Server:\s+Inference count: [1-9]\d*\s+Execution count: [1-9]\d*[\s\S]*compute infer \d+ usec/.test(
        load,
      ),
    );
  const name = `perf_analyzer ${words.join(" ")}`;
  return { name, isPassed: isPassed && hasBreakdown, output };
}

/** Runs a program to its end, or kills it after a minute; passed is what exits with 0. */
export async function runClient(
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
