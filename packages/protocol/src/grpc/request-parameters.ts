import type { DecodedInferRequest, ParameterValue } from "../rest/decoded-infer-request.ts";
import { utf8FromText } from "../rest/utf8.ts";
import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { cText, invalidError } from "./c-text.ts";
import { type GrpcParameter, GrpcParameterKind } from "./decoded-grpc-infer-request.ts";

const CORRELATION_ID_SIZE_MAX = 128;
const UINT64_BITS = 64;
const EMPTY_FINAL_RESPONSE = "triton_enable_empty_final_response";

/**
 * Sets what a request's parameters say, in their order; those that are not Triton's own are kept for the model.
 *
 * @throws {TritonError} InvalidArg with the real server's text for the first that is wrong; Unsupported for a correlation id
 * of more than 128 bytes
 * @see Triton server src/grpc/infer_handler.cc, SetInferenceRequestMetadata
 * @internal
 */
export function applyRequestParameters(
  request: DecodedInferRequest,
  parameters: ReadonlyMap<string, GrpcParameter>,
): void {
  for (const [key, parameter] of parameters) {
    switch (key) {
      case "sequence_id":
        request.correlationId = correlationIdOf(parameter);
        break;
      case "sequence_start":
        request.isSequenceStart = flagOf(key, parameter);
        break;
      case "sequence_end":
        request.isSequenceEnd = flagOf(key, parameter);
        break;
      case "priority":
        request.priority = priorityOf(parameter);
        break;
      case "timeout":
        request.timeoutUs = timeoutOf(parameter);
        break;
      case EMPTY_FINAL_RESPONSE:
        request.isEmptyFinalResponseEnabled = flagOf(key, parameter);
        break;
      default:
        addCustomParameter(request, key, parameter);
    }
  }
}

/** An int64 is taken as the unsigned number with the same bits. */
function correlationIdOf({ kind, value }: GrpcParameter): bigint | string {
  if (kind === GrpcParameterKind.Int64 && typeof value === "bigint") {
    return BigInt.asUintN(UINT64_BITS, value);
  }
  if (typeof value !== "string") {
    throw invalidError(
      "invalid value type for 'sequence_id' parameter, expected int64_param or string_param.",
    );
  }
  const text = cText(value);
  if (utf8FromText(text).byteLength > CORRELATION_ID_SIZE_MAX) {
    throw new TritonError(
      StatusCode.Unsupported,
      `string correlation ID cannot be longer than ${CORRELATION_ID_SIZE_MAX} characters`,
    );
  }
  return text;
}

function flagOf(key: string, { value }: GrpcParameter): boolean {
  if (typeof value !== "boolean") {
    throw invalidError(`invalid value type for '${key}' parameter, expected bool_param.`);
  }
  return value;
}

function priorityOf({ value }: GrpcParameter): number {
  if (typeof value !== "bigint") {
    throw invalidError(
      "invalid value type for 'priority' parameter, expected int64_param or uint64_param.",
    );
  }
  if (value < 0n) {
    throw invalidError("invalid value for 'priority', expected value >= 0.");
  }
  return Number(value);
}

function timeoutOf({ kind, value }: GrpcParameter): number {
  if (kind !== GrpcParameterKind.Int64 || typeof value !== "bigint") {
    throw invalidError("invalid value type for 'timeout' parameter, expected int64_param.");
  }
  return Number(BigInt.asUintN(UINT64_BITS, value));
}

function addCustomParameter(
  request: DecodedInferRequest,
  key: string,
  { kind, value }: GrpcParameter,
): void {
  if (key.startsWith("triton_")) {
    throw invalidError(
      "parameter keys starting with 'triton_' are reserved for Triton usage. Only the following keys starting with " +
        `'triton_' are allowed: ${EMPTY_FINAL_RESPONSE}`,
    );
  }
  if (value === null || kind === GrpcParameterKind.Uint64) {
    throw invalidError(
      `invalid value type for '${key}' parameter, expected int64_param, bool_param, or string_param.`,
    );
  }
  const kept: ParameterValue = typeof value === "string" ? cText(value) : value;
  request.parameters ??= new Map();
  request.parameters.set(cText(key), kept);
}
