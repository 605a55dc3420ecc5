import { type ParameterValue, StatusCode, TritonError } from "@nereid/protocol";
import { RE2JS } from "re2js";

/** A head of either protocol. */
export interface ForwardableHead {
  /** Visits every header in the order received, repeated names one by one. */
  forEachHeader(visit: (name: string, value: string) => void): void;
}

/** Parameter names that mean something to the server and may not come from a header. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "sequence_id",
  "sequence_start",
  "sequence_end",
  "priority",
  "timeout",
  "headers",
  "binary_data_output",
]);
const RESERVED_PREFIX = "triton_";

/**
 * `--http-header-forward-pattern` and `--grpc-header-forward-pattern`: request headers (metadata) whose name matches become
 * string parameters of the inference.
 *
 * @see Triton server src/http_server.cc, ForwardHeaders; src/grpc/infer_handler.h, ForwardHeadersAsParameters
 */
export class HeaderForwarding {
  readonly #pattern: RE2JS;

  /**
   * @param pattern RE2 syntax, matched anywhere in the name and without regard to case
   * @param flagName the flag that gave it, for the error
   * @throws {TritonError} InvalidArg if it is no pattern
   */
  constructor(pattern: string, flagName: string) {
    try {
      this.#pattern = RE2JS.compile(`(?i)${pattern}`);
    } catch (error) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `invalid --${flagName} '${pattern}': ${error instanceof Error ? error.message : String(error)}`,
        { cause: error },
      );
    }
  }

  /**
   * Adds the matching headers to the parameters.
   *
   * @returns the parameters with the headers, or as they were if none matches
   * @throws {TritonError} InvalidArg for a matching header with a reserved name
   */
  forward(
    head: ForwardableHead,
    parameters: Map<string, ParameterValue> | null,
  ): Map<string, ParameterValue> | null {
    let result = parameters;
    head.forEachHeader((name, value) => {
      if (!this.#pattern.matcher(name).find()) {
        return;
      }
      if (RESERVED_NAMES.has(name) || name.startsWith(RESERVED_PREFIX)) {
        throw new TritonError(
          StatusCode.InvalidArg,
          `Header '${name}' is reserved for Triton usage and cannot be forwarded.`,
        );
      }
      result ??= new Map();
      result.set(name, value);
    });
    return result;
  }
}
