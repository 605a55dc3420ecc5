import { StatusCode } from "../status-code.ts";
import { encodeBytesTensor } from "../tensor/bytes-tensor.ts";
import { datatypeByteSize } from "../tensor/datatype.ts";
import { typedViewOf } from "../tensor/typed-view.ts";
import { TritonError } from "../triton-error.ts";
import { type ClassValues, greatestIndices } from "./class-order.ts";
import type { ResponseTensor } from "./encode-infer-response.ts";
import { fixedSix } from "./fixed-six.ts";
import { utf8FromText } from "./utf8.ts";

/** What classification must know of a model version. Each protocol's response template is one. @internal */
export interface ClassificationModel {
  /** Whether the first dimension of an output is the batch. */
  readonly isBatching: boolean;
  /** The labels of an output, one a class index, or null. */
  labelsOf(outputName: string): readonly string[] | null;
}

/** The real server's guard against sorting without end. */
const ELEMENT_COUNT_MAX = 1_000_000;

/**
 * The greatest values of an output as a BYTES tensor of `"<value>:<index>"` or `"<value>:<index>:<label>"`.
 *
 * Shape `[batch, k]` where the model batches, otherwise `[k]`; k is the number of classes wanted, or of values if those are
 * fewer. An empty batch counts as none.
 *
 * @throws {TritonError} InvalidArg for FP16, BF16, BOOL and BYTES, and above 1,000,000 values
 * @see Triton server src/http_server.cc, FinalizeResponse; src/classification.cc
 * @internal
 */
export function classifyOutput(
  output: ResponseTensor,
  classCount: number,
  model: ClassificationModel,
): ResponseTensor {
  const { name, datatype, shape, bytes } = output;
  const batchSize = model.isBatching ? (shape[0] ?? 0) : 0;
  const rowShape = batchSize === 0 ? shape : shape.slice(1);
  const rowCount = rowShape.reduce((count, dimension) => count * dimension, 1);
  const rowSize = rowCount * datatypeByteSize(datatype);
  const labels = model.labelsOf(name);
  const texts: Uint8Array[] = [];
  for (let row = 0; row < Math.max(1, batchSize); row++) {
    const start = row * rowSize;
    // A row that the bytes do not hold has no values.
    const rowBytes = bytes.subarray(
      start,
      start + rowSize > bytes.byteLength ? start : start + rowSize,
    );
    addClasses(texts, { ...output, bytes: rowBytes }, classCount, labels);
  }
  const k = Math.min(classCount, rowCount);
  return {
    name,
    datatype: "BYTES",
    shape: batchSize === 0 ? [k] : [batchSize, k],
    bytes: encodeBytesTensor(texts),
  };
}

function addClasses(
  texts: Uint8Array[],
  row: ResponseTensor,
  classCount: number,
  labels: readonly string[] | null,
): void {
  const values = classValues(row);
  for (const index of greatestIndices(values, Math.min(classCount, values.length))) {
    // An index of one of the values.
    const value = values[index] as number | bigint;
    const isFloat = row.datatype === "FP32" || row.datatype === "FP64";
    const valueText = isFloat ? fixedSix(Number(value)) : String(value);
    const label = labels?.[index] ?? "";
    texts.push(
      utf8FromText(label === "" ? `${valueText}:${index}` : `${valueText}:${index}:${label}`),
    );
  }
}

function classValues({ datatype, bytes }: ResponseTensor): ClassValues {
  switch (datatype) {
    case "FP16":
    case "BF16":
    case "BOOL":
    case "BYTES":
      throw new TritonError(
        StatusCode.InvalidArg,
        `class result not available for output due to unsupported type '${datatype}'`,
      );
    default:
  }
  const values = typedViewOf(datatype, bytes);
  if (values.length > ELEMENT_COUNT_MAX) {
    throw new TritonError(StatusCode.InvalidArg, "classification output tensor too large");
  }
  return values;
}
