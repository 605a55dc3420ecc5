import { type ParameterValue, StatusCode, TritonError } from "@nereid/protocol";
import { RE2JS } from "re2js";
import type { HttpRequestHead } from "./wire/http-exchange.ts";

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
 * `--http-header-forward-pattern`: request headers whose name matches become string parameters of the inference.
 *
 * @see Triton server src/http_server.cc, ForwardHeaders
 */
export class HeaderForwarding {
  readonly #pattern: RE2JS;

  /**
   * @param pattern RE2 syntax, matched anywhere in the name and without regard to case
   * @throws {TritonError} InvalidArg if it is no pattern
   */
  constructor(pattern: string) {
    try {
      this.#pattern = RE2JS.compile(`(?i)${pattern}`);
    } catch (error) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `invalid --http-header-forward-pattern '${pattern}': ${error instanceof Error ? error.message : String(error)}`,
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
    head: HttpRequestHead,
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
