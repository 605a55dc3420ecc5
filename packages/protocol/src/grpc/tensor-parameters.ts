import { SharedMemoryReference } from "../rest/decoded-infer-request.ts";
import { invalidError } from "./c-text.ts";
import {
  type GrpcParameter,
  GrpcParameterKind,
  type GrpcParameters,
} from "./decoded-grpc-infer-request.ts";

const UINT32_BITS = 32;
const UINT64_BITS = 64;
const CLASS_COUNT_MAX = 2 ** UINT32_BITS;

type Parameters = NonNullable<GrpcParameters>;

/**
 * The shared memory that a tensor's parameters name, null if they name none.
 *
 * @throws {TritonError} InvalidArg with the real server's text
 * @see Triton server src/grpc/grpc_utils.h, ParseSharedMemoryParams
 * @internal
 */
export function sharedMemoryOf(
  tensorName: string,
  parameters: Parameters,
): SharedMemoryReference | null {
  const region = parameters.get("shared_memory_region");
  if (region !== undefined && typeof region.value !== "string") {
    throw wrongType("shared_memory_region", tensorName, "string_param");
  }
  const offset = sizeOf("shared_memory_offset", tensorName, parameters);
  const byteSize = sizeOf("shared_memory_byte_size", tensorName, parameters);
  if (region === undefined) {
    return null;
  }
  if (byteSize === null) {
    throw invalidError(
      "'shared_memory_byte_size' must be specified along with 'shared_memory_region' parameter for tensor " +
        `'${tensorName}'`,
    );
  }
  // Text by the check above.
  return new SharedMemoryReference(region.value as string, offset ?? 0, byteSize);
}

/** An offset or size, null if it is not given. A negative one becomes the unsigned number with the same bits. */
function sizeOf(key: string, tensorName: string, parameters: Parameters): number | null {
  const parameter = parameters.get(key);
  if (parameter === undefined) {
    return null;
  }
  if (!parameters.has("shared_memory_region")) {
    throw invalidError(
      `'${key}' can not be specified without 'shared_memory_region' parameter for tensor '${tensorName}'`,
    );
  }
  const value = int64Of(parameter);
  if (value === null) {
    throw wrongType(key, tensorName, "int64_param");
  }
  return Number(BigInt.asUintN(UINT64_BITS, value));
}

/**
 * How many classes of an output are wanted; 0 if none are. The real server keeps 32 bits of the number; where that makes it
 * 0, all classes are returned.
 *
 * @throws {TritonError} InvalidArg with the real server's text
 * @see Triton server src/grpc/grpc_utils.cc, ParseClassificationParams
 * @internal
 */
export function classCountOf(parameters: Parameters): number {
  const parameter = parameters.get("classification");
  if (parameter === undefined) {
    return 0;
  }
  const value = int64Of(parameter);
  if (value === null) {
    throw invalidError("invalid value type for 'classification' parameter, expected int64_param");
  }
  if (value <= 0n) {
    throw invalidError("invalid value for 'classification' parameter, expected >= 0");
  }
  return Number(BigInt.asUintN(UINT32_BITS, value)) || CLASS_COUNT_MAX;
}

function int64Of({ kind, value }: GrpcParameter): bigint | null {
  return kind === GrpcParameterKind.Int64 && typeof value === "bigint" ? value : null;
}

function wrongType(key: string, tensorName: string, expected: string): Error {
  return invalidError(
    `invalid value type for '${key}' parameter for tensor '${tensorName}', expected ${expected}.`,
  );
}
