import { resolve } from "node:path";
import { type ConformanceOptions, parseCommandLine, USAGE } from "./command-line.ts";
import { type ExpectedDifference, readExpectedDifferences } from "./expected-differences.ts";
import { type Golden, goldenOfRun, goldenPath, readGolden, writeGolden } from "./golden-file.ts";
import { exchange } from "./http-exchange.ts";
import { httpRequest } from "./http-request.ts";
import { COULD_NOT_RUN, judgeRefusal, judgeSuite, type Verdict } from "./judge-suite.ts";
import {
  type ClientRun,
  type ClientTools,
  clientTools,
  runOfficialClients,
} from "./official-clients.ts";
import {
  type PythonExampleTools,
  pythonExampleTools,
  runPythonExamples,
} from "./python-examples.ts";
import { observeRefusal, runSuite } from "./run-suite.ts";
import { type ServerCommand, ServerProcess } from "./server-process.ts";
import type { Suite } from "./suite.ts";
import { SUITES } from "./suites/all-suites.ts";

const ROOT = resolve(import.meta.dirname, "..", "..", "..");

/**
 * The environment variables that are read: TRITONSERVER, NEREID_SERVER, NEREID_PYTHON (the interpreter that runs Python
 * models of our server, python3 unless set), and with --clients TRITON_CLIENT_PYTHON,
 * TRITON_CLIENT_EXAMPLES and PERF_ANALYZER, with --python-examples PYTHON_BACKEND_EXAMPLES.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs what the command line asks for, prints the result and returns the exit code. */
export async function runConformance(
  arguments_: readonly string[],
  environment: Environment,
): Promise<number> {
  let options: ConformanceOptions;
  try {
    options = parseCommandLine(arguments_);
  } catch (error) {
    process.stderr.write(`${String(error)}\n\n${USAGE}`);
    return 2;
  }
  const selected = SUITES.filter((suite) => selectedCases(suite, options.only) !== "none");
  if (options.isList) {
    process.stdout.write(listing(selected));
    return 0;
  }
  if (selected.length === 0) {
    process.stderr.write("no suite or case has that name; --list prints them\n");
    return 2;
  }
  let tools: ClientTools | null = null;
  let pythonTools: PythonExampleTools | null = null;
  try {
    tools = options.isWithClients ? clientTools(environment) : null;
    pythonTools = options.isWithPythonExamples ? pythonExampleTools(environment) : null;
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return 2;
  }
  if (options.isPeer) {
    const peer = peerCommand(environment);
    if (peer === null) {
      process.stderr.write("--peer: TRITONSERVER does not name the real server's command\n");
      return 2;
    }
    await inParallel(selected, options.jobs, (suite) => recordSuite(suite, peer, options));
  }
  if (options.isRecordOnly) {
    return 0;
  }
  const differences = readExpectedDifferences();
  const server = ownCommand(environment);
  const started = performance.now();
  const verdicts = await inParallel(selected, options.jobs, (suite) =>
    compareSuite({ suite, server, python: environment["NEREID_PYTHON"], differences, options }),
  );
  const seconds = (performance.now() - started) / 1000;
  const areClientsContent =
    (tools === null || reportClients(await runOfficialClients(tools, server))) &&
    (pythonTools === null || reportClients(await runPythonExamples(pythonTools, server)));
  return summarize(verdicts.flat(), seconds) && areClientsContent ? 0 : 1;
}

/** Prints how clients came out, and says whether all passed. */
function reportClients(runs: readonly ClientRun[]): boolean {
  for (const { name, isPassed, output } of runs) {
    process.stdout.write(`${isPassed ? "ok  " : "FAIL"} client ${name}\n`);
    if (!isPassed) {
      process.stdout.write(`    ${output.trimEnd().replaceAll("\n", "\n    ")}\n`);
    }
  }
  return runs.every(({ isPassed }) => isPassed);
}

/** The command of the real server, from TRITONSERVER; null if it is not set. */
export function peerCommand(environment: Environment): ServerCommand | null {
  return commandFrom(environment["TRITONSERVER"]);
}

/** The command of our server: NEREID_SERVER, or the sources of this repository. */
export function ownCommand(environment: Environment): ServerCommand {
  return (
    commandFrom(environment["NEREID_SERVER"]) ?? [
      process.execPath,
      "--conditions=@nereid/source",
      resolve(ROOT, "packages/server/src/cli/main.ts"),
      "serve",
    ]
  );
}

function commandFrom(text: string | undefined): ServerCommand | null {
  const [program, ...rest] = (text ?? "").split(/\s+/).filter((word) => word !== "");
  return program === undefined ? null : [program, ...rest];
}

/** Which cases of a suite were asked for. */
export function selectedCases(
  suite: Suite,
  only: readonly string[],
): ReadonlySet<string> | "all" | "none" {
  if (only.length === 0 || only.includes(suite.name)) {
    return "all";
  }
  const names = suite.cases
    .map((item) => item.name)
    .filter((name) => only.includes(`${suite.name}/${name}`));
  return names.length === 0 ? "none" : new Set(names);
}

async function recordSuite(
  suite: Suite,
  command: ServerCommand,
  options: ConformanceOptions,
): Promise<void> {
  const only = selectedCases(suite, options.only);
  const { observations } = await runSuite(suite, {
    command,
    isPeer: true,
    only: only instanceof Set ? only : null,
  });
  const path = goldenPath(suite.name);
  const earlier = readGolden(path);
  const provenance = {
    suite: suite.name,
    server: await identifyServer(command),
    command: ["tritonserver", ...suite.flags].join(" "),
  };
  const golden = goldenOfRun({ suite, observations, provenance, earlier });
  writeGolden(path, golden);
  process.stdout.write(`recorded ${suite.name}: ${golden.answers.size} cases\n`);
  for (const name of changedCases(earlier, golden)) {
    process.stdout.write(`  changed: ${suite.name}/${name}\n`);
  }
}

function changedCases(earlier: Golden | null, golden: Golden): readonly string[] {
  return [...golden.answers]
    .filter(([name, record]) => {
      const before = earlier?.answers.get(name);
      return before !== undefined && JSON.stringify(before) !== JSON.stringify(record);
    })
    .map(([name]) => name);
}

let identity: Promise<string> | null = null;

/** Name and version of the server behind a command, asked once a run. */
function identifyServer(command: ServerCommand): Promise<string> {
  identity ??= askIdentity(command);
  return identity;
}

async function askIdentity(command: ServerCommand): Promise<string> {
  const server = await ServerProcess.start(command, [
    `--model-repository=${import.meta.dirname}`,
    "--model-control-mode=explicit",
    "--allow-grpc=false",
    "--http-address=127.0.0.1",
    "--http-port=<http-port>",
    "--allow-metrics=false",
  ]);
  try {
    await server.untilAnswering();
    const outcome = await exchange(httpRequest("/v2"), { port: server.httpPort });
    if (outcome.kind !== "answer") {
      throw new Error("the server does not tell its version");
    }
    const text = Buffer.from(outcome.body).toString();
    return `tritonserver ${/"version":"([^"]*)"/.exec(text)?.[1] ?? "of unknown version"}`;
  } finally {
    await server.stop("SIGKILL");
  }
}

async function compareSuite(job: {
  readonly suite: Suite;
  readonly server: ServerCommand;
  readonly python: string | undefined;
  readonly differences: readonly ExpectedDifference[];
  readonly options: ConformanceOptions;
}): Promise<readonly Verdict[]> {
  const { suite, server, python, differences, options } = job;
  const only = selectedCases(suite, options.only);
  const started = performance.now();
  const refused = differences.find((difference) => difference.case === suite.name);
  if (refused !== undefined) {
    const verdict = judgeRefusal(refused, await observeRefusal(suite, server));
    report({ suite, verdicts: [verdict], started, output: "", options });
    return [verdict];
  }
  const run = await runSuite(suite, {
    command: server,
    isPeer: false,
    python,
    only: only instanceof Set ? only : null,
  });
  const verdicts = judgeSuite({
    suite,
    golden: readGolden(goldenPath(suite.name)),
    observations: run.observations,
    differences,
  });
  report({ suite, verdicts, started, output: run.output, options });
  return verdicts;
}

/** Prints how a suite came out. */
function report(outcome: {
  readonly suite: Suite;
  readonly verdicts: readonly Verdict[];
  readonly started: number;
  readonly output: string;
  readonly options: ConformanceOptions;
}): void {
  const { suite, verdicts, started, output, options } = outcome;
  const failed = verdicts.filter((verdict) => !verdict.isPassed);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `${failed.length === 0 ? "ok  " : "FAIL"} ${suite.name}: ${verdicts.length - failed.length} of ${verdicts.length} cases in ${seconds} s\n`,
  );
  const [first] = failed;
  const isOneCause =
    first?.problems[0]?.startsWith(COULD_NOT_RUN) === true &&
    failed.every(({ problems }) => problems[0] === first.problems[0]);
  for (const verdict of isOneCause ? failed.slice(0, 1) : failed) {
    process.stdout.write(`  not ok ${verdict.name}\n`);
    for (const problem of verdict.problems) {
      process.stdout.write(`    ${problem.replaceAll("\n", "\n    ")}\n`);
    }
  }
  if (failed.length > 0 && options.isVerbose) {
    process.stdout.write(`  the server printed:\n${output}\n`);
  }
}

/** Prints the count, and says whether every case passed. */
function summarize(verdicts: readonly Verdict[], seconds: number): boolean {
  const failed = verdicts.filter((verdict) => !verdict.isPassed);
  const different = verdicts.filter((verdict) => verdict.isPassed && verdict.expected.length > 0);
  process.stdout.write(
    `${verdicts.length} cases: ${verdicts.length - failed.length} passed (${different.length} of them with an expected difference), ${failed.length} failed, in ${seconds.toFixed(1)} s\n`,
  );
  return failed.length === 0;
}

function listing(suites: readonly Suite[]): string {
  const lines: string[] = [];
  for (const suite of suites) {
    lines.push(`${suite.name}: ${suite.about}`);
    lines.push(...suite.cases.map((item) => `  ${suite.name}/${item.name}`));
  }
  const count = suites.reduce((sum, suite) => sum + suite.cases.length, 0);
  lines.push(`${count} cases in ${suites.length} suites`);
  return `${lines.join("\n")}\n`;
}

async function inParallel<T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return results;
}
