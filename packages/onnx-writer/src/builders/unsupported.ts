import type { OnnxModel } from "../model.ts";

/** A model whose only output is a sequence of FP32 [4] tensors, which the inference protocol cannot carry. */
export function sequenceOutputModel(): OnnxModel {
  return {
    graph: {
      name: "sequence_output",
      inputs: [{ name: "INPUT0", elementType: "FLOAT", dims: [4] }],
      outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims: [4], isSequence: true }],
      nodes: [{ opType: "SequenceConstruct", inputs: ["INPUT0"], outputs: ["OUTPUT0"] }],
    },
  };
}

/** A well-formed file that no runtime can load: its only operator does not exist. */
export function unknownOperatorModel(): OnnxModel {
  return {
    graph: {
      name: "unknown_operator",
      inputs: [{ name: "INPUT0", elementType: "FLOAT", dims: [4] }],
      outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims: [4] }],
      nodes: [{ opType: "NoSuchOperator", inputs: ["INPUT0"], outputs: ["OUTPUT0"] }],
    },
  };
}
