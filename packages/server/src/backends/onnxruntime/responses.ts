import {
  datatypeByteSize,
  elementCount,
  formatShape,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec, OutputSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { clientDims } from "../../model/reshape.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { InputShapedCursor } from "./batch-output.ts";
import { compareBytes } from "./byte-order.ts";
import type { TakenOutput } from "./output-binding.ts";
import { isOutputRequested } from "./requested-outputs.ts";
import type { RunErrors } from "./run-errors.ts";
import { packedByteSize } from "./string-elements.ts";

/** The same error for every request of a batch. */
export function failedResponses(batch: Batch, error: TritonError): InferenceResponse[] {
  return batch.requests.map(() => InferenceResponse.failed(error));
}

/**
 * Gives every request its rows of every output that it asked for, as views of the outputs' memory.
 *
 * A request fails alone if it has an error already, or if the model gave fewer rows than it was given.
 *
 * @param specs of the outputs in `taken`, in the same order
 * @param taken belongs to this function, which passes shares of its leases on to the responses
 * @param stateCursors of the outputs that sequences keep; in the order of names they have their say with the others
 */
export function scatter(
  batch: Batch,
  model: ModelSpec,
  specs: readonly OutputSpec[],
  taken: readonly TakenOutput[],
  errors: RunErrors,
  stateCursors: readonly OutputCursor[] = [],
): InferenceResponse[] {
  let cursors: OutputCursor[] = [];
  for (let index = 0; index < taken.length; index++) {
    const spec = specs[index];
    const output = taken[index];
    assert(spec !== undefined && output !== undefined, "one spec an output");
    cursors.push(createCursor(model, spec, output));
  }
  if (stateCursors.length > 0) {
    cursors = [...cursors, ...stateCursors].sort((left, right) =>
      compareBytes(left.name, right.name),
    );
  }
  const responses: InferenceResponse[] = [];
  for (let index = 0; index < batch.requests.length; index++) {
    const request = batch.requests[index];
    assert(request !== undefined, "an index inside the list");
    responses.push(respond(request, cursors, errors.of(index)));
  }
  for (const { lease } of taken) {
    lease?.release();
  }
  return responses;
}

function createCursor(model: ModelSpec, spec: OutputSpec, output: TakenOutput): OutputCursor {
  const cut = model.batchOutputs.find(({ targetNames }) => targetNames.includes(spec.name));
  return cut === undefined
    ? new RowCursor(model, spec, output)
    : new InputShapedCursor(model, spec, cut, output);
}

function respond(
  request: InferenceRequest,
  cursors: readonly OutputCursor[],
  failure: TritonError | undefined,
): InferenceResponse {
  const tensors: Tensor[] = [];
  let error = failure;
  for (const cursor of cursors) {
    // Every cursor goes on, wanted or not, failed or not: the next request's rows follow.
    const isWanted =
      error === undefined && !request.isNull && isOutputRequested(request, cursor.name);
    try {
      const tensor = cursor.next(request, isWanted);
      if (tensor !== null) {
        tensors.push(tensor);
      }
    } catch (reason) {
      error ??= tritonErrorFrom(reason);
    }
  }
  const response = InferenceResponse.ok(tensors);
  if (error === undefined) {
    return response;
  }
  response.release();
  return InferenceResponse.failed(error);
}

/** Walks over one output of a batch, request by request. */
export interface OutputCursor {
  readonly name: string;
  /**
   * The next request's part, or null if it does not want it.
   *
   * @throws {TritonError} Unsupported if the model did not give enough for it, Internal if it cannot be what is configured
   */
  next(request: InferenceRequest, isWanted: boolean): Tensor | null;
}

/** The usual case: the first dimension is the batch's. */
class RowCursor implements OutputCursor {
  readonly #model: ModelSpec;
  readonly #spec: OutputSpec;
  readonly #output: TakenOutput;
  /** The output's; of a scalar, what the configuration says that clients see: one row, if the model batches. */
  readonly #shape: readonly number[];
  #row = 0;
  #position = 0;

  constructor(model: ModelSpec, spec: OutputSpec, output: TakenOutput) {
    this.#model = model;
    this.#spec = spec;
    this.#output = output;
    this.#shape = output.shape.length === 0 ? spec.dims : output.shape;
  }

  get name(): string {
    return this.#spec.name;
  }

  next(request: InferenceRequest, isWanted: boolean): Tensor | null {
    const { bytes, lease } = this.#output;
    const rowCount = request.batchSize;
    const position = this.#position;
    const byteSize = this.#advance(request, rowCount);
    if (!isWanted) {
      return null;
    }
    const clientShape = this.#clientShape(rowCount);
    lease?.retain();
    const view =
      byteSize === bytes.byteLength ? bytes : bytes.subarray(position, position + byteSize);
    assert(position + byteSize <= bytes.byteLength, "rows lie inside the output");
    return new Tensor(this.#spec.name, this.#spec.datatype, clientShape, view, lease);
  }

  /**
   * Moves over the request's rows and returns their bytes.
   *
   * @throws {TritonError} Unsupported if the model did not give that many, Internal for an unexpected scalar
   */
  #advance(request: InferenceRequest, rowCount: number): number {
    if (this.#output.shape.length === 0 && elementCount(this.#shape) !== 1) {
      throw new TritonError(
        StatusCode.Internal,
        `Failed to find the scalar output dimension for ${this.name} in the model configuration.`,
      );
    }
    if (this.#model.batchSizeMax === 0) {
      return this.#output.bytes.byteLength;
    }
    const row = this.#row;
    this.#row += rowCount;
    const given = this.#shape[0] ?? 0;
    if (this.#row > given) {
      // As Triton's responder says it.
      throw new TritonError(
        StatusCode.Unsupported,
        `${request.logPrefix}failed to split the output tensor '${this.#spec.name}' in responses: expected batch size ` +
          `of at least ${row + rowCount} in model output, got ${given}`,
      );
    }
    const byteSize = this.#byteSizeOf(rowCount);
    this.#position += byteSize;
    return byteSize;
  }

  #byteSizeOf(rowCount: number): number {
    const shape = this.#shape;
    let count = rowCount;
    for (let index = 1; index < shape.length; index++) {
      count *= shape[index] ?? 0;
    }
    return this.#spec.datatype === "BYTES"
      ? packedByteSize(this.#output.bytes, this.#position, count)
      : count * datatypeByteSize(this.#spec.datatype);
  }

  #clientShape(rowCount: number): readonly number[] {
    const shape = this.#shape;
    const { reshape, name } = this.#spec;
    if (this.#output.shape.length === 0) {
      return shape;
    }
    const isBatched = this.#model.batchSizeMax > 0;
    if (reshape === null) {
      return !isBatched || shape[0] === rowCount ? shape : [rowCount, ...shape.slice(1)];
    }
    const modelShape = isBatched ? shape.slice(1) : shape;
    const seen = clientDims(this.#spec, modelShape);
    if (elementCount(seen) !== elementCount(modelShape)) {
      throw new TritonError(
        StatusCode.Internal,
        `output '${name}' for model '${this.#model.name}' has shape ${formatShape(shape)}, which does not fit the ` +
          `reshape ${formatShape(reshape)} of its configuration`,
      );
    }
    return isBatched ? [rowCount, ...seen] : seen;
  }
}
