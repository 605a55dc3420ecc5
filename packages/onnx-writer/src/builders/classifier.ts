import type { OnnxModel } from "../model.ts";
import { batchedDims, int64Tensor } from "../tensor-value.ts";

/** What `classifierModel` takes. */
export interface ClassifierOptions {
  /** Number of classes; 4 unless stated. */
  readonly classes?: number;
  readonly isBatched?: boolean;
}

/**
 * `scores` FP32 [classes] → `probabilities` (their softmax), `best` INT64 [1] (the index of the greatest, the first of
 * equal ones) and `total` FP32 [1] (their sum): reductions whose values are easy to check.
 */
export function classifierModel(options: ClassifierOptions = {}): OnnxModel {
  const classes = options.classes ?? 4;
  return {
    graph: {
      name: "classifier",
      inputs: [
        {
          name: "scores",
          elementType: "FLOAT",
          dims: batchedDims([classes], options.isBatched),
        },
      ],
      outputs: [
        {
          name: "probabilities",
          elementType: "FLOAT",
          dims: batchedDims([classes], options.isBatched),
        },
        { name: "best", elementType: "INT64", dims: batchedDims([1], options.isBatched) },
        { name: "total", elementType: "FLOAT", dims: batchedDims([1], options.isBatched) },
      ],
      nodes: [
        {
          opType: "Softmax",
          inputs: ["scores"],
          outputs: ["probabilities"],
          attributes: { axis: { int: -1 } },
        },
        {
          opType: "ArgMax",
          inputs: ["scores"],
          outputs: ["best"],
          attributes: { axis: { int: -1 }, keepdims: { int: 1 } },
        },
        {
          opType: "ReduceSum",
          inputs: ["scores", "last_axis"],
          outputs: ["total"],
          attributes: { keepdims: { int: 1 } },
        },
      ],
      initializers: { last_axis: int64Tensor([-1]) },
    },
  };
}
