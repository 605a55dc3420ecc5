import type { ElementType } from "../element-type.ts";
import type { Dimension, OnnxModel } from "../model.ts";

/**
 * INPUT0 FP32 [n] → OUTPUT0 INT64 [1, k]: the indices of its k non-zero elements. The output's shape is known only
 * after the run, and may hold no element at all.
 */
export function nonZeroModel(): OnnxModel {
  return {
    graph: {
      name: "non_zero",
      inputs: [{ name: "INPUT0", elementType: "FLOAT", dims: ["n"] }],
      outputs: [{ name: "OUTPUT0", elementType: "INT64", dims: [1, "k"] }],
      nodes: [{ opType: "NonZero", inputs: ["INPUT0"], outputs: ["OUTPUT0"] }],
    },
  };
}

/** What `reshapeModel` takes. */
export interface ReshapeOptions {
  /** FLOAT unless stated. */
  readonly elementType?: ElementType;
  /** What the file says of the output, which the run need not keep; unknown sizes of rank 1 unless stated. */
  readonly outputDims?: readonly Dimension[] | null;
}

/**
 * INPUT0 [n] and SHAPE INT64 [rank] → OUTPUT0, INPUT0 in the shape that the request asks for. It fails at run time if
 * the counts differ, and its output need not fit what the file or a configuration says of it.
 */
export function reshapeModel(options: ReshapeOptions = {}): OnnxModel {
  const elementType = options.elementType ?? "FLOAT";
  const outputDims = options.outputDims === undefined ? ["m"] : options.outputDims;
  return {
    graph: {
      name: "reshape",
      inputs: [
        { name: "INPUT0", elementType, dims: ["n"] },
        { name: "SHAPE", elementType: "INT64", dims: ["rank"] },
      ],
      outputs: [{ name: "OUTPUT0", elementType, dims: outputDims }],
      nodes: [{ opType: "Reshape", inputs: ["INPUT0", "SHAPE"], outputs: ["OUTPUT0"] }],
    },
  };
}
