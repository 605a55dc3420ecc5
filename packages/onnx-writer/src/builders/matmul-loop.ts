import type { OnnxModel, TensorValue, ValueInfo } from "../model.ts";
import { boolScalar, floatTensor, int64Tensor } from "../tensor-value.ts";

/** What `matmulLoopModel` takes. */
export interface MatmulLoopOptions {
  /**
   * Multiplications of one run. "input": the request says it, through INT64 [1] input COUNT, so that one model is fast
   * or slow as a test wants.
   */
  readonly iterations: number | "input";
  /** Rows and columns of the matrix; 256 unless stated: 34 MFLOP an iteration, some tenths of a
   * millisecond on one core. */
  readonly size?: number;
}

/**
 * A slow model with tiny tensors: INPUT0 FP32 [1] → OUTPUT0 FP32 [1], equal to it. In between, a matrix filled with it
 * is multiplied by the identity as often as asked, in an ONNX Loop: the run can be terminated between iterations.
 */
export function matmulLoopModel(options: MatmulLoopOptions): OnnxModel {
  const size = options.size ?? 256;
  const isCounted = options.iterations === "input";
  const initializers: Record<string, TensorValue> = {
    identity: identityMatrix(size),
    matrix_shape: int64Tensor([size, size]),
    keep_going: boolScalar(true),
    starts: int64Tensor([0, 0]),
    ends: int64Tensor([1, 1]),
    output_shape: int64Tensor([1]),
    scalar_shape: int64Tensor([]),
  };
  if (options.iterations !== "input") {
    initializers["count"] = int64Tensor([options.iterations], []);
  }
  const matrix: Omit<ValueInfo, "name"> = { elementType: "FLOAT", dims: [size, size] };
  const inputs: ValueInfo[] = [{ name: "INPUT0", elementType: "FLOAT", dims: [1] }];
  if (isCounted) {
    inputs.push({ name: "COUNT", elementType: "INT64", dims: [1] });
  }
  return {
    graph: {
      name: "matmul_loop",
      inputs,
      outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims: [1] }],
      nodes: [
        ...(isCounted
          ? [{ opType: "Reshape", inputs: ["COUNT", "scalar_shape"], outputs: ["count"] }]
          : []),
        { opType: "Expand", inputs: ["INPUT0", "matrix_shape"], outputs: ["start"] },
        {
          opType: "Loop",
          inputs: ["count", "keep_going", "start"],
          outputs: ["result"],
          attributes: {
            body: {
              graph: {
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
                  { opType: "MatMul", inputs: ["matrix_in", "identity"], outputs: ["matrix_out"] },
                ],
              },
            },
          },
        },
        { opType: "Slice", inputs: ["result", "starts", "ends"], outputs: ["corner"] },
        { opType: "Reshape", inputs: ["corner", "output_shape"], outputs: ["OUTPUT0"] },
      ],
      initializers,
    },
  };
}

function identityMatrix(size: number): TensorValue {
  const values = new Array<number>(size * size).fill(0);
  for (let row = 0; row < size; row++) {
    values[row * size + row] = 1;
  }
  return floatTensor(values, [size, size]);
}
