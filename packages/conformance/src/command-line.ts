import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface ConformanceOptions {
  /** Records the real server's answers again before comparing. */
  readonly isPeer: boolean;
  /** Records, but does not run our server. */
  readonly isRecordOnly: boolean;
  readonly isList: boolean;
  /** Suites (`suite`) or cases (`suite/case`) to run; empty for all. */
  readonly only: readonly string[];
  /** Also runs the official clients, where they are installed. */
  readonly isWithClients: boolean;
  /** Also serves the python_backend repository's examples and runs their clients, where they are. */
  readonly isWithPythonExamples: boolean;
  /** Suites that run at the same time. */
  readonly jobs: number;
  /** Prints the server's output behind the failures of a suite. */
  readonly isVerbose: boolean;
}

/** What `--help` and a bad command line print. */
export const USAGE: string = `Usage: npm run conformance -- [options]

  --only <suite>[/<case>]   run these only (repeatable)
  --list                    print the suites and cases
  --peer                    record the answers of the real server again (TRITONSERVER names it), then compare
  --record-only             with --peer: record, do not run our server
  --clients                 run the official clients too (see README.md)
  --python-examples         serve the python_backend repository's examples too (see README.md)
  --jobs <n>                suites at the same time (2)
  --verbose                 print what the server printed when a case of its suite fails
`;

/** Reads the command line. @throws {Error} for what it does not know */
export function parseCommandLine(arguments_: readonly string[]): ConformanceOptions {
  const { values } = parseArgs({
    args: [...arguments_],
    options: {
      peer: { type: "boolean", default: false },
      "record-only": { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      clients: { type: "boolean", default: false },
      "python-examples": { type: "boolean", default: false },
      jobs: { type: "string", default: "2" },
      verbose: { type: "boolean", default: false },
    },
  });
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) {
    throw new Error(`--jobs: not a positive number: ${values.jobs}`);
  }
  if (values["record-only"] && !values.peer) {
    throw new Error("--record-only needs --peer");
  }
  return {
    isPeer: values.peer,
    isRecordOnly: values["record-only"],
    isList: values.list,
    only: values.only,
    isWithClients: values.clients,
    isWithPythonExamples: values["python-examples"],
    jobs,
    isVerbose: values.verbose,
  };
}
