import { StatusCode, TritonError } from "@nereid/protocol";

const INT64_MAX = 2n ** 63n - 1n;

/**
 * The version of a path: null for none, which asks for the greatest.
 *
 * @throws {TritonError} InvalidArg if the digits are no int64
 * @see Triton server src/common.cc, GetModelVersionFromString
 */
export function parseModelVersion(versionText: string): bigint | null {
  if (versionText === "") {
    return null;
  }
  const version = BigInt(versionText);
  if (version > INT64_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `failed to get model version from specified version string '${versionText}' (details: stol), ` +
        "version should be an integral value > 0",
    );
  }
  return version;
}
