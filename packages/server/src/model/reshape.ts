import type { TensorSpec } from "./model-spec.ts";

/**
 * The shape that the model sees of what a client sends: the configuration's `reshape` with its wildcards filled, in
 * order, by the sizes that stand at the wildcards of `dims`.
 *
 * @param dims the client's shape without the batch dimension
 * @see Triton core src/infer_request.cc, InferenceRequest::Normalize
 */
export function modelDims(spec: TensorSpec, dims: readonly number[]): readonly number[] {
  return spec.reshape === null ? dims : fillWildcards(spec.dims, dims, spec.reshape);
}

/**
 * The shape that clients see of what the model gives: the way back.
 *
 * @param dims the model's shape without the batch dimension
 * @see Triton core src/infer_response.cc, InferenceResponse::Output::Reshape
 */
export function clientDims(spec: TensorSpec, dims: readonly number[]): readonly number[] {
  return spec.reshape === null ? dims : fillWildcards(spec.reshape, dims, spec.dims);
}

/** `to`, its wildcards filled with the sizes that `dims` has where `from` has its own. Both have as many. */
function fillWildcards(
  from: readonly number[],
  dims: readonly number[],
  to: readonly number[],
): number[] {
  const sizes = dims.filter((_, index) => from[index] === -1);
  let next = 0;
  // A model whose output has another rank than configured may leave a wildcard: the caller compares element counts.
  return to.map((dim) => (dim === -1 ? (sizes[next++] ?? 0) : dim));
}
