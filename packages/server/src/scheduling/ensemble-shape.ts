import type { TensorSpec } from "../model/model-spec.ts";

/** How a tensor stands to the batch dimension. */
export interface BatchedShape {
  /** With the batch dimension, if there is one. */
  readonly shape: readonly number[];
  /** Rows, or 0 if what made the tensor does not batch. */
  readonly batchSize: number;
}

/**
 * The shape with which a tensor enters a model, or leaves the ensemble: between one that batches and one that does not, a
 * batch dimension of one row is added or taken away where the rest then fits.
 *
 * @param dims of the configuration, without the batch dimension
 * @param isBatching whether the receiver batches
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc, ReshapeTensorDims
 */
export function adaptBatchDimension(
  dims: TensorSpec["dims"],
  isBatching: boolean,
  { shape, batchSize }: BatchedShape,
): readonly number[] {
  if (isBatching === (batchSize !== 0)) {
    return shape;
  }
  if (isBatching) {
    return fits(dims, shape) ? [1, ...shape] : shape;
  }
  return batchSize === 1 && !fits(dims, shape) ? shape.slice(1) : shape;
}

function fits(dims: readonly number[], shape: readonly number[]): boolean {
  if (dims.length !== shape.length) {
    return false;
  }
  for (let index = 0; index < dims.length; index++) {
    const dim = dims[index];
    if (dim !== -1 && shape[index] !== -1 && dim !== shape[index]) {
      return false;
    }
  }
  return true;
}
