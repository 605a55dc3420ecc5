/**
 * Schedulers beside the real server's: the same models, requests and generator, round by round in turn.
 *
 *   npm run bench:scheduling                          beside $TRITONSERVER; about twelve minutes
 *   npm run bench:scheduling -- --only encoder-batching --rounds 5 --seconds 3
 *
 * A convolutional net and an encoder at concurrency 1 to 16, alone, with dynamic batching and with two instances: requests
 * a second and the 99th percentile. A small MLP at 16 and 64, the server on one core: requests a second of that core, and of
 * each second of processor time. Figures are medians of the rounds, ratios medians of the ratios round by round.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProgramOptions } from "../../../../tools/program-options.ts";
import { writeBenchRequest } from "../bench-requests.ts";
import { BenchServer } from "../bench-server.ts";
import { median } from "../median.ts";
import { modelCounts } from "../model-counts.ts";
import { type LoadResult, runLoad } from "../run-load.ts";
import { serverCommands } from "../server-commands.ts";
import {
  addToRepository,
  type BenchModel,
  CONV_NET,
  ENCODER,
  SMALL_MLP,
  servedName,
  type Variant,
} from "./models.ts";

const BOTH_CORES = "0,1";
const WARMUP_SECONDS = 1;

/** Before the first round of each served model: a server's compiler has then seen what it is asked. */
const FIRST_WARMUP_SECONDS = 4;

/** Questions that are asked of one pair of servers. */
interface Section {
  readonly models: readonly BenchModel[];
  readonly variants: readonly Variant[];
  readonly concurrencies: readonly number[];
  readonly serverCpus: string;
  readonly generatorCpus: string;
  readonly columns: readonly Column[];
}

interface Measurement extends LoadResult {
  readonly rowsPerRun: number;
}

/** A figure of the table, and the ratio of Nereid's to the real server's that is hoped for. */
interface Column {
  readonly title: string;
  readonly figureOf: (measurement: Measurement) => number;
  readonly target: string;
}

const MICROSECONDS = 1e6;
const PERCENTILE: Column = {
  title: "p99 ms",
  figureOf: ({ p99Us }) => p99Us / 1000,
  target: "≤ 1",
};

const SECTIONS: readonly Section[] = [
  {
    models: [CONV_NET, ENCODER],
    variants: ["plain", "batching", "instances"],
    concurrencies: [1, 4, 8, 16],
    serverCpus: BOTH_CORES,
    generatorCpus: BOTH_CORES,
    columns: [
      { title: "req/s", figureOf: (result) => result.requestsPerSecond, target: "≥ 1" },
      PERCENTILE,
    ],
  },
  {
    models: [SMALL_MLP],
    variants: ["plain", "batching"],
    concurrencies: [1, 16, 64],
    serverCpus: "0",
    generatorCpus: "1",
    columns: [
      { title: "req/s", figureOf: (result) => result.requestsPerSecond, target: "≥ 1.5" },
      {
        title: "req/CPU s",
        figureOf: (result) => MICROSECONDS / result.cpuUsPerRequest,
        target: "≥ 1.5",
      },
      PERCENTILE,
    ],
  },
];

interface BenchOptions {
  readonly only: string;
  readonly rounds: number;
  readonly seconds: number;
}

function optionsFromArguments(): BenchOptions {
  return readProgramOptions({
    usage:
      "usage: npm run bench:scheduling -- [--only <beginning of a name>] [--rounds <number, 3>] [--seconds <number, 2>]\n\n" +
      "Measures the schedulers beside $TRITONSERVER's.",
    texts: { only: "" },
    numbers: {
      rounds: { default: 3, min: 1, isWhole: true },
      seconds: { default: 2, min: 0.1, isWhole: false },
    },
  });
}

/** Where a load leaves its files, and for how long it goes on. */
interface Span {
  readonly directory: string;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

interface Cell {
  readonly name: string;
  readonly model: BenchModel;
  readonly variant: Variant;
  readonly concurrency: number;
}

function cellsOf(section: Section, { only }: BenchOptions): readonly Cell[] {
  return section.models
    .flatMap((model) => section.variants.map((variant) => ({ model, variant })))
    .flatMap(({ model, variant }) =>
      section.concurrencies.map((concurrency) => ({
        name: `${model.name}-${variant}-c${concurrency}`,
        model,
        variant,
        concurrency,
      })),
    )
    .filter(({ name }) => name.startsWith(only));
}

async function measure(
  server: BenchServer,
  { model, variant, concurrency }: Cell,
  cpus: string,
  { directory, seconds, warmupSeconds }: Span,
): Promise<Measurement> {
  const served = servedName(model, variant);
  const request = writeBenchRequest(directory, model.name, model.request);
  const before = await modelCounts(server, served);
  const load = { model: served, request, concurrency, seconds, cpus, warmupSeconds };
  const result = await runLoad(server, load);
  const after = await modelCounts(server, served);
  const runs = after.execution_count - before.execution_count;
  return { ...result, rowsPerRun: (after.inference_count - before.inference_count) / runs };
}

const NAME_WIDTH = 22;
const CELL_WIDTH = 11;

function line(name: string, cells: readonly string[]): string {
  return [name.padEnd(NAME_WIDTH), ...cells.map((cell) => cell.padStart(CELL_WIDTH))].join("");
}

function header({ columns }: Section, serverNames: readonly string[]): string {
  const titles = columns.flatMap(({ title, target }) => [
    ...serverNames.map(() => title),
    ...(serverNames.length > 1 ? [`ratio ${target}`] : []),
  ]);
  return line("", [...titles, ...serverNames.map(() => "rows/run")]);
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/** @param rounds one array a server, one entry a round */
function row(
  name: string,
  columns: readonly Column[],
  rounds: readonly (readonly Measurement[])[],
): string {
  const cells = columns.flatMap(({ figureOf }) => {
    const [ours = [], ...peers] = rounds.map((results) => results.map(figureOf));
    const ratios = peers.map((peer) =>
      median(ours.map((value, round) => value / (peer[round] ?? Number.NaN))).toFixed(2),
    );
    return [...[ours, ...peers].map((values) => digits(median(values))), ...ratios];
  });
  const sizes = rounds.map((results) =>
    median(results.map(({ rowsPerRun }) => rowsPerRun)).toFixed(2),
  );
  return line(name, [...cells, ...sizes]);
}

/** Starts both servers and asks them one question after the other, each of both in turn. */
async function runSection(
  section: Section,
  directory: string,
  options: BenchOptions,
): Promise<void> {
  const cells = cellsOf(section, options);
  if (cells.length === 0) {
    return;
  }
  const repository = join(directory, section.serverCpus);
  mkdirSync(repository);
  for (const model of section.models) {
    addToRepository(repository, model, section.variants);
  }
  const servers: BenchServer[] = [];
  try {
    for (const command of serverCommands()) {
      servers.push(await BenchServer.start(command, { repository, cpus: section.serverCpus }));
    }
    const names = servers.map(({ name }) => name);
    console.log(line("", [...names, ...(names.length > 1 ? ["nereid's"] : [])]));
    console.log(header(section, names));
    const warm = new Set<string>();
    for (const cell of cells) {
      const served = servedName(cell.model, cell.variant);
      const rounds: Measurement[][] = servers.map(() => []);
      for (let round = 0; round < options.rounds; round++) {
        const isFirst = round === 0 && !warm.has(served);
        const warmupSeconds = isFirst ? FIRST_WARMUP_SECONDS : WARMUP_SECONDS;
        const span = { directory, seconds: options.seconds, warmupSeconds };
        for (const [index, server] of servers.entries()) {
          rounds[index]?.push(await measure(server, cell, section.generatorCpus, span));
        }
      }
      warm.add(served);
      console.log(row(cell.name, section.columns, rounds));
    }
  } finally {
    for (const server of servers) {
      await server.stop();
    }
  }
}

const options = optionsFromArguments();
const directory = mkdtempSync(join(tmpdir(), "nereid-scheduling-"));
try {
  for (const section of SECTIONS) {
    await runSection(section, directory, options);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
