import { ELEMENT_BYTE_SIZES } from "./element-sizes.ts";
import type { InferenceRequest } from "./inference-request.ts";
import { TritonError } from "./model-error.ts";
import { Tensor } from "./tensor.ts";

/**
 * One tensor of all rows of a batch: the input of each request, one after the other. Shapes may differ in the first
 * dimension only. BYTES works too.
 *
 * @throws {TritonError} InvalidArg if an input is missing or does not fit
 */
export function stackBatch(requests: readonly InferenceRequest[], name: string): Tensor {
  const inputs = requests.map((request) => request.input(name));
  const [first] = inputs;
  if (first === undefined) {
    throw new TritonError("a batch has requests", "INVALID_ARG");
  }
  const itemShape = first.shape.slice(1);
  let rowCount = 0;
  for (const { shape, datatype } of inputs) {
    const isSame =
      datatype === first.datatype &&
      shape.length === first.shape.length &&
      itemShape.every((size, index) => shape[index + 1] === size);
    if (!isSame) {
      throw new TritonError(
        `input '${name}' has shape [${shape.join(",")}], which cannot be stacked on [${first.shape.join(",")}]`,
        "INVALID_ARG",
      );
    }
    rowCount += shape[0] ?? 0;
  }
  const bytes = inputs.length === 1 ? first.bytes : Buffer.concat(inputs.map((one) => one.bytes));
  return new Tensor(name, first.datatype, [rowCount, ...itemShape], bytes);
}

/**
 * Cuts a tensor of all rows into one tensor a request, as views.
 *
 * @throws {TritonError} InvalidArg if it does not have as many rows as the batch, or is of BYTES
 */
export function splitBatch(tensor: Tensor, requests: readonly InferenceRequest[]): Tensor[] {
  const { name, datatype, shape, bytes } = tensor;
  const rowCount = requests.reduce((sum, { batchSize }) => sum + batchSize, 0);
  if (shape[0] !== rowCount || ELEMENT_BYTE_SIZES[datatype] === 0) {
    throw new TritonError(
      `tensor '${name}' of datatype ${datatype} and shape [${shape.join(",")}] cannot be split into ${rowCount} rows`,
      "INVALID_ARG",
    );
  }
  const rowSize = bytes.byteLength / Math.max(1, rowCount);
  let row = 0;
  return requests.map(({ batchSize }) => {
    const part = bytes.subarray(row * rowSize, (row + batchSize) * rowSize);
    row += batchSize;
    return new Tensor(name, datatype, [batchSize, ...shape.slice(1)], part);
  });
}
