import type { CompiledServerOptions } from "../config/server-options.ts";
import { ParseError } from "./parse-error.ts";

/**
 * Refuses options by which two services would listen on the same address and port. Only equal texts are the same
 * address, and 0 is no port yet.
 *
 * @throws {ParseError} with tritonserver's text
 * @see Triton server src/command_line_parser.cc `CheckPortCollision`
 */
export function checkPortCollision(options: Pick<CompiledServerOptions, "http" | "metrics">): void {
  const { http, metrics } = options;
  const isCollision =
    http.isAllowed &&
    metrics.isAllowed &&
    http.port === metrics.port &&
    http.port !== 0 &&
    http.address === metrics.address;
  if (isCollision) {
    throw new ParseError(
      "The server cannot listen to HTTP requests and metrics requests at the same address and port " +
        `${http.address}:${http.port}\n`,
    );
  }
}
