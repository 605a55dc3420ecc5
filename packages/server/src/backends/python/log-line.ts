import type { Logger } from "../../base/logger.ts";

/** Writes a line of a model's to the server's log. */
export function logLine(log: Logger, level: string, message: string): void {
  switch (level) {
    case "ERROR":
      log.error(message);
      return;
    case "WARNING":
      log.warning(message);
      return;
    case "VERBOSE":
      log.verbose(1, message);
      return;
    default:
      log.info(message);
  }
}
