import { systemClock } from "../base/clock.ts";
import type { InferenceServer } from "../engine/inference-server.ts";
import { drainService } from "./drain-service.ts";
import { describeError, startFailureText } from "./failure-text.ts";
import { type ParsedCommandLine, parseCommandLine } from "./parse-command-line.ts";
import { versionText } from "./product-version.ts";
import type { ServeHost } from "./serve-host.ts";
import { openServerLog } from "./server-log.ts";
import {
  describeStartFailure,
  type ServiceStarters,
  type Services,
  startServices,
} from "./service.ts";

const EXIT_SUCCESS = 0;
const EXIT_FAILURE = 1;

/** What one run of the server is made of. */
export interface ServeOptions {
  /** How the program was called, for its messages. */
  readonly program: string;
  /** The flags. */
  readonly words: readonly string[];
  readonly host: ServeHost;
  readonly starters: ServiceStarters;
}

/**
 * Runs a server from its command line to its end.
 *
 * ```
 *   parse → create, load models → trap signals → listen → first signal → drain HTTP, gRPC → stop models → close metrics
 * ```
 * @returns the exit status: 0 after a graceful end, 1 if it could not start or did not end in time
 * @see Triton server src/main.cc
 */
export async function serve({ program, words, host, starters }: ServeOptions): Promise<number> {
  let commandLine: ParsedCommandLine;
  try {
    commandLine = parseCommandLine(words, {
      program,
      environment: host.environment,
      terminalColumns: host.terminalColumns,
      complain: (line) => {
        host.writeErr(`${line}\n`);
      },
    });
  } catch (error) {
    host.writeErr(startFailureText(error, program));
    return EXIT_FAILURE;
  }
  const { options } = commandLine;
  const clock = systemClock;
  const { log, settings } = openServerLog(options.log, { clock, processId: host.processId });
  log.info(versionText());
  let server: InferenceServer;
  try {
    // A wrong command line is answered without loading the engine.
    const { createServer } = await import("./create-server.ts");
    server = await createServer(options, { clock, log, logSettings: settings });
  } catch (error) {
    host.writeErr(startFailureText(error, program));
    return EXIT_FAILURE;
  }
  const firstSignal = trapSignals(host);
  let services: Services;
  try {
    services = await startServices(server, options, starters);
  } catch (error) {
    log.error(describeStartFailure(error));
    return EXIT_FAILURE;
  }
  await firstSignal;
  return stop(server, services, options.exitTimeoutSecs);
}

/** Resolves at the first signal; all are reported, and the later ones change nothing. */
function trapSignals(host: ServeHost): Promise<void> {
  return new Promise((resolve) => {
    host.onSignal((signal) => {
      host.writeOut(`Signal (${signal}) received.\n`);
      resolve();
    });
  });
}

async function stop(
  server: InferenceServer,
  services: Services,
  timeoutSecs: number,
): Promise<number> {
  const { clock, log } = server;
  try {
    const httpRemainingSecs =
      services.http === null
        ? timeoutSecs
        : await drainService(services.http, {
            what: "HTTP service connections",
            timeoutSecs,
            clock,
            log,
          });
    const remainingSecs =
      services.grpc === null
        ? httpRemainingSecs
        : await drainService(services.grpc, {
            what: "gRPC service connections and inference handlers",
            timeoutSecs: httpRemainingSecs,
            clock,
            log,
          });
    await server.stop(remainingSecs);
  } catch (error) {
    log.error(`failed to stop server: ${describeError(error)}`);
    return EXIT_FAILURE;
  }
  if (services.metrics !== null) {
    const closed = services.metrics.close();
    services.metrics.destroy();
    await closed;
  }
  return EXIT_SUCCESS;
}
