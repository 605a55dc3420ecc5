import type { GraphNode, OnnxModel } from "../model.ts";
import { int64Tensor, noiseTensor } from "../tensor-value.ts";

/** What `recurrentModel` takes. */
export interface RecurrentOptions {
  /** Features in, and in the state; 64 unless stated. */
  readonly width?: number;
}

/** Matrices of an LSTM: those of its gates and of its candidate. */
const MATRIX_COUNT = 4;

const SWAPPED = { perm: { ints: [1, 0, 2] } } as const;

/**
 * An LSTM: INPUT0 FP32 [batch, length, width] → OUTPUT0 FP32 [batch, length, width]. It reads all its weights once a step,
 * for however many rows; and what it gives for a step depends on earlier ones only, so padding at the end changes nothing.
 */
export function recurrentModel({ width = 64 }: RecurrentOptions = {}): OnnxModel {
  const row = ["batch", "length", width];
  const nodes: readonly GraphNode[] = [
    { opType: "Transpose", inputs: ["INPUT0"], outputs: ["steps"], attributes: SWAPPED },
    {
      opType: "LSTM",
      inputs: ["steps", "input_weights", "state_weights"],
      outputs: ["directions"],
      attributes: { hidden_size: { int: width } },
    },
    { opType: "Squeeze", inputs: ["directions", "direction"], outputs: ["states"] },
    { opType: "Transpose", inputs: ["states"], outputs: ["OUTPUT0"], attributes: SWAPPED },
  ];
  const weights = noiseTensor([1, MATRIX_COUNT * width, width], Math.sqrt(3 / width));
  return {
    graph: {
      name: "recurrent",
      inputs: [{ name: "INPUT0", elementType: "FLOAT", dims: row }],
      outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims: row }],
      nodes,
      initializers: {
        input_weights: weights,
        state_weights: weights,
        direction: int64Tensor([1]),
      },
    },
  };
}
