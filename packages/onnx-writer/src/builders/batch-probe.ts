import type { Dimension, OnnxModel, TensorValue } from "../model.ts";
import { boolScalar, floatTensor, int64Tensor } from "../tensor-value.ts";

/** What `batchProbeModel` takes. */
export interface BatchProbeOptions {
  /** The dimension of INPUT0 behind the batch: a size, or the name of a variable one. 1 unless stated. */
  readonly width?: Dimension;
  /** Rows and columns of the matrix; 64 unless stated: some tens of microseconds a multiplication. */
  readonly size?: number;
  /** Multiplications of a run whose requests leave COUNT out; without it, COUNT is no optional input. */
  readonly defaultCount?: number;
}

/**
 * Shows how requests are batched: INPUT0 FP32 [batch, width] → OUTPUT0, equal to it, and BATCH INT64 [batch, 1], in every
 * row the rows of the run. A run makes as many multiplications of a matrix as the greatest COUNT INT64 [batch, 1] of its
 * rows says, so that each request chooses how long it keeps its instance busy.
 */
export function batchProbeModel(options: BatchProbeOptions = {}): OnnxModel {
  const { width = 1, size = 64, defaultCount } = options;
  const row: readonly Dimension[] = ["batch", width];
  const zeros = floatTensor(new Array<number>(size * size).fill(0), [size, size]);
  const initializers: Record<string, TensorValue> = {
    zeros,
    keep_going: boolScalar(true),
    first: int64Tensor([0]),
    second: int64Tensor([1]),
    corner_starts: int64Tensor([0, 0]),
    corner_ends: int64Tensor([1, 1]),
  };
  if (defaultCount !== undefined) {
    initializers["COUNT"] = int64Tensor([defaultCount], [1, 1]);
  }
  return {
    graph: {
      name: "batch_probe",
      inputs: [
        { name: "INPUT0", elementType: "FLOAT", dims: row },
        { name: "COUNT", elementType: "INT64", dims: ["counts", 1] },
      ],
      outputs: [
        { name: "OUTPUT0", elementType: "FLOAT", dims: row },
        { name: "BATCH", elementType: "INT64", dims: ["batch", 1] },
      ],
      nodes: [
        {
          opType: "ReduceMax",
          inputs: ["COUNT"],
          outputs: ["count"],
          attributes: { keepdims: { int: 0 } },
        },
        {
          opType: "Loop",
          inputs: ["count", "keep_going", "zeros"],
          outputs: ["still_zeros"],
          attributes: { body: { graph: multiplication(size) } },
        },
        {
          opType: "Slice",
          inputs: ["still_zeros", "corner_starts", "corner_ends"],
          outputs: ["zero"],
        },
        // The output needs the loop's result, so that no optimisation leaves it out.
        { opType: "Add", inputs: ["INPUT0", "zero"], outputs: ["OUTPUT0"] },
        { opType: "Shape", inputs: ["INPUT0"], outputs: ["shape"] },
        { opType: "Slice", inputs: ["shape", "first", "second"], outputs: ["rows"] },
        { opType: "Concat", inputs: ["rows", "second"], outputs: ["column"], attributes: AXIS_0 },
        { opType: "Expand", inputs: ["rows", "column"], outputs: ["BATCH"] },
      ],
      initializers,
    },
  };
}

const AXIS_0 = { axis: { int: 0 } } as const;

/** The body of the loop: the matrix times itself. */
function multiplication(size: number): OnnxModel["graph"] {
  const matrix = { elementType: "FLOAT", dims: [size, size] } as const;
  return {
    name: "multiply",
    inputs: [
      { name: "iteration", elementType: "INT64", dims: [] },
      { name: "condition_in", elementType: "BOOL", dims: [] },
      { name: "matrix_in", ...matrix },
    ],
    outputs: [
      { name: "condition_out", elementType: "BOOL", dims: [] },
      { name: "matrix_out", ...matrix },
    ],
    nodes: [
      { opType: "Identity", inputs: ["condition_in"], outputs: ["condition_out"] },
      { opType: "MatMul", inputs: ["matrix_in", "matrix_in"], outputs: ["matrix_out"] },
    ],
  };
}
