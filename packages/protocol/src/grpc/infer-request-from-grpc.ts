import {
  DecodedInferRequest,
  DecodedInput,
  RequestedOutput,
  type SharedMemoryReference,
} from "../rest/decoded-infer-request.ts";
import { NameSet } from "../rest/name-set.ts";
import { DuplicateName } from "../rest/request-checks.ts";
import { isDatatype } from "../tensor/datatype.ts";
import { cText, invalidError } from "./c-text.ts";
import { contentsBytes } from "./contents-bytes.ts";
import type {
  DecodedGrpcInferRequest,
  GrpcInferInput,
  GrpcRequestedOutput,
} from "./decoded-grpc-infer-request.ts";
import { applyRequestParameters } from "./request-parameters.ts";
import { classCountOf, sharedMemoryOf } from "./tensor-parameters.ts";

const NO_BYTES = new Uint8Array(0);

/** Looks a region up and throws where the real server would: it does so input by input, output by output. */
export type RegionCheck = (reference: SharedMemoryReference) => void;

/**
 * The infer request that a message asks for, in the form that REST requests take, too: parameters read, each input with its
 * bytes (views of the message where they came raw), each output with the form in which it is wanted.
 *
 * To be called once the model has been found: the real server looks for it first, then checks what is checked here, in the
 * same order: parameters, duplicate names, the data of inputs, the parameters of outputs.
 *
 * @param checkRegion called with each reference to shared memory when it is met; null leaves them to the caller
 * @throws {TritonError} InvalidArg with the real server's text
 * @see Triton server src/grpc/infer_handler.cc, SetInferenceRequestMetadata, InferGRPCToInput
 */
export function inferRequestFromGrpc(
  message: DecodedGrpcInferRequest,
  checkRegion: RegionCheck | null = null,
): DecodedInferRequest {
  const request = new DecodedInferRequest();
  request.isBinaryOutputDefault = true;
  request.id = message.hasZeroCharacter ? cText(message.id) : message.id;
  if (message.parameters !== null) {
    applyRequestParameters(request, message.parameters);
  }
  checkNames(message, request);
  const source = new InputSource(message, checkRegion);
  request.inputs = message.inputs.map((input) => source.inputFrom(input));
  if (message.outputs.length > 0) {
    request.outputs = message.outputs.map((output) => outputFrom(output, checkRegion));
  }
  return request;
}

function checkNames(message: DecodedGrpcInferRequest, request: DecodedInferRequest): void {
  checkUnique("input", message.inputs, request);
  checkUnique("output", message.outputs, request);
}

function checkUnique(
  kind: "input" | "output",
  tensors: readonly (GrpcInferInput | GrpcRequestedOutput)[],
  request: DecodedInferRequest,
): void {
  if (tensors.length < 2) {
    return;
  }
  const names = new NameSet();
  for (const tensor of tensors) {
    const name = cText(tensor.name);
    if (!names.add(name)) {
      throw new DuplicateName(kind, name).errorFor(request);
    }
  }
}

/** Where the bytes of inputs come from: each takes the next raw contents unless it brings contents of its own. */
class InputSource {
  readonly #message: DecodedGrpcInferRequest;
  readonly #checkRegion: RegionCheck | null;
  #rawIndex = 0;

  constructor(message: DecodedGrpcInferRequest, checkRegion: RegionCheck | null) {
    this.#message = message;
    this.#checkRegion = checkRegion;
  }

  inputFrom(input: GrpcInferInput): DecodedInput {
    const { name, shape } = input;
    const datatypeName = cText(input.datatype);
    const datatype = isDatatype(datatypeName) ? datatypeName : "<invalid>";
    const sharedMemory = input.parameters === null ? null : sharedMemoryOf(name, input.parameters);
    if (sharedMemory === null) {
      const bytes =
        input.contents === null ? this.#takeRaw(name) : this.#contentsOf(input, datatype);
      return new DecodedInput(cText(name), datatype, shape, bytes, null);
    }
    if (input.contents !== null) {
      throw invalidError(
        "unexpected 'content' provided when using shared memory for input tensor " +
          `'${name}' for model '${this.#message.modelName}'`,
      );
    }
    this.#checkRegion?.(sharedMemory);
    return new DecodedInput(cText(name), datatype, shape, NO_BYTES, sharedMemory);
  }

  #contentsOf(input: GrpcInferInput, datatype: DecodedInput["datatype"]): Uint8Array {
    const { modelName, rawInputContents } = this.#message;
    if (rawInputContents.length > 0) {
      throw invalidError(
        `contents field must not be specified when using raw_input_contents for '${input.name}' for model '${modelName}'`,
      );
    }
    // The caller has seen that there are contents.
    return contentsBytes(input.contents as NonNullable<GrpcInferInput["contents"]>, {
      datatype,
      subject: `input tensor '${input.name}' for model '${modelName}'`,
    });
  }

  #takeRaw(name: string): Uint8Array {
    const { modelName, rawInputContents } = this.#message;
    const bytes = rawInputContents[this.#rawIndex];
    if (bytes === undefined) {
      throw invalidError(
        `unable to find data for input tensor '${name}' for model '${modelName}' in request.`,
      );
    }
    this.#rawIndex++;
    return bytes;
  }
}

/** @see Triton server src/grpc/infer_handler.h, InferAllocatorPayload */
function outputFrom(output: GrpcRequestedOutput, checkRegion: RegionCheck | null): RequestedOutput {
  const { parameters } = output;
  const name = cText(output.name);
  if (parameters === null) {
    return new RequestedOutput(name, true, 0, null);
  }
  const sharedMemory = sharedMemoryOf(output.name, parameters);
  const classCount = classCountOf(parameters);
  // The real server keeps the form under the whole name, and does not find it for an output whose name ends earlier.
  const isFound = name.length === output.name.length;
  if (sharedMemory === null) {
    return new RequestedOutput(name, true, isFound ? classCount : 0, null);
  }
  if (classCount > 0) {
    throw invalidError("output can't set both 'shared_memory_region' and 'classification'");
  }
  checkRegion?.(sharedMemory);
  return isFound
    ? new RequestedOutput(name, false, 0, sharedMemory)
    : new RequestedOutput(name, true, 0, null);
}
