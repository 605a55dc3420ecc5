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

const TYPESCRIPT_IDENTITY = `import type { InferenceRequest, Model } from "@nereid/server/model";

export default class implements Model {
  execute(requests: readonly InferenceRequest[]) {
    return requests.map((request) => ({ outputs: [request.input("INPUT0").withName("OUTPUT0")] }));
  }
}
`;

const PYTHON_IDENTITY = `import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(request, "INPUT0") for request in requests]
        outputs = [pb_utils.Tensor("OUTPUT0", value.as_numpy()) for value in inputs]
        return [pb_utils.InferenceResponse([output]) for output in outputs]
`;

/** The same identity as a script of either kind. */
function scriptedIdentity(root: string, language: "typescript" | "python"): void {
  const isTypeScript = language === "typescript";
  const folder = join(root, "identity", "1");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, isTypeScript ? "model.ts" : "model.py"),
    isTypeScript ? TYPESCRIPT_IDENTITY : PYTHON_IDENTITY,
  );
  writeFileSync(
    join(root, "identity", "config.pbtxt"),
    `backend: "${language}"
input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [-1] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [-1] }]
instance_group [{ kind: KIND_CPU count: 1 }]
`,
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

/** Three identities, one after the other. */
function ensemble(root: string): void {
  const steps = ["first", "second", "third"].map((model, index) => {
    identity(root, model, [16]);
    const from = index === 0 ? "INPUT0" : `t${index}`;
    const to = index === 2 ? "OUTPUT0" : `t${index + 1}`;
    return `step { model_name: "${model}" model_version: -1 input_map { key: "INPUT0" value: "${from}" } output_map { key: "OUTPUT0" value: "${to}" } }`;
  });
  mkdirSync(join(root, "chain", "1"), { recursive: true });
  writeFileSync(
    join(root, "chain", "config.pbtxt"),
    `platform: "ensemble"
input [{ name: "INPUT0" data_type: TYPE_FP32 dims: [16] }]
output [{ name: "OUTPUT0" data_type: TYPE_FP32 dims: [16] }]
ensemble_scheduling { ${steps.join("\n")} }
`,
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
  readonly ensemble: string;
  readonly typescript: string;
  readonly python: string;
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
    ensemble: repository("ensemble", (path) => {
      ensemble(path);
    }),
    typescript: repository("typescript", (path) => {
      scriptedIdentity(path, "typescript");
    }),
    python: repository("python", (path) => {
      scriptedIdentity(path, "python");
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
