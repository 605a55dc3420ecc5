import { StatusCode, TritonError } from "@nereid/protocol";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * The version that a client names: null for an empty text, which asks for the greatest. As C's stol reads it: white space
 * in front, a sign, digits; what follows them is ignored.
 *
 * @throws {TritonError} InvalidArg if there is no number, if it is no int64, or if it is negative
 * @see Triton server src/common.cc, GetModelVersionFromString
 */
export function parseModelVersion(versionText: string): bigint | null {
  if (versionText === "") {
    return null;
  }
  const match = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/.exec(versionText);
  const magnitude = BigInt(match?.[2] ?? 0);
  const version = match?.[1] === "-" ? -magnitude : magnitude;
  if (match === null || version < INT64_MIN || version > INT64_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `failed to get model version from specified version string '${versionText}' (details: stol), ` +
        "version should be an integral value > 0",
    );
  }
  if (version < 0n) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `invalid model version specified '${versionText}' , version should be an integral value > 0`,
    );
  }
  return version;
}
