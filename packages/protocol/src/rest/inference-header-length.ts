import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";

const NAME = "Inference-Header-Content-Length";
const INT32_MIN = -2147483648;
const INT32_MAX = 2147483647;

/**
 * Parses the value of Inference-Header-Content-Length: the size in bytes of the JSON part of a body. Like C's strtol it
 * skips leading white space, takes a sign, and ignores whatever follows the digits.
 *
 * @param bodySize bytes of the whole body, after decompression
 * @throws {TritonError} InvalidArg if there are no digits, or the value is not in 0 … bodySize
 * @see Triton server src/http_server.cc, GetInferenceHeaderLength
 */
export function parseInferenceHeaderLength(text: string, bodySize: number): number {
  const match = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text);
  if (match === null) {
    throw new TritonError(StatusCode.InvalidArg, `Unable to parse ${NAME}, got: ${text}`);
  }
  const value = Number(match[1]);
  if (value < INT32_MIN || value > INT32_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Unable to parse ${NAME}, value is out of range [ ${INT32_MIN}, ${INT32_MAX} ], got: ${text}`,
    );
  }
  if (value < 0 || value > bodySize) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `inference header size should be in range (0, ${bodySize}), got: ${text}`,
    );
  }
  // -0 is not a size.
  return value === 0 ? 0 : value;
}
