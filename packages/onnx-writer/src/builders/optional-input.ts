import type { OnnxModel } from "../model.ts";
import { floatTensor } from "../tensor-value.ts";

/**
 * OUTPUT0 = INPUT0 × SCALE + BIAS, all FP32 [4]. SCALE (twos) and BIAS (ones) are overridable initializers: a request
 * may leave either out.
 */
export function optionalInputModel(): OnnxModel {
  const dims = [4];
  return {
    graph: {
      name: "optional_input",
      inputs: ["INPUT0", "SCALE", "BIAS"].map((name) => ({ name, elementType: "FLOAT", dims })),
      outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims }],
      nodes: [
        { opType: "Mul", inputs: ["INPUT0", "SCALE"], outputs: ["scaled"] },
        { opType: "Add", inputs: ["scaled", "BIAS"], outputs: ["OUTPUT0"] },
      ],
      initializers: { SCALE: floatTensor([2, 2, 2, 2]), BIAS: floatTensor([1, 1, 1, 1]) },
    },
  };
}
