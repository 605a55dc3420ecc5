import { assert } from "../base/assert.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { haveEqualPaddedShapes, type PaddingSpec } from "../model/padding-spec.ts";
import type { InferenceRequest } from "../model/request.ts";
import type { Tensor } from "../model/tensor.ts";

/**
 * Which requests may share a batch, by their inputs: equal shapes where the configuration leaves them open and does not
 * call them ragged or pad them to equal ones, equal elements in shape tensors, and, where inputs are optional, the same set
 * of inputs.
 *
 * @see Triton core src/scheduler_utils.cc, RequiredEqualInputs
 */
export class EqualInputs {
  /** By name: whether elements are compared, too. Inputs that are not here may differ. */
  readonly #compared: ReadonlyMap<string, boolean>;
  readonly #hasOptional: boolean;
  readonly #padding: PaddingSpec | null;
  /** Dimensions in front of the shapes that are compared: the batch's. */
  readonly #rowDimensionCount: 0 | 1;

  constructor(model: ModelSpec) {
    const compared = new Map<string, boolean>();
    for (const { name, dims, isShapeTensor, isRaggedBatchAllowed } of model.inputs) {
      if (isShapeTensor) {
        compared.set(name, true);
      } else if (!isRaggedBatchAllowed && dims.includes(-1)) {
        compared.set(name, false);
      }
    }
    this.#compared = compared;
    this.#hasOptional = model.inputs.some(({ isOptional }) => isOptional);
    this.#padding = model.padding;
    this.#rowDimensionCount = model.batchSizeMax > 0 ? 1 : 0;
  }

  /** Whether there is anything to compare. */
  get isNeeded(): boolean {
    return this.#hasOptional || this.#compared.size > 0;
  }

  /** Whether `request` may join a batch that `first` has begun. */
  areEqual(first: InferenceRequest, request: InferenceRequest): boolean {
    if (this.#hasOptional && first.inputs.length !== request.inputs.length) {
      return false;
    }
    const { inputs } = request;
    for (let index = 0; index < inputs.length; index++) {
      const tensor = inputs[index];
      assert(tensor !== undefined, "an index inside the list");
      if (!this.#isEqual(first, tensor, index)) {
        return false;
      }
    }
    return true;
  }

  /** @param index where the other request most likely has the same input */
  #isEqual(first: InferenceRequest, tensor: Tensor, index: number): boolean {
    const comparesElements = this.#compared.get(tensor.name);
    if (comparesElements === undefined && !this.#hasOptional) {
      return true;
    }
    const likely = first.inputs[index];
    const other =
      likely?.name === tensor.name
        ? likely
        : first.inputs.find((candidate) => candidate.name === tensor.name);
    if (other === undefined) {
      return false;
    }
    if (comparesElements === undefined) {
      return true;
    }
    return (
      this.#haveEqualShapes(other, tensor) && (!comparesElements || isSameBytes(other, tensor))
    );
  }

  #haveEqualShapes(left: Tensor, right: Tensor): boolean {
    const padded = this.#padding?.inputs.get(left.name);
    if (padded !== undefined) {
      return haveEqualPaddedShapes(padded, left.shape, right.shape);
    }
    if (left.shape.length !== right.shape.length) {
      return false;
    }
    for (let index = this.#rowDimensionCount; index < left.shape.length; index++) {
      if (left.shape[index] !== right.shape[index]) {
        return false;
      }
    }
    return true;
  }
}

function isSameBytes({ bytes: left }: Tensor, { bytes: right }: Tensor): boolean {
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}
