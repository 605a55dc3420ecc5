import type { Dimension, GraphNode, OnnxModel, TensorValue } from "../model.ts";
import { floatTensor, int64Tensor, noiseTensor } from "../tensor-value.ts";

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

/** Features between the two dense layers, in multiples of `hidden`. */
const FEED_FORWARD_FACTOR = 4;

/** The nodes and weights of a graph while it is made. */
class EncoderGraph {
  readonly nodes: GraphNode[] = [];
  readonly initializers: Record<string, TensorValue> = {};
  readonly #hidden: number;

  constructor(hidden: number) {
    this.#hidden = hidden;
  }

  /** Adds a node with one output, which is named after it. */
  add(opType: string, name: string, inputs: readonly string[], attributes = {}): string {
    this.nodes.push({ opType, inputs, outputs: [name], attributes });
    return name;
  }

  dense(name: string, input: string, widths: readonly [from: number, to: number]): string {
    this.initializers[`${name}_weight`] = noiseTensor(widths, Math.sqrt(3 / widths[0]));
    return this.add("MatMul", name, [input, `${name}_weight`]);
  }

  normalized(name: string, left: string, right: string): string {
    this.initializers[`${name}_scale`] = floatTensor(new Array<number>(this.#hidden).fill(1));
    const sum = this.add("Add", `${name}_sum`, [left, right]);
    return this.add("LayerNormalization", name, [sum, `${name}_scale`], { axis: { int: -1 } });
  }

  /** x/2 * (1 + erf(x/√2)) */
  gelu(name: string, input: string): string {
    const scaled = this.add("Mul", `${name}_scaled`, [input, "half_root"]);
    const erf = this.add("Erf", `${name}_erf`, [scaled]);
    const shifted = this.add("Add", `${name}_shifted`, [erf, "one"]);
    const gated = this.add("Mul", `${name}_gated`, [input, shifted]);
    return this.add("Mul", name, [gated, "half"]);
  }
}

function attention(
  graph: EncoderGraph,
  name: string,
  input: string,
  sizes: { readonly hidden: number },
): string {
  const { hidden } = sizes;
  const perHead = (part: string, order: readonly number[]): string => {
    const dense = graph.dense(`${name}_${part}`, input, [hidden, hidden]);
    const split = graph.add("Reshape", `${name}_${part}_split`, [dense, "split_shape"]);
    return graph.add("Transpose", `${name}_${part}_heads`, [split], { perm: { ints: order } });
  };
  const query = perHead("query", [0, 2, 1, 3]);
  const key = perHead("key", [0, 2, 3, 1]);
  const value = perHead("value", [0, 2, 1, 3]);
  const scores = graph.add("MatMul", `${name}_scores`, [query, key]);
  const scaled = graph.add("Mul", `${name}_scaled`, [scores, "score_scale"]);
  const weights = graph.add("Softmax", `${name}_weights`, [scaled], { axis: { int: -1 } });
  const mixed = graph.add("MatMul", `${name}_mixed`, [weights, value]);
  const turned = graph.add("Transpose", `${name}_turned`, [mixed], {
    perm: { ints: [0, 2, 1, 3] },
  });
  const joined = graph.add("Reshape", `${name}_joined`, [turned, "joined_shape"]);
  return graph.dense(`${name}_output`, joined, [hidden, hidden]);
}

/**
 * A BERT-shaped text encoder: `input_ids` INT64 [batch, tokens] → `embedding` FP32 [batch, hidden], the mean over a text's
 * tokens. Attention, GELU and layer normalisation as in BERT, without positions; weights are noise.
 */
export function encoderModel(options: EncoderOptions = {}): OnnxModel {
  const { layers = 6, hidden = 384, heads = 12, vocabulary = 4096, tokens = "tokens" } = options;
  const graph = new EncoderGraph(hidden);
  const headSize = hidden / heads;
  Object.assign(graph.initializers, {
    vocabulary: noiseTensor([vocabulary, hidden], 1),
    split_shape: int64Tensor([0, 0, heads, headSize]),
    joined_shape: int64Tensor([0, 0, hidden]),
    score_scale: floatTensor([1 / Math.sqrt(headSize)], []),
    half_root: floatTensor([Math.SQRT1_2], []),
    one: floatTensor([1], []),
    half: floatTensor([0.5], []),
  });
  let features = graph.add("Gather", "tokens_embedded", ["vocabulary", "input_ids"]);
  for (let layer = 0; layer < layers; layer++) {
    const name = `layer${layer}`;
    const attended = attention(graph, name, features, { hidden });
    const middle = graph.normalized(`${name}_attended`, attended, features);
    const wide = graph.dense(`${name}_wide`, middle, [hidden, FEED_FORWARD_FACTOR * hidden]);
    const active = graph.gelu(`${name}_active`, wide);
    const narrow = graph.dense(`${name}_narrow`, active, [FEED_FORWARD_FACTOR * hidden, hidden]);
    features = graph.normalized(`${name}_out`, narrow, middle);
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
