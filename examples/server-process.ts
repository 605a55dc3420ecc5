import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { serverUrl } from "./server-url.ts";

/** The server's command line, as source. */
const SERVER_ENTRY: string = fileURLToPath(
  new URL("./cli/main.ts", import.meta.resolve("@nereid/server")),
);

/** How often readiness is asked for. */
const POLL_MS = 100;

/** A server that runs in a process of its own. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Where it listens for HTTP. */
  readonly url: string;
  /** Its exit code; 128 and the signal's number if a signal ended it. */
  readonly exitCode: Promise<number>;
}

/** What `startServer` takes. */
export interface ServerProcessOptions {
  /** Those of tritonserver. */
  readonly flags: readonly string[];
  readonly stdio: StdioOptions;
  /** The program to run instead of the server's command line. */
  readonly entry?: string;
}

/** Starts the server with the Node that runs this program. It may take a while until it is ready: see `waitUntilReady`. */
export function startServer(options: ServerProcessOptions): ServerProcess {
  const { flags, stdio, entry = SERVER_ENTRY } = options;
  const args = ["--conditions=@nereid/source", entry, "serve", ...flags];
  const child = spawn(process.execPath, args, { stdio });
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  return { child, url: serverUrl(flags), exitCode };
}

/**
 * Waits until every model can be used.
 *
 * @returns false if the server ended before
 */
export async function waitUntilReady(server: ServerProcess): Promise<boolean> {
  let hasEnded = false;
  const ended = server.exitCode.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    if (await isReady(server.url)) {
      return true;
    }
    await Promise.race([new Promise((resolve) => setTimeout(resolve, POLL_MS)), ended]);
  }
  return false;
}

/** Whether a server at this address says that it is ready. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v2/health/ready`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Nobody listens yet, or whoever listens does not speak HTTP: not ready either way.
    return false;
  }
}
