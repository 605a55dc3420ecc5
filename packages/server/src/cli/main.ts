import { constants } from "node:os";
import { keepAlive } from "../base/keep-alive.ts";
import { createConsoleSink } from "../base/log-sink.ts";
import { compileEarly } from "./compile-early.ts";
import { frontendStarters } from "./frontend-starters.ts";
import { versionText } from "./product-version.ts";
import { serve } from "./serve.ts";
import type { ServeHost } from "./serve-host.ts";

const NEREID_USAGE = `Usage: nereid serve [options]   serves models; its options are those of tritonserver
       nereid serve --help      lists them
       nereid --version         prints the version
       nereid --help            prints this text
`;

/**
 * Runs a command to its end and ends the process with its exit status.
 *
 * @param program `nereid-server` takes tritonserver's flags, `nereid` a command first
 */
export async function main(
  program: "nereid" | "nereid-server",
  words: readonly string[],
): Promise<void> {
  compileEarly();
  const host = processHost();
  const release = keepAlive();
  const status =
    program === "nereid-server"
      ? await serve({ program, words, host, starters: frontendStarters })
      : await runNereid(words, host);
  release();
  // Instance threads and idle connections must not keep a process that is done.
  process.exit(status);
}

async function runNereid(words: readonly string[], host: ServeHost): Promise<number> {
  const [command, ...flags] = words;
  switch (command) {
    case "serve":
      return serve({ program: "nereid serve", words: flags, host, starters: frontendStarters });
    case "--version":
      host.writeOut(`${versionText()}\n`);
      return 0;
    case "--help":
      host.writeOut(NEREID_USAGE);
      return 0;
    default:
      host.writeErr(command === undefined ? "" : `nereid: unknown command '${command}'\n`);
      host.writeErr(NEREID_USAGE);
      return 1;
  }
}

function processHost(): ServeHost {
  const console = createConsoleSink();
  return {
    processId: process.pid,
    environment: process.env,
    // Undefined where stdout is no terminal, whatever the types say.
    terminalColumns: process.stdout.isTTY ? process.stdout.columns : null,
    writeOut(text) {
      console.write("I", text);
    },
    writeErr(text) {
      console.write("E", text);
    },
    onSignal(callback) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => {
          callback(constants.signals[signal]);
        });
      }
    },
  };
}

if (import.meta.main) {
  await main("nereid", process.argv.slice(2));
}
