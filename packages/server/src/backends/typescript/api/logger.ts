import { runtime } from "./runtime.ts";

/** Writes to the server's log, as its settings have it. */
export interface ModelLogger {
  info(message: string): void;
  warning(message: string): void;
  error(message: string): void;
  verbose(message: string): void;
}

/** The server's log. */
export const logger: ModelLogger = {
  info: (message) => runtime().log("info", String(message)),
  warning: (message) => runtime().log("warning", String(message)),
  error: (message) => runtime().log("error", String(message)),
  verbose: (message) => runtime().log("verbose", String(message)),
};
