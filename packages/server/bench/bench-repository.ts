import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  convNetModel,
  type Dimension,
  identityModel,
  mlpModel,
  type OnnxModel,
  writeModel,
} from "@nereid/onnx-writer";

const CONV_FLOPS = 2e9;
const LARGE_WEIGHT_BYTES = 100e6;

function addModel(root: string, name: string, model: OnnxModel, config: string): void {
  writeModel(join(root, name, "1", "model.onnx"), model);
  writeFileSync(join(root, name, "config.pbtxt"), `${config}\n`);
}

function identity(root: string, name: string, dims: readonly Dimension[]): void {
  const model = identityModel({ elementType: "FLOAT", dims });
  const shape = dims.map((dim) => (typeof dim === "number" ? dim : -1)).join(", ");
  const tensor = (tensorName: string): string =>
    `[{ name: "${tensorName}" data_type: TYPE_FP32 dims: [${shape}] }]`;
  addModel(
    root,
    name,
    model,
    `platform: "onnxruntime_onnx"
input ${tensor("INPUT0")}
output ${tensor("OUTPUT0")}
instance_group [{ kind: KIND_CPU count: 1 }]`,
  );
}

/** One instance, on which 256 sequences may be at a time. */
function sequences(root: string, strategy: "direct" | "oldest"): void {
  const choice = strategy === "direct" ? "direct { }" : "oldest { max_candidate_sequences: 256 }";
  addModel(
    root,
    strategy,
    identityModel({ elementType: "FLOAT", dims: [16], isBatched: true }),
    `platform: "onnxruntime_onnx"
max_batch_size: ${strategy === "direct" ? 256 : 32}
input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [16] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [16] }]
sequence_batching { max_sequence_idle_microseconds: 10000000 ${choice} }
instance_group [{ kind: KIND_CPU count: 1 }]`,
  );
}

function convNet(root: string, name: string, instanceCount: number): void {
  addModel(
    root,
    name,
    convNetModel({ flops: CONV_FLOPS, batch: 1 }),
    `platform: "onnxruntime_onnx"
input [{ name: "image" data_type: TYPE_FP32 dims: [1, 3, 112, 112] }]
output [{ name: "probabilities" data_type: TYPE_FP32 dims: [1, 10] }]
instance_group [{ kind: KIND_CPU count: ${instanceCount} }]`,
  );
}

function largeMlp(root: string, name: string, instanceCount: number): void {
  addModel(
    root,
    name,
    mlpModel({ weightBytes: LARGE_WEIGHT_BYTES }),
    `platform: "onnxruntime_onnx"
max_batch_size: 4
input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [1024] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [1024] }]
instance_group [{ kind: KIND_CPU count: ${instanceCount} }]`,
  );
}

/** The repositories of the bench, one a question, under `root`. */
export interface BenchRepositories {
  readonly empty: string;
  readonly small: string;
  readonly large: string;
  readonly image: string;
  readonly sequences: string;
  readonly convOne: string;
  readonly convTwo: string;
  readonly weightsOne: string;
  readonly weightsFour: string;
}

/** Writes every model that the bench serves. */
export function writeBenchRepositories(root: string): BenchRepositories {
  const repository = (name: string, fill: (path: string) => void): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    fill(path);
    return path;
  };
  return {
    empty: repository("empty", () => {}),
    small: repository("small", (path) => {
      identity(path, "identity", [16]);
    }),
    large: repository("large", (path) => {
      identity(path, "identity", ["n"]);
    }),
    image: repository("image", (path) => {
      identity(path, "identity", [3, 224, 224]);
    }),
    sequences: repository("sequences", (path) => {
      sequences(path, "direct");
      sequences(path, "oldest");
    }),
    convOne: repository("conv_1", (path) => {
      convNet(path, "conv", 1);
    }),
    convTwo: repository("conv_2", (path) => {
      convNet(path, "conv", 2);
    }),
    weightsOne: repository("weights_1", (path) => {
      largeMlp(path, "mlp", 1);
    }),
    weightsFour: repository("weights_4", (path) => {
      largeMlp(path, "mlp", 4);
    }),
  };
}
