import type { Dimension, OnnxModel } from "../model.ts";
import { noiseTensor } from "../tensor-value.ts";
import { EncoderGraph } from "./encoder-graph.ts";

/** What `encoderModel` takes. The defaults are the sizes of a small sentence encoder. */
export interface EncoderOptions {
  /** 6 unless stated. */
  readonly layers?: number;
  /** Features of a token, a multiple of `heads`; 384 unless stated. */
  readonly hidden?: number;
  /** 12 unless stated. */
  readonly heads?: number;
  /** 4096 unless stated. */
  readonly vocabulary?: number;
  /** Tokens of a text: a size, or the name of a variable dimension; "tokens" unless stated. */
  readonly tokens?: Dimension;
}

/**
 * A BERT-shaped text encoder: `input_ids` INT64 [batch, tokens] → `embedding` FP32 [batch, hidden], the mean over a text's
 * tokens. Attention, GELU and layer normalisation as in BERT, without positions; weights are noise.
 */
export function encoderModel(options: EncoderOptions = {}): OnnxModel {
  const { layers = 6, hidden = 384, heads = 12, vocabulary = 4096, tokens = "tokens" } = options;
  const graph = new EncoderGraph({ hidden, heads });
  graph.initializers["vocabulary"] = noiseTensor([vocabulary, hidden], 1);
  let features = graph.add("Gather", "tokens_embedded", ["vocabulary", "input_ids"]);
  for (let layer = 0; layer < layers; layer++) {
    features = graph.layer(`layer${layer}`, features, null);
  }
  graph.add("ReduceMean", "embedding", [features], { axes: { ints: [1] }, keepdims: { int: 0 } });
  return {
    graph: {
      name: "encoder",
      inputs: [{ name: "input_ids", elementType: "INT64", dims: ["batch", tokens] }],
      outputs: [{ name: "embedding", elementType: "FLOAT", dims: ["batch", hidden] }],
      nodes: graph.nodes,
      initializers: graph.initializers,
    },
  };
}
