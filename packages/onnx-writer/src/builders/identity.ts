import type { ElementType } from "../element-type.ts";
import type { Dimension, OnnxModel } from "../model.ts";
import { batchedDims } from "../tensor-value.ts";

/** What `identityModel` takes. */
export interface IdentityOptions {
  readonly elementType: ElementType;
  /** Without the batch dimension. `[]` makes scalars (and, with `isBatched`, a vector of them). */
  readonly dims: readonly Dimension[];
  /** Puts a symbolic batch dimension in front. */
  readonly isBatched?: boolean;
  /** Number of pairs INPUT0 → OUTPUT0, INPUT1 → OUTPUT1 …; 1 unless stated. */
  readonly pairCount?: number;
}

// Identity takes the eight- and four-bit types only from this operator set on, which needs a newer file version.
const NARROW_TYPES: ReadonlySet<ElementType> = new Set([
  "FLOAT8E4M3FN",
  "FLOAT8E5M2",
  "UINT4",
  "INT4",
]);
const NARROW_TYPES_OPSET = 21;
const NARROW_TYPES_IR_VERSION = 10;

/** INPUT<i> copied to OUTPUT<i>, for any element type. */
export function identityModel(options: IdentityOptions): OnnxModel {
  const dims = batchedDims(options.dims, options.isBatched);
  const indices = Array.from({ length: options.pairCount ?? 1 }, (_, index) => index);
  const { elementType } = options;
  const graph: OnnxModel["graph"] = {
    name: "identity",
    inputs: indices.map((index) => ({ name: `INPUT${index}`, elementType, dims })),
    outputs: indices.map((index) => ({ name: `OUTPUT${index}`, elementType, dims })),
    nodes: indices.map((index) => ({
      opType: "Identity",
      inputs: [`INPUT${index}`],
      outputs: [`OUTPUT${index}`],
    })),
  };
  return NARROW_TYPES.has(elementType)
    ? { graph, opset: NARROW_TYPES_OPSET, irVersion: NARROW_TYPES_IR_VERSION }
    : { graph };
}
