import type { GraphNode, TensorValue } from "../model.ts";
import { floatTensor, int64Tensor, noiseTensor } from "../tensor-value.ts";

/** Features between the two dense layers, in multiples of `hidden`. */
const FEED_FORWARD_FACTOR = 4;

/** The nodes and weights of a text encoder while it is made. */
export class EncoderGraph {
  readonly nodes: GraphNode[] = [];
  readonly initializers: Record<string, TensorValue> = {};
  readonly #hidden: number;

  /** @param sizes features of a token, a multiple of the number of heads */
  constructor({ hidden, heads }: { readonly hidden: number; readonly heads: number }) {
    this.#hidden = hidden;
    const headSize = hidden / heads;
    Object.assign(this.initializers, {
      split_shape: int64Tensor([0, 0, heads, headSize]),
      joined_shape: int64Tensor([0, 0, hidden]),
      score_scale: floatTensor([1 / Math.sqrt(headSize)], []),
      half_root: floatTensor([Math.SQRT1_2], []),
      one: floatTensor([1], []),
      half: floatTensor([0.5], []),
    });
  }

  /** Adds a node with one output, which is named after it. */
  add(opType: string, name: string, inputs: readonly string[], attributes = {}): string {
    this.nodes.push({ opType, inputs, outputs: [name], attributes });
    return name;
  }

  /** A product with weights of noise. */
  dense(name: string, input: string, widths: readonly [from: number, to: number]): string {
    this.initializers[`${name}_weight`] = noiseTensor(widths, Math.sqrt(3 / widths[0]));
    return this.add("MatMul", name, [input, `${name}_weight`]);
  }

  /** The sum of two, normalised. */
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

  /**
   * One layer: attention and two dense layers, each with its shortcut and its normalisation.
   *
   * @param bias what is added to the attention's scores, [batch, 1, 1, tokens]; null for nothing
   */
  layer(name: string, features: string, bias: string | null): string {
    const hidden = this.#hidden;
    const attended = attention(this, name, features, { hidden, bias });
    const middle = this.normalized(`${name}_attended`, attended, features);
    const wide = this.dense(`${name}_wide`, middle, [hidden, FEED_FORWARD_FACTOR * hidden]);
    const active = this.gelu(`${name}_active`, wide);
    const narrow = this.dense(`${name}_narrow`, active, [FEED_FORWARD_FACTOR * hidden, hidden]);
    return this.normalized(`${name}_out`, narrow, middle);
  }
}

function attention(
  graph: EncoderGraph,
  name: string,
  input: string,
  options: { readonly hidden: number; readonly bias: string | null },
): string {
  const { hidden, bias } = options;
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
  const biased = bias === null ? scaled : graph.add("Add", `${name}_biased`, [scaled, bias]);
  const weights = graph.add("Softmax", `${name}_weights`, [biased], { axis: { int: -1 } });
  const mixed = graph.add("MatMul", `${name}_mixed`, [weights, value]);
  const turned = graph.add("Transpose", `${name}_turned`, [mixed], {
    perm: { ints: [0, 2, 1, 3] },
  });
  const joined = graph.add("Reshape", `${name}_joined`, [turned, "joined_shape"]);
  return graph.dense(`${name}_output`, joined, [hidden, hidden]);
}
