import type { OnnxModel } from "../model.ts";
import { floatTensor, int64Tensor, noiseTensor } from "../tensor-value.ts";
import { EncoderGraph } from "./encoder-graph.ts";

/** `TensorProto.FLOAT`, as Cast names it. */
const FLOAT = 1;

/** What is added to the scores of tokens that the mask leaves out: their weights become zero. */
const LEFT_OUT = 10_000;

/** What `bertModel` takes. */
export interface BertOptions {
  readonly layers: number;
  /** Features of a token, a multiple of `heads`. */
  readonly hidden: number;
  readonly heads: number;
  /** Ids are below this. */
  readonly vocabulary: number;
  /** The longest text, in tokens. */
  readonly positions: number;
}

/**
 * BERT as exporters write it: `input_ids`, `attention_mask` and `token_type_ids`, INT64 [batch, tokens] →
 * `last_hidden_state` FP32 [batch, tokens, hidden]. Tokens that the mask leaves out change nothing for the others. Weights are
 * noise, the same in every run.
 */
export function bertModel(options: BertOptions): OnnxModel {
  const { layers, hidden, vocabulary, positions } = options;
  const graph = new EncoderGraph(options);
  Object.assign(graph.initializers, {
    word_embeddings: noiseTensor([vocabulary, hidden], 1),
    position_embeddings: noiseTensor([positions, hidden], 0.1),
    type_embeddings: noiseTensor([2, hidden], 0.1),
    zero: int64Tensor([0], []),
    step: int64Tensor([1], []),
    head_axes: int64Tensor([1, 2]),
    left_out: floatTensor([LEFT_OUT], []),
  });
  const shape = graph.add("Shape", "shape", ["input_ids"]);
  const length = graph.add("Gather", "length", [shape, "step"]);
  const places = graph.add("Range", "places", ["zero", length, "step"]);
  const words = graph.add("Gather", "words", ["word_embeddings", "input_ids"]);
  const types = graph.add("Gather", "types", ["type_embeddings", "token_type_ids"]);
  const placed = graph.add("Gather", "placed", ["position_embeddings", places]);
  const typed = graph.add("Add", "typed", [words, types]);
  const bias = maskBias(graph);
  let features = graph.normalized("embedded", typed, placed);
  for (let layer = 0; layer < layers; layer++) {
    features = graph.layer(`layer${layer}`, features, bias);
  }
  graph.add("Identity", "last_hidden_state", [features]);
  return {
    graph: {
      name: "bert",
      inputs: ["input_ids", "attention_mask", "token_type_ids"].map((name) => ({
        name,
        elementType: "INT64",
        dims: ["batch", "tokens"],
      })),
      outputs: [
        { name: "last_hidden_state", elementType: "FLOAT", dims: ["batch", "tokens", hidden] },
      ],
      nodes: graph.nodes,
      initializers: graph.initializers,
    },
  };
}

/** [batch, 1, 1, tokens]: zero for what the mask lets in, very little for what it leaves out. */
function maskBias(graph: EncoderGraph): string {
  const mask = graph.add("Cast", "mask", ["attention_mask"], { to: { int: FLOAT } });
  const deficit = graph.add("Sub", "mask_deficit", [mask, "one"]);
  const scores = graph.add("Mul", "mask_scores", [deficit, "left_out"]);
  return graph.add("Unsqueeze", "mask_bias", [scores, "head_axes"]);
}
