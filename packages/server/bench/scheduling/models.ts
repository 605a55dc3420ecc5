import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  convNetModel,
  encoderModel,
  mlpModel,
  type OnnxModel,
  writeModel,
} from "@nereid/onnx-writer";
import type { BenchRequestOptions } from "../bench-requests.ts";

/** A model of the bench: how it is served, and what one request to it looks like. */
export interface BenchModel {
  readonly name: string;
  readonly model: OnnxModel;
  readonly tensors: string;
  readonly request: BenchRequestOptions;
}

const TOKENS = 32;
const HIDDEN = 192;
const VOCABULARY = 1024;
const MLP_WIDTH = 64;
const MLP_LAYERS = 3;
const BATCH_SIZE_MAX = 16;

/** A small net of 3×3 convolutions: what it costs grows with every image of a batch. */
export const CONV_NET: BenchModel = {
  name: "conv",
  model: convNetModel({ flops: 2.4e8 }),
  tensors: `input [{ name: "image" data_type: TYPE_FP32 dims: [3, 112, 112] }]
output [{ name: "probabilities" data_type: TYPE_FP32 dims: [10] }]`,
  request: { input: "image", output: "probabilities", shape: [1, 3, 112, 112], isBinary: true },
};

/** A small BERT: texts of 32 tokens. */
export const ENCODER: BenchModel = {
  name: "encoder",
  model: encoderModel({ layers: 4, hidden: HIDDEN, heads: 6, vocabulary: VOCABULARY }),
  tensors: `input [{ name: "input_ids" data_type: TYPE_INT64 dims: [${TOKENS}] }]
output [{ name: "embedding" data_type: TYPE_FP32 dims: [${HIDDEN}] }]`,
  request: {
    input: "input_ids",
    output: "embedding",
    shape: [1, TOKENS],
    isBinary: true,
    integersBelow: VOCABULARY,
  },
};

/** Three dense layers of 16 KiB: some microseconds a run. */
export const SMALL_MLP: BenchModel = {
  name: "mlp",
  model: mlpModel({ weightBytes: MLP_LAYERS * 4 * MLP_WIDTH ** 2, width: MLP_WIDTH }),
  tensors: `input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [${MLP_WIDTH}] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [${MLP_WIDTH}] }]`,
  request: { input: "INPUT0", output: "OUTPUT0", shape: [1, MLP_WIDTH], isBinary: true },
};

/** How a model is served. */
export type Variant = "plain" | "batching" | "instances";

const INSTANCE_COUNTS: Readonly<Record<Variant, number>> = { plain: 1, batching: 1, instances: 2 };

/** The name under which a variant of a model is served. */
export function servedName({ name }: BenchModel, variant: Variant): string {
  return `${name}_${variant}`;
}

/** Writes the variants of a model into a repository. */
export function addToRepository(
  root: string,
  bench: BenchModel,
  variants: readonly Variant[],
): void {
  for (const variant of variants) {
    const name = servedName(bench, variant);
    writeModel(join(root, name, "1", "model.onnx"), bench.model);
    writeFileSync(
      join(root, name, "config.pbtxt"),
      `platform: "onnxruntime_onnx"
max_batch_size: ${BATCH_SIZE_MAX}
${bench.tensors}
instance_group [{ kind: KIND_CPU count: ${INSTANCE_COUNTS[variant]} }]
${variant === "batching" ? "dynamic_batching { }" : ""}
`,
    );
  }
}
