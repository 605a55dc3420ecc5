import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { type DecodedInferRequest, SharedMemoryReference } from "./decoded-infer-request.ts";
import { ABSENT, type TensorParametersScan } from "./tensor-scan.ts";

const NOT_BOOLEAN = "attempt to access JSON non-boolean as boolean";
const NOT_UNSIGNED = "attempt to access JSON non-unsigned-integer as unsigned-integer";
const NOT_STRING = "attempt to access JSON non-string as string";

/** @internal */
export function internalError(message: string): TritonError {
  return new TritonError(StatusCode.Internal, message);
}

/** @internal */
export function invalidError(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}

/**
 * A name that came twice. Its message begins with the request's id, which may stand behind the tensors.
 *
 * @internal
 */
export class DuplicateName {
  readonly kind: "input" | "output";
  readonly name: string;

  constructor(kind: "input" | "output", name: string) {
    this.kind = kind;
    this.name = name;
  }

  errorFor(request: DecodedInferRequest): TritonError {
    const id = request.id === "" ? "<id_unknown>" : request.id;
    return invalidError(
      `[request id: ${id}] ${this.kind} '${this.name}' already exists in request`,
    );
  }
}

/** @see Triton common triton_json.h, MemberAsString @internal */
export function requireText(
  key: "name" | "datatype",
  member: { readonly isGiven: boolean; readonly text: string | null },
): string {
  if (member.text === null) {
    throw internalError(
      member.isGiven
        ? `Unable to parse '${key}': ${NOT_STRING}`
        : `Unable to parse '${key}': attempt to access non-existing object member '${key}'`,
    );
  }
  return member.text;
}

function requireUnsigned(value: number, message: string): number {
  if (Number.isNaN(value)) {
    throw internalError(`${message}: ${NOT_UNSIGNED}`);
  }
  return value === ABSENT ? 0 : value;
}

/** The byte size of a binary input. @internal */
export function requireBinaryDataSize(parameters: TensorParametersScan): number {
  return requireUnsigned(parameters.binaryDataSize, "Unable to parse 'binary_data_size'");
}

/** Classes wanted of an output, 0 for the tensor itself. @internal */
export function requireClassCount(parameters: TensorParametersScan): number {
  return requireUnsigned(parameters.classification, "Unable to set 'classification'");
}

/** Whether an output is wanted as binary; `action` is what the message says was tried. @internal */
export function requireBinaryData(
  parameters: TensorParametersScan,
  action: "parse" | "set",
): boolean {
  if (parameters.hasBinaryData && parameters.binaryData === null) {
    throw internalError(`Unable to ${action} 'binary_data': ${NOT_BOOLEAN}`);
  }
  return parameters.binaryData ?? false;
}

/**
 * The shared memory that the parameters name, null if they name none.
 *
 * @see Triton server src/http_server.cc, CheckSharedMemoryData
 * @internal
 */
export function sharedMemoryOf(parameters: TensorParametersScan): SharedMemoryReference | null {
  if (parameters.hasRegion && parameters.region === null) {
    throw internalError(`Unable to parse 'shared_memory_region': ${NOT_STRING}`);
  }
  const offset = requireUnsigned(parameters.offset, "Unable to parse 'shared_memory_offset'");
  const byteSize = requireUnsigned(
    parameters.byteSize,
    "Unable to parse 'shared_memory_byte_size'",
  );
  return parameters.region === null
    ? null
    : new SharedMemoryReference(parameters.region, offset, byteSize);
}
