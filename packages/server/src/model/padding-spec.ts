import type { Datatype } from "@nereid/protocol";

/** The sizes to which a variable dimension is padded. */
export type BucketRule =
  /** `min`, twice `min`, four times `min`, … */
  | { readonly kind: "powers"; readonly min: number }
  /** The multiples of `step`. */
  | { readonly kind: "multiples"; readonly step: number }
  /** These, ascending. What is larger than all of them is not padded. */
  | { readonly kind: "list"; readonly sizes: readonly number[] };

/** An input whose requests are padded, so that those of different lengths can share a batch. */
export interface PaddedInput {
  readonly name: string;
  readonly datatype: Exclude<Datatype, "BYTES">;
  /** One a dimension of the configuration, the batch dimension not among them; null for one that stays as it is. */
  readonly rules: readonly (BucketRule | null)[];
  /** One element, as the tensor has it. */
  readonly value: Uint8Array;
}

/** One dimension of a padded input. */
export interface PaddedDimension {
  readonly input: string;
  /** Without the batch dimension. */
  readonly index: number;
}

/** An input that no request has: 1 where the source has elements of the request, 0 where it is padded. [batch, size]. */
export interface MaskInput {
  readonly name: string;
  readonly datatype: Exclude<Datatype, "BYTES">;
  readonly source: PaddedDimension;
}

/** What a configuration says of a variable dimension of an output. */
export interface OutputDimension {
  readonly output: string;
  /** Without the batch dimension. */
  readonly index: number;
  /** What it is as long as, and is cut to; null to leave it as the model gives it. */
  readonly source: PaddedDimension | null;
}

/** How a model's requests are padded. */
export interface PaddingSpec {
  readonly inputs: ReadonlyMap<string, PaddedInput>;
  readonly masks: readonly MaskInput[];
  readonly outputs: readonly OutputDimension[];
}

/** The size to which one of `size` is padded. */
export function paddedSize(rule: BucketRule | null, size: number): number {
  switch (rule?.kind) {
    case undefined:
      return size;
    case "multiples":
      return Math.max(1, Math.ceil(size / rule.step)) * rule.step;
    case "powers": {
      let padded = rule.min;
      while (padded < size) {
        padded *= 2;
      }
      return padded;
    }
    case "list":
      return rule.sizes.find((bucket) => bucket >= size) ?? size;
  }
}

/** The shape to which a tensor is padded, which has a batch dimension. */
export function paddedShape({ rules }: PaddedInput, shape: readonly number[]): number[] {
  return shape.map((size, index) =>
    index === 0 ? size : paddedSize(rules[index - 1] ?? null, size),
  );
}

/** Whether two tensors have one shape but for their rows once they are padded. */
export function haveEqualPaddedShapes(
  { rules }: PaddedInput,
  left: readonly number[],
  right: readonly number[],
): boolean {
  if (left.length !== right.length) {
    return false;
  }
  for (let index = 1; index < left.length; index++) {
    const [one, other] = [left[index] ?? 0, right[index] ?? 0];
    const rule = rules[index - 1] ?? null;
    if (one !== other && paddedSize(rule, one) !== paddedSize(rule, other)) {
      return false;
    }
  }
  return true;
}
