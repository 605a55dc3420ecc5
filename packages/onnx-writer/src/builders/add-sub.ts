import { ELEMENT_TYPE_NUMBERS, type ElementType } from "../element-type.ts";
import type { Dimension, GraphNode, OnnxModel } from "../model.ts";
import { batchedDims } from "../tensor-value.ts";

/** What `addSubModel` takes. */
export interface AddSubOptions {
  /** INT32 unless stated. STRING reads decimal integers and writes them. */
  readonly elementType?: ElementType;
  /** Of each output, if not the inputs' type; a Cast follows the sum. */
  readonly outputType?: ElementType;
  /** Of the sum, if not the inputs' type; Casts stand around it. INT32 for STRING. */
  readonly computeType?: ElementType;
  /** Without the batch dimension; [16] unless stated. */
  readonly dims?: readonly Dimension[];
  readonly isBatched?: boolean;
}

/**
 * OUTPUT0 = INPUT0 + INPUT1 and OUTPUT1 = INPUT0 - INPUT1: the model that Triton's examples call `simple` (with
 * STRING: `simple_string`).
 */
export function addSubModel(options: AddSubOptions = {}): OnnxModel {
  const elementType = options.elementType ?? "INT32";
  const outputType = options.outputType ?? elementType;
  const dims = batchedDims(options.dims ?? [16], options.isBatched);
  const computeType = options.computeType ?? (elementType === "STRING" ? "INT32" : elementType);
  const nodes: GraphNode[] = [];
  const operands = ["INPUT0", "INPUT1"].map((input) => {
    if (computeType === elementType) {
      return input;
    }
    nodes.push(cast(input, `${input}_number`, computeType));
    return `${input}_number`;
  });
  for (const [opType, output] of [
    ["Add", "OUTPUT0"],
    ["Sub", "OUTPUT1"],
  ] as const) {
    if (computeType === outputType) {
      nodes.push({ opType, inputs: operands, outputs: [output] });
    } else {
      nodes.push({ opType, inputs: operands, outputs: [`${output}_number`] });
      nodes.push(cast(`${output}_number`, output, outputType));
    }
  }
  return {
    graph: {
      name: "add_sub",
      inputs: ["INPUT0", "INPUT1"].map((name) => ({ name, elementType, dims })),
      outputs: ["OUTPUT0", "OUTPUT1"].map((name) => ({ name, elementType: outputType, dims })),
      nodes,
    },
  };
}

function cast(input: string, output: string, elementType: ElementType): GraphNode {
  return {
    opType: "Cast",
    inputs: [input],
    outputs: [output],
    attributes: { to: { int: ELEMENT_TYPE_NUMBERS[elementType] } },
  };
}
