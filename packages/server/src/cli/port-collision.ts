import type { CompiledServerOptions } from "../config/server-options.ts";
import { ParseError } from "./parse-error.ts";

/**
 * Refuses options by which two services would listen on the same address and port. Only equal texts are the same
 * address, and 0 is no port yet.
 *
 * @throws {ParseError} with tritonserver's text
 * @see Triton server src/command_line_parser.cc `CheckPortCollision`
 */
export function checkPortCollision(
  options: Pick<CompiledServerOptions, "http" | "grpc" | "metrics">,
): void {
  const services = [
    { name: "HTTP", ...options.http },
    { name: "GRPC", ...options.grpc },
    { name: "metrics", ...options.metrics },
  ].filter(({ isAllowed, port }) => isAllowed && port !== 0);
  for (const [index, service] of services.entries()) {
    const { address, port } = service;
    const other = services
      .slice(index + 1)
      .find((candidate) => candidate.address === address && candidate.port === port);
    if (other !== undefined) {
      throw new ParseError(
        `The server cannot listen to ${service.name} requests and ${other.name} requests at the same address and port ` +
          `${address}:${port}\n`,
      );
    }
  }
}
