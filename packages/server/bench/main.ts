/**
 * Nereid beside the real server: the same models, requests and generator, one after the other in the same run.
 *
 *   npm run bench                          all questions, Nereid alone or beside $TRITONSERVER
 *   npm run bench -- --only small-binary   questions whose name begins so
 *   npm run bench -- --rounds 5 --seconds 3
 *
 * Each round runs both servers in turn; the table has the medians of the rounds and the median of the ratios taken round
 * by round. Figures of different runs do not compare; ratios of one run do.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProgramOptions } from "../../../tools/program-options.ts";
import { type BenchRepositories, writeBenchRepositories } from "./bench-repository.ts";
import { writeBenchRequest } from "./bench-requests.ts";
import { BenchServer, type ServerCommand } from "./bench-server.ts";
import { median } from "./median.ts";
import { type GrpcLoadShape, runGrpcLoad, writeGrpcRequest } from "./run-grpc-load.ts";
import { runLoad } from "./run-load.ts";
import { pythonFlag, serverCommands } from "./server-commands.ts";

const ONE_CORE = "0";
const BOTH_CORES = "0,1";
const OTHER_CORE = "1";

/** One question: what is asked of both servers, and the ratio that is hoped for. */
interface Question {
  readonly name: string;
  readonly repository: keyof BenchRepositories;
  /** What the real server serves instead; the same unless given. */
  readonly peerRepository?: keyof BenchRepositories;
  readonly model: string;
  readonly shape: readonly number[];
  readonly input: string;
  readonly output: string;
  readonly isBinary: boolean;
  readonly isImage?: boolean;
  readonly concurrency: number;
  readonly serverCpus: string;
  /** What is compared: processor time a request, the median or the 99th percentile (less is better), or throughput (more is better). */
  readonly figure: "cpu" | "throughput" | "p50" | "p99";
  /** Requests of each sequence, where connections send sequences. */
  readonly sequenceLength?: number;
  /** How it is asked over gRPC; null asks over HTTP. */
  readonly grpc: GrpcLoadShape | null;
  /** Of load that is not counted, before; the generator's usual time unless given. */
  readonly warmupSeconds?: number;
  /** The ratio to the real server's figure that the project wants to keep. */
  readonly target: number;
}

function identityQuestion(
  name: string,
  repository: "small" | "large" | "image",
  shape: readonly number[],
  isBinary: boolean,
  concurrency: number,
  target: number,
): Question {
  return {
    name: `${name}-c${concurrency}`,
    repository,
    model: "identity",
    shape,
    input: "INPUT0",
    output: "OUTPUT0",
    isBinary,
    concurrency,
    serverCpus: ONE_CORE,
    figure: "cpu",
    grpc: null,
    target,
  };
}

function grpcQuestion(
  name: string,
  repository: "small" | "large",
  shape: readonly number[],
  grpc: GrpcLoadShape,
  target: number,
): Question {
  const concurrency = grpc.connections * grpc.inFlight;
  return { ...identityQuestion(name, repository, shape, true, concurrency, target), name, grpc };
}

function convQuestion(instanceCount: 1 | 2, concurrency: number): Question {
  return {
    name: `conv-${instanceCount}-instances-c${concurrency}`,
    repository: instanceCount === 1 ? "convOne" : "convTwo",
    model: "conv",
    shape: [1, 3, 112, 112],
    input: "image",
    output: "probabilities",
    isBinary: true,
    concurrency,
    serverCpus: BOTH_CORES,
    figure: "throughput",
    grpc: null,
    target: 1,
  };
}

/** An identity in TypeScript beside the real server's in Python. */
function typescriptQuestion(
  name: string,
  size: number,
  concurrency: number,
  figure: "cpu" | "throughput",
): Question {
  return {
    ...identityQuestion(name, "small", [size], true, concurrency, figure === "cpu" ? 0.5 : 3),
    name: `${name}-${figure}-c${concurrency}`,
    repository: "typescript",
    peerRepository: "python",
    serverCpus: figure === "cpu" ? ONE_CORE : BOTH_CORES,
    figure,
  };
}

/** An identity in Python: the same model.py on both servers, the time of their stubs included. */
function pythonQuestion(
  name: string,
  size: number,
  concurrency: number,
  figure: "cpu" | "p50" | "throughput",
): Question {
  return {
    ...identityQuestion(
      name,
      "small",
      [size],
      true,
      concurrency,
      figure === "throughput" ? 1.2 : 0.8,
    ),
    name: `${name}-${figure}-c${concurrency}`,
    repository: "python",
    // A single request in flight makes few requests a second, and compilers count requests.
    ...(concurrency === 1 ? { warmupSeconds: 8 } : {}),
    serverCpus: figure === "cpu" ? ONE_CORE : BOTH_CORES,
    figure,
  };
}

/** As many live sequences as connections, of 20 requests each, on one instance. */
function sequenceQuestion(
  strategy: "direct" | "oldest",
  concurrency: number,
  figure: "cpu" | "p99",
): Question {
  return {
    name: `sequences-${strategy}-${figure}-c${concurrency}`,
    repository: "sequences",
    model: strategy,
    shape: [1, 16],
    input: "INPUT0",
    output: "OUTPUT0",
    isBinary: true,
    concurrency,
    serverCpus: ONE_CORE,
    figure,
    sequenceLength: 20,
    grpc: null,
    target: figure === "p99" ? 1.2 : 1,
  };
}

/** Three identities in a row, as an ensemble. */
function ensembleQuestion(concurrency: number): Question {
  return {
    ...identityQuestion("ensemble", "small", [16], true, concurrency, 0.5),
    repository: "ensemble",
    model: "chain",
  };
}

const QUESTIONS: readonly Question[] = [
  identityQuestion("small-binary", "small", [16], true, 16, 0.65),
  identityQuestion("small-binary", "small", [16], true, 64, 0.65),
  identityQuestion("small-json", "small", [16], false, 16, 0.8),
  identityQuestion("small-json", "small", [16], false, 64, 0.8),
  ...[1, 16].map(ensembleQuestion),
  identityQuestion("binary-1MiB", "large", [262_144], true, 16, 0.7),
  identityQuestion("binary-16MiB", "large", [4_194_304], true, 4, 0.7),
  { ...identityQuestion("json-image", "image", [3, 224, 224], false, 4, 0.5), isImage: true },
  identityQuestion("json-random-floats", "image", [3, 224, 224], false, 4, 0.8),
  grpcQuestion(
    "grpc-16-connections",
    "small",
    [16],
    { kind: "calls", connections: 16, inFlight: 1 },
    0.4,
  ),
  grpcQuestion(
    "grpc-64-connections",
    "small",
    [16],
    { kind: "calls", connections: 64, inFlight: 1 },
    0.4,
  ),
  grpcQuestion(
    "grpc-1-connection-x16",
    "small",
    [16],
    { kind: "calls", connections: 1, inFlight: 16 },
    0.4,
  ),
  grpcQuestion(
    "grpc-stream-x16",
    "small",
    [16],
    { kind: "stream", connections: 1, inFlight: 16 },
    0.35,
  ),
  grpcQuestion(
    "grpc-1MiB",
    "large",
    [262_144],
    { kind: "large", connections: 16, inFlight: 1 },
    0.85,
  ),
  grpcQuestion(
    "grpc-16MiB",
    "large",
    [4_194_304],
    { kind: "large", connections: 4, inFlight: 1 },
    0.85,
  ),
  typescriptQuestion("typescript-small", 16, 1, "throughput"),
  typescriptQuestion("typescript-small", 16, 16, "throughput"),
  typescriptQuestion("typescript-small", 16, 16, "cpu"),
  typescriptQuestion("typescript-16MiB", 4_194_304, 2, "throughput"),
  pythonQuestion("python-small", 16, 1, "cpu"),
  pythonQuestion("python-small", 16, 8, "cpu"),
  pythonQuestion("python-small", 16, 1, "p50"),
  pythonQuestion("python-small", 16, 8, "p50"),
  pythonQuestion("python-16MiB", 4_194_304, 1, "throughput"),
  pythonQuestion("python-16MiB", 4_194_304, 2, "throughput"),
  ...(["oldest", "direct"] as const).flatMap((strategy) => [
    sequenceQuestion(strategy, 256, "p99"),
    sequenceQuestion(strategy, 256, "cpu"),
  ]),
  ...([1, 2] as const).flatMap((instances) =>
    [1, 4, 8].map((concurrency) => convQuestion(instances, concurrency)),
  ),
];

interface BenchOptions {
  readonly only: string;
  readonly rounds: number;
  readonly seconds: number;
}

function optionsFromArguments(): BenchOptions {
  return readProgramOptions({
    usage:
      "usage: npm run bench -- [--only <beginning of a question's name>] [--rounds <number, 3>] [--seconds <number, 3>]\n\n" +
      "Measures Nereid, alone or beside $TRITONSERVER.",
    texts: { only: "" },
    numbers: {
      rounds: { default: 3, min: 1, isWhole: true },
      seconds: { default: 3, min: 0.1, isWhole: false },
    },
  });
}

/** What asks a server once and gives the question's figure. */
function questionRunner(
  question: Question,
  directory: string,
  { seconds }: BenchOptions,
): (server: BenchServer) => Promise<number> {
  const { name, grpc, model, concurrency, figure } = question;
  const cpus = question.serverCpus === ONE_CORE ? OTHER_CORE : BOTH_CORES;
  if (grpc !== null) {
    const messageFile = writeGrpcRequest(directory, name, question);
    return (server) => runGrpcLoad(server, { ...grpc, messageFile, seconds, cpus });
  }
  const { sequenceLength = 0 } = question;
  const request = writeBenchRequest(directory, name, {
    ...question,
    isOfSequence: sequenceLength > 0,
  });
  return async (server) => {
    const { warmupSeconds } = question;
    const load = { model, request, concurrency, seconds, cpus, sequenceLength };
    const result = await runLoad(
      server,
      warmupSeconds === undefined ? load : { ...load, warmupSeconds },
    );
    const figures = {
      cpu: result.cpuUsPerRequest,
      throughput: result.requestsPerSecond,
      p50: result.p50Us,
      p99: result.p99Us,
    };
    return figures[figure];
  };
}

/** Figures of one question, one array a server, one entry a round. */
async function ask(
  question: Question,
  commands: readonly ServerCommand[],
  repositories: BenchRepositories,
  directory: string,
  options: BenchOptions,
): Promise<readonly (readonly number[])[]> {
  const served = [question.repository, question.peerRepository ?? question.repository] as const;
  const askOnce = questionRunner(question, directory, options);
  const figures: number[][] = commands.map(() => []);
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, command] of commands.entries()) {
      const server = await BenchServer.start(command, {
        repository: repositories[served[index] ?? question.repository],
        cpus: question.serverCpus,
      });
      try {
        figures[index]?.push(await askOnce(server));
      } finally {
        await server.stop();
      }
    }
  }
  return figures;
}

function row(
  name: string,
  figures: readonly (readonly number[])[],
  unit: string,
  target: string,
): string {
  const [ours = [], peers = []] = figures;
  const ratios = ours.map((value, index) => value / (peers[index] ?? Number.NaN));
  const cells = [
    name.padEnd(26),
    `${median(ours).toFixed(1)} ${unit}`.padStart(16),
    peers.length === 0 ? "" : `${median(peers).toFixed(1)} ${unit}`.padStart(16),
    peers.length === 0 ? "" : median(ratios).toFixed(2).padStart(8),
    target.padStart(10),
  ];
  return cells.join(" ");
}

const UNITS = { cpu: "µs/req", throughput: "req/s", p50: "µs p50", p99: "µs p99" } as const;

async function compareLoads(
  options: BenchOptions,
  commands: readonly ServerCommand[],
  repositories: BenchRepositories,
  directory: string,
): Promise<void> {
  for (const question of QUESTIONS.filter(({ name }) => name.startsWith(options.only))) {
    const figures = await ask(question, commands, repositories, directory, options);
    const { figure } = question;
    const target = figure === "throughput" ? `≥ ${question.target}` : `≤ ${question.target}`;
    console.log(row(question.name, figures, UNITS[figure], target));
  }
}

const MIB = 1024 * 1024;

/** Start-up time and memory: of a server without models, and of four instances beside one. */
async function compareSizes(
  options: BenchOptions,
  commands: readonly ServerCommand[],
  repositories: BenchRepositories,
): Promise<void> {
  const measure = async (
    repository: string,
    figureOf: (server: BenchServer) => number,
  ): Promise<number[][]> => {
    const figures: number[][] = commands.map(() => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, command] of commands.entries()) {
        const server = await BenchServer.start(command, { repository, cpus: BOTH_CORES });
        figures[index]?.push(figureOf(server));
        await server.stop();
      }
    }
    return figures;
  };
  const resident = (server: BenchServer): number => server.residentBytes() / MIB;
  if ("startup".startsWith(options.only)) {
    console.log(
      row("startup-no-model", await measure(repositories.empty, (s) => s.readyMs), "ms", "< 1000"),
    );
    console.log(
      row("memory-no-model", await measure(repositories.empty, resident), "MiB", "< 120"),
    );
  }
  if ("memory".startsWith(options.only)) {
    const one = await measure(repositories.weightsOne, resident);
    const four = await measure(repositories.weightsFour, resident);
    const added = four.map((values, index) =>
      values.map((value, round) => value - (one[index]?.[round] ?? Number.NaN)),
    );
    console.log(row("memory-3-more-instances", added, "MiB", "< 30"));
  }
}

async function main(): Promise<void> {
  const options = optionsFromArguments();
  const usesPython = QUESTIONS.some(
    ({ name, repository }) => repository === "python" && name.startsWith(options.only),
  );
  const commands = serverCommands(usesPython ? [await pythonFlag()] : []);
  const directory = mkdtempSync(join(tmpdir(), "nereid-bench-"));
  mkdirSync(directory, { recursive: true });
  try {
    const repositories = writeBenchRepositories(directory);
    console.log(
      [
        "question".padEnd(26),
        "nereid".padStart(16),
        "tritonserver".padStart(16),
        "ratio".padStart(8),
        "target".padStart(10),
      ].join(" "),
    );
    await compareLoads(options, commands, repositories, directory);
    await compareSizes(options, commands, repositories);
    if (commands.length === 1) {
      console.log(
        "\nSet TRITONSERVER to the command of a real server to have it measured in the same run.",
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
