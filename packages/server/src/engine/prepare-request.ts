import {
  datatypeByteSize,
  elementCount,
  formatShape,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { InputSpec, ModelSpec } from "../model/model-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { Tensor } from "../model/tensor.ts";

const BATCH_NOTE =
  "NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each " +
  "input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting " +
  "max_batch_size to zero. See the model configuration docs for more info on max_batch_size.";

/** Bytes of the length in front of each BYTES element. */
const LENGTH_PREFIX_BYTES = 4;

/**
 * Checks a request against its model and sets its batch size, in the order of the real server: duplicates, requested
 * outputs, input count, batch dimensions, batch size, then datatype, shape and byte size of each input, then the
 * correlation id. Inputs are visited from the last to the first: the real server keeps them in a hash map, which for a few
 * of them is that order, and it decides which of several faults is named.
 *
 * @throws {TritonError} InvalidArg with the real server's text; the request is unchanged but for `batchSize`
 * @see Triton core src/infer_request.cc, InferenceRequest::Normalize
 */
export function prepareRequest(request: InferenceRequest): void {
  const { model } = request;
  checkDuplicates(request);
  checkRequestedOutputs(request);
  checkInputCount(request);
  request.batchSize = model.batchSizeMax === 0 ? 1 : commonBatchSize(request);
  if (model.batchSizeMax > 0 && request.batchSize > model.batchSizeMax) {
    throw invalid(
      request,
      `inference request batch-size must be <= ${model.batchSizeMax} for '${model.name}'`,
    );
  }
  const { inputs } = request;
  for (let index = inputs.length - 1; index >= 0; index--) {
    const tensor = inputs[index] as Tensor; // in range by the loop's bounds
    const spec = inputSpec(model, tensor.name);
    checkDatatype(request, tensor, spec);
    checkShape(request, tensor, spec);
    checkByteSize(request, tensor);
  }
  checkCorrelationId(request);
}

/** A control tensor for the correlation id takes ids of its own kind; without one any will do. */
function checkCorrelationId(request: InferenceRequest): void {
  const { model, correlationId } = request;
  const control = model.sequenceBatching?.controls.correlationId ?? null;
  if (control === null || (typeof correlationId === "string") === (control.datatype === "BYTES")) {
    return;
  }
  const given = typeof correlationId === "string" ? "BYTES" : "UINT64";
  throw invalid(
    request,
    `sequence batching control '${control.name}' data-type is '${given}', ` +
      `but model '${model.name}' expects '${control.datatype}'`,
  );
}

function invalid(request: InferenceRequest, message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, request.logPrefix + message);
}

function inputSpec(model: ModelSpec, name: string): InputSpec {
  const spec = model.inputsByName.get(name);
  if (spec === undefined) {
    // No request id here, as in the real server.
    throw new TritonError(
      StatusCode.InvalidArg,
      `unexpected inference input '${name}' for model '${model.name}'`,
    );
  }
  return spec;
}

function checkDuplicates(request: InferenceRequest): void {
  const { inputs, requestedOutputs } = request;
  for (let index = 1; index < inputs.length; index++) {
    const name = inputs[index]?.name;
    for (let earlier = 0; earlier < index; earlier++) {
      if (inputs[earlier]?.name === name) {
        throw invalid(request, `input '${name}' already exists in request`);
      }
    }
  }
  if (requestedOutputs !== null && requestedOutputs.length > 1) {
    const seen = new Set<string>();
    for (const name of requestedOutputs) {
      if (seen.has(name)) {
        throw invalid(request, `output '${name}' already exists in request`);
      }
      seen.add(name);
    }
  }
}

function checkRequestedOutputs(request: InferenceRequest): void {
  if (request.requestedOutputs === null) {
    return;
  }
  for (const name of request.requestedOutputs) {
    if (!request.model.outputsByName.has(name)) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `unexpected inference output '${name}' for model '${request.model.name}'`,
      );
    }
  }
}

function checkInputCount(request: InferenceRequest): void {
  const { model, inputs } = request;
  const inputCountMax = model.inputs.length;
  if (inputs.length <= inputCountMax && inputs.length >= model.requiredInputCount) {
    return;
  }
  const given = `[${inputs
    .map((tensor) => `'${tensor.name}'`)
    .reverse()
    .join(",")}]`;
  const missing = model.inputs
    .filter((spec) => !spec.isOptional && !inputs.some((tensor) => tensor.name === spec.name))
    .map((spec) => `'${spec.name}'`);
  // With nothing missing the real server cuts the opening bracket off; clients have seen "]" for years.
  const missingText = missing.length === 0 ? "]" : `[${missing.join(",")}]`;
  const expected =
    inputCountMax === model.requiredInputCount
      ? `expected ${inputCountMax} inputs but got`
      : `expected number of inputs between ${model.requiredInputCount} and ${inputCountMax} but got`;
  throw invalid(
    request,
    `${expected} ${inputs.length} inputs for model '${model.name}'. Got input(s) ${given}, ` +
      `but missing required input(s) ${missingText}. Please provide all required input(s).`,
  );
}

function commonBatchSize(request: InferenceRequest): number {
  const { model } = request;
  let batchSize = 0;
  const { inputs } = request;
  for (let index = inputs.length - 1; index >= 0; index--) {
    const tensor = inputs[index] as Tensor; // in range by the loop's bounds
    inputSpec(model, tensor.name);
    const rows = tensor.shape[0];
    if (rows === undefined) {
      throw invalid(
        request,
        `input '${tensor.name}' has no shape but model requires batch dimension for '${model.name}'`,
      );
    }
    if (batchSize === 0) {
      batchSize = rows;
    } else if (rows !== batchSize) {
      throw invalid(
        request,
        `input '${tensor.name}' batch size does not match other inputs for '${model.name}'`,
      );
    }
  }
  return batchSize;
}

function checkDatatype(request: InferenceRequest, tensor: Tensor, spec: InputSpec): void {
  if (tensor.datatype !== spec.datatype) {
    throw invalid(
      request,
      `inference input '${tensor.name}' data-type is '${tensor.datatype}', ` +
        `but model '${request.model.name}' expects '${spec.datatype}'`,
    );
  }
}

function checkShape(request: InferenceRequest, tensor: Tensor, spec: InputSpec): void {
  const { model } = request;
  const { shape } = tensor;
  const { dims } = spec;
  // Dimensions before this index are the batch's.
  const offset = model.batchSizeMax > 0 ? 1 : 0;
  let isMatch = shape.length === dims.length + offset;
  for (let index = 0; isMatch && index < dims.length; index++) {
    const given = shape[index + offset];
    if (given === -1) {
      throw invalid(
        request,
        `All input dimensions should be specified for input '${tensor.name}' for model '${model.name}', ` +
          `got ${formatShape(shape)}`,
      );
    }
    isMatch = dims[index] === -1 || dims[index] === given;
  }
  if (!isMatch) {
    throw invalid(
      request,
      `unexpected shape for input '${tensor.name}' for model '${model.name}'. ` +
        `Expected ${formatShape(spec.fullShape)}, got ${formatShape(shape)}. ${offset === 1 ? BATCH_NOTE : ""}`,
    );
  }
}

/** Elements the tensor must hold. An empty batch counts as none given: its dimension is left out, as in the real server. */
function expectedElementCount(request: InferenceRequest, tensor: Tensor): number {
  return request.batchSize === 0 ? elementCount(tensor.shape.slice(1)) : elementCount(tensor.shape);
}

function checkByteSize(request: InferenceRequest, tensor: Tensor): void {
  const count = expectedElementCount(request, tensor);
  if (tensor.datatype === "BYTES") {
    checkBytesElements(request, tensor, count);
    return;
  }
  const expected = count * datatypeByteSize(tensor.datatype);
  if (tensor.bytes.byteLength !== expected) {
    throw invalid(
      request,
      `input byte size mismatch for input '${tensor.name}' for model '${request.model.name}'. ` +
        `Expected ${expected}, got ${tensor.bytes.byteLength}`,
    );
  }
}

function checkBytesElements(request: InferenceRequest, tensor: Tensor, expected: number): void {
  const { bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const subject = `inference input '${tensor.name}' for model '${request.model.name}'`;
  let position = 0;
  let count = 0;
  let incomplete = "";
  while (position < bytes.byteLength) {
    const available = bytes.byteLength - position;
    if (available < LENGTH_PREFIX_BYTES) {
      throw invalid(
        request,
        `incomplete string length indicator for ${subject}, expecting ${LENGTH_PREFIX_BYTES} bytes but only ` +
          `${available} bytes available. Please make sure the string length indicator is in one buffer.`,
      );
    }
    count++;
    if (count > expected) {
      throw invalid(
        request,
        `unexpected number of string elements ${count} for ${subject}, expecting ${expected}`,
      );
    }
    const length = view.getUint32(position, true);
    position += LENGTH_PREFIX_BYTES + length;
    if (position > bytes.byteLength) {
      incomplete = `expecting string of length ${length} but only ${available - LENGTH_PREFIX_BYTES} bytes available`;
    }
  }
  if (count !== expected) {
    throw invalid(request, `expected ${expected} string elements for ${subject}, got ${count}`);
  }
  if (incomplete !== "") {
    // In the real server each backend finds this, and none has the request id.
    throw new TritonError(
      StatusCode.InvalidArg,
      `incomplete string data for inference input '${tensor.name}', ${incomplete}`,
    );
  }
}
