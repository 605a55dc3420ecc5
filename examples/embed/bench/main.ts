/**
 * The embedding models under load, and beside them the same Python models on the real server where $TRITONSERVER is its command.
 *
 *   npm run bench:embed                            all variants at concurrency 1, 2, 4, 16, 32
 *   npm run bench:embed -- --only embed_bls        variants whose name begins so
 *   npm run bench:embed -- --rounds 3 --seconds 5
 *
 * Each request is one sentence of nine tokens. Each round asks the servers in turn; the table has the medians of the rounds.
 * Figures of different runs do not compare; those of one run do. Nothing is pinned: servers and generator share the machine.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { freePort } from "../../free-port.ts";
import { startServer, waitUntilReady } from "../../server-process.ts";
import { serverUrl } from "../../server-url.ts";
import { embedTexts, largestDifference } from "../embed-texts.ts";
import { EMBEDDING_MODELS, prepareEmbedding } from "../prepare.ts";
import {
  EMBEDDING_VARIANTS,
  type EmbeddingVariant,
  ENCODER_MODEL,
  embeddingPython,
} from "../variants.ts";
import { writePeerRepository } from "./peer-repository.ts";
import { treeCpuUs } from "./process-tree.ts";

const run = promisify(execFile);

const CONCURRENCIES = [1, 2, 4, 16, 32] as const;
const GENERATOR = join(import.meta.dirname, "../../../packages/server/bench/load-generator.ts");
const SENTENCE = "A man is playing his guitar in town";
const DIFFERENCE_MAX = 1e-5;
const WARMUP_SECONDS = 1;

interface Figures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
}

type Server = Awaited<ReturnType<typeof startNereid>>;

function flagsFor(
  repository: string,
  variants: readonly EmbeddingVariant[],
  port: number,
): string[] {
  const models = [ENCODER_MODEL, ...variants.flatMap(({ model, parts }) => [...parts, model])];
  return [
    `--model-repository=${repository}`,
    "--model-control-mode=explicit",
    ...models.map((model) => `--load-model=${model}`),
    "--http-address=127.0.0.1",
    `--http-port=${port}`,
    "--allow-grpc=false",
    "--allow-metrics=false",
  ];
}

async function startNereid(variants: readonly EmbeddingVariant[], python: string) {
  const flags = flagsFor(EMBEDDING_MODELS, variants, await freePort());
  flags.push(`--backend-config=python,python=${python}`, "--log-info=false");
  const server = startServer({ flags, stdio: ["ignore", "ignore", "inherit"] });
  return { name: "nereid", variants, ...server };
}

async function startPeer(
  command: string,
  variants: readonly EmbeddingVariant[],
  repository: string,
): Promise<Server> {
  const flags = flagsFor(repository, variants, await freePort());
  const child = spawn(command, flags, { stdio: "ignore" });
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
  return { name: "tritonserver", variants, child, url: serverUrl(flags), exitCode };
}

/** Figures of servers that compute different things would mean nothing. */
async function checkAgreement(servers: readonly Server[]): Promise<void> {
  let reference: readonly Float32Array[] | null = null;
  for (const { name, url, variants } of servers) {
    for (const { model } of variants) {
      const vectors = await embedTexts({ url, model, texts: [SENTENCE, "Good morning"] });
      reference ??= vectors;
      const difference = largestDifference(reference, vectors);
      if (!(difference <= DIFFERENCE_MAX)) {
        throw new Error(`${model} of ${name} differs by ${difference}`);
      }
    }
  }
}

async function load(
  server: Server,
  options: {
    readonly model: string;
    readonly concurrency: number;
    readonly bodyFile: string;
    readonly seconds: number;
  },
): Promise<Figures> {
  const { model, concurrency, bodyFile } = options;
  const generate = async (seconds: number): Promise<GeneratorReport> => {
    const { stdout } = await run(process.execPath, [
      GENERATOR,
      `--url=${server.url}/v2/models/${model}/infer`,
      `--concurrency=${concurrency}`,
      `--duration=${seconds}`,
      `--body-file=${bodyFile}`,
      "--header",
      "Content-Type: application/json",
    ]);
    // The generator's own format.
    return JSON.parse(stdout) as GeneratorReport;
  };
  await generate(WARMUP_SECONDS);
  const pid = server.child.pid ?? 0;
  const before = treeCpuUs(pid);
  const report = await generate(options.seconds);
  const cpuUs = treeCpuUs(pid) - before;
  if (report.errors > 0 || report.count === 0) {
    throw new Error(`${server.name} answered ${model} with errors: ${JSON.stringify(report)}`);
  }
  return {
    requestsPerSecond: report.requestsPerSecond,
    p50Ms: report.latencyUs.p50 / 1000,
    p99Ms: report.latencyUs.p99 / 1000,
    cpuMsPerRequest: cpuUs / report.count / 1000,
  };
}

interface GeneratorReport {
  readonly count: number;
  readonly errors: number;
  readonly requestsPerSecond: number;
  readonly latencyUs: { readonly p50: number; readonly p99: number };
}

/** Of each figure the middle one. */
function medians(rounds: readonly Figures[]): Figures {
  const median = (figure: keyof Figures): number =>
    rounds.map((one) => one[figure]).sort((left, right) => left - right)[rounds.length >> 1] ??
    Number.NaN;
  return {
    requestsPerSecond: median("requestsPerSecond"),
    p50Ms: median("p50Ms"),
    p99Ms: median("p99Ms"),
    cpuMsPerRequest: median("cpuMsPerRequest"),
  };
}

const COLUMNS = ["model", "server", "concurrency", "req/s", "p50 ms", "p99 ms", "CPU ms/req"];

function printRow(cells: readonly string[]): void {
  console.log(
    cells.map((cell, index) => (index < 2 ? cell.padEnd(14) : cell.padStart(12))).join(""),
  );
}

async function askAll(
  servers: readonly Server[],
  options: { readonly rounds: number; readonly seconds: number; readonly bodyFile: string },
): Promise<void> {
  const models = servers[0]?.variants.map(({ model }) => model) ?? [];
  printRow(COLUMNS);
  for (const model of models) {
    const able = servers.filter(({ variants }) => variants.some((one) => one.model === model));
    for (const concurrency of CONCURRENCIES) {
      const figures = able.map((): Figures[] => []);
      for (let round = 0; round < options.rounds; round++) {
        for (const [index, server] of able.entries()) {
          figures[index]?.push(await load(server, { model, concurrency, ...options }));
        }
      }
      for (const [index, { name }] of able.entries()) {
        const { requestsPerSecond, p50Ms, p99Ms, cpuMsPerRequest } = medians(figures[index] ?? []);
        const numbers = [requestsPerSecond, p50Ms, p99Ms, cpuMsPerRequest];
        printRow([model, name, String(concurrency), ...numbers.map((value) => value.toFixed(1))]);
      }
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      rounds: { type: "string", default: "1" },
      seconds: { type: "string", default: "3" },
    },
  });
  prepareEmbedding();
  const python = await embeddingPython();
  const variants = EMBEDDING_VARIANTS.filter(({ model }) => model.startsWith(values.only));
  const inPython = variants.filter(({ language }) => language === "Python");
  const peer = process.env["TRITONSERVER"];
  const servers = [await startNereid(variants, python)];
  const directory = mkdtempSync(join(tmpdir(), "nereid-embedding-bench-"));
  try {
    if (peer !== undefined && inPython.length > 0) {
      servers.push(await startPeer(peer, inPython, await writePeerRepository(directory)));
    }
    for (const server of servers) {
      if (!(await waitUntilReady(server))) {
        throw new Error(`${server.name} ended with exit code ${await server.exitCode}`);
      }
    }
    await checkAgreement(servers);
    const bodyFile = join(directory, "request.json");
    writeFileSync(
      bodyFile,
      JSON.stringify({
        inputs: [{ name: "text", datatype: "BYTES", shape: [1, 1], data: [SENTENCE] }],
      }),
    );
    await askAll(servers, {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      bodyFile,
    });
    if (servers.length === 1) {
      console.log("\nSet TRITONSERVER to the command of a real server to have it measured too.");
    }
  } finally {
    for (const server of servers) {
      server.child.kill("SIGTERM");
      await server.exitCode;
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
