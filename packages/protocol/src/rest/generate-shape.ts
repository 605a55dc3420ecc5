import { invalidError } from "./request-checks.ts";

/**
 * The shape of so many values as the model's input: sizes that are given have to divide the count, the last of those that
 * are not takes what is left, and the others are 1.
 *
 * @param fullShape wildcards as -1
 * @throws {TritonError} InvalidArg if that does not come out even
 * @see Triton server src/http_server.cc, GenerateRequestClass::ExactMappingInput
 */
export function generateShape(
  name: string,
  fullShape: readonly number[],
  count: number,
): readonly number[] {
  let left = count;
  for (const dim of fullShape) {
    if (dim !== -1) {
      left /= dim;
    }
  }
  const shape = fullShape.map((dim) => (dim === -1 ? 1 : dim));
  const last = fullShape.lastIndexOf(-1);
  if (!Number.isInteger(left) || (last < 0 && left !== 1)) {
    throw invalidError(`The schema can not convert input '${name}' to tensor with proper shape`);
  }
  if (last >= 0) {
    shape[last] = left;
  }
  return shape;
}
