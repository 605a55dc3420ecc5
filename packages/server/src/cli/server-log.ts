import type { Clock } from "../base/clock.ts";
import type { LogSettings } from "../base/log-settings.ts";
import { createConsoleSink, createFileSink, type LogSink } from "../base/log-sink.ts";
import type { Logger } from "../base/logger.ts";
import { TritonLogger } from "../base/triton-logger.ts";
import type { LogOptions } from "../config/server-options.ts";

/** The log of a server process, and the settings through which it can be changed. */
export interface ServerLog {
  readonly log: Logger;
  readonly settings: LogSettings;
}

/**
 * Opens the log. A file that cannot be opened leaves it on the console, as in the real server, which does not say so; we
 * do.
 */
export function openServerLog(
  options: LogOptions,
  context: { readonly clock: Clock; readonly processId: number },
): ServerLog {
  let sink: LogSink;
  let { file } = options;
  let problem: string | null = null;
  try {
    sink = file === "" ? createConsoleSink() : createFileSink(file);
  } catch (error) {
    problem = `failed to open log file: ${error instanceof Error ? error.message : String(error)}`;
    sink = createConsoleSink();
    file = "";
  }
  const { info, warning, error, verboseLevel, format, escapeMessages } = options;
  const settings: LogSettings = { file, info, warning, error, verboseLevel, format };
  const log = new TritonLogger({ settings, sink, escapeMessages, ...context });
  if (problem !== null) {
    log.error(problem);
  }
  return { log, settings };
}
