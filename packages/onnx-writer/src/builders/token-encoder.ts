import type { ElementType } from "../element-type.ts";
import type { Dimension, GraphNode, OnnxModel, TensorValue } from "../model.ts";
import { int64Tensor, noiseTensor } from "../tensor-value.ts";

/** `TensorProto.FLOAT`, as Cast names it. */
const FLOAT = 1;

/** What `tokenEncoderModel` takes. */
export interface TokenEncoderOptions {
  /** Ids are below this; 32 unless stated. */
  readonly vocabularySize?: number;
  /** Features of a token; 16 unless stated. */
  readonly width?: number;
  /** Dense layers; 1 unless stated. */
  readonly layerCount?: number;
  /** The datatype of MASK; FLOAT unless stated, null for a model without it, whose mean is that of all tokens. */
  readonly maskType?: ElementType | null;
  /** The name of the length in outputs, if it is another than in the inputs: then the file does not say that it is one. */
  readonly outputLength?: string;
}

/**
 * A text model without its attention: IDS INT64 [batch, length] and MASK [batch, length] → HIDDEN FP32 [batch, length, width],
 * POOLED FP32 [batch, width], the mean over the tokens that MASK does not leave out, and SEEN, equal to MASK. Each token's
 * features depend on it alone, so that padding changes neither of the first two.
 */
export function tokenEncoderModel(options: TokenEncoderOptions = {}): OnnxModel {
  const { vocabularySize = 32, width = 16, layerCount = 1, maskType = "FLOAT" } = options;
  const length = options.outputLength ?? "length";
  const row: readonly Dimension[] = ["batch", "length"];
  const initializers: Record<string, TensorValue> = {
    embedding: noiseTensor([vocabularySize, width], 1),
    tokens: int64Tensor([1]),
    features: int64Tensor([2]),
  };
  const nodes: GraphNode[] = [
    { opType: "Gather", inputs: ["embedding", "IDS"], outputs: ["features0"] },
  ];
  for (let layer = 0; layer < layerCount; layer++) {
    const output = layer === layerCount - 1 ? "HIDDEN" : `features${layer + 1}`;
    initializers[`weight${layer}`] = noiseTensor([width, width], Math.sqrt(3 / width));
    nodes.push(
      {
        opType: "MatMul",
        inputs: [`features${layer}`, `weight${layer}`],
        outputs: [`sum${layer}`],
      },
      { opType: "Tanh", inputs: [`sum${layer}`], outputs: [output] },
    );
  }
  nodes.push(...(maskType === null ? MEAN : MASKED_MEAN));
  const mask = maskType === null ? [] : [{ elementType: maskType, dims: row }];
  return {
    graph: {
      name: "token_encoder",
      inputs: [
        { name: "IDS", elementType: "INT64", dims: row },
        ...mask.map((info) => ({ name: "MASK", ...info })),
      ],
      outputs: [
        { name: "HIDDEN", elementType: "FLOAT", dims: ["batch", length, width] },
        { name: "POOLED", elementType: "FLOAT", dims: ["batch", width] },
        ...mask.map((info) => ({ name: "SEEN", ...info, dims: ["batch", length] })),
      ],
      nodes,
      initializers,
    },
  };
}

const WITHOUT_DIMENSION = { keepdims: { int: 0 } } as const;

const MEAN: readonly GraphNode[] = [
  {
    opType: "ReduceMean",
    inputs: ["HIDDEN"],
    outputs: ["POOLED"],
    attributes: { axes: { ints: [1] }, ...WITHOUT_DIMENSION },
  },
];

const MASKED_MEAN: readonly GraphNode[] = [
  { opType: "Identity", inputs: ["MASK"], outputs: ["SEEN"] },
  { opType: "Cast", inputs: ["MASK"], outputs: ["weights"], attributes: { to: { int: FLOAT } } },
  { opType: "Unsqueeze", inputs: ["weights", "features"], outputs: ["columns"] },
  { opType: "Mul", inputs: ["HIDDEN", "columns"], outputs: ["own"] },
  {
    opType: "ReduceSum",
    inputs: ["own", "tokens"],
    outputs: ["total"],
    attributes: WITHOUT_DIMENSION,
  },
  {
    opType: "ReduceSum",
    inputs: ["columns", "tokens"],
    outputs: ["count"],
    attributes: WITHOUT_DIMENSION,
  },
  { opType: "Div", inputs: ["total", "count"], outputs: ["POOLED"] },
];
