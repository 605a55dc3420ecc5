/**
 * The names that Triton's core knows: legacy platforms, the backends behind them and the model files they look for.
 *
 * @see Triton core src/constants.h
 */
export const Platform = {
  Ensemble: "ensemble",
  OnnxRuntime: "onnxruntime_onnx",
  PyTorchAoti: "torch_aoti",
  PyTorchLibTorch: "pytorch_libtorch",
  PyTorchLibTorchAlias: "libtorch",
  TensorFlowGraphDef: "tensorflow_graphdef",
  TensorFlowSavedModel: "tensorflow_savedmodel",
  TensorRt: "tensorrt_plan",
  /** Ours, and its other name. */
  TypeScript: "typescript",
  JavaScript: "javascript",
} as const;

/** The backends whose models the core recognises by their files; any other name is a backend too. */
export const BackendName = {
  OnnxRuntime: "onnxruntime",
  OpenVino: "openvino",
  Python: "python",
  PyTorch: "pytorch",
  TensorFlow: "tensorflow",
  TensorRt: "tensorrt",
  TypeScript: "typescript",
} as const;

/** The file, or directory, that each kind of model has by default. */
export const ModelFile = {
  OnnxRuntime: "model.onnx",
  OpenVino: "model.xml",
  Python: "model.py",
  PyTorchAoti: "model.pt2",
  PyTorchLibTorch: "model.pt",
  TensorFlowGraphDef: "model.graphdef",
  TensorFlowSavedModel: "model.savedmodel",
  TensorRt: "model.plan",
} as const;

/** The files of a TypeScript model, in the order in which they are looked for. */
export const TYPESCRIPT_MODEL_FILES: readonly string[] = [
  "model.ts",
  "model.mts",
  "model.js",
  "model.mjs",
];

/** The platforms that a backend may be configured with; a backend that is not here may have any. */
const PLATFORMS_BY_BACKEND: ReadonlyMap<string, readonly string[]> = new Map([
  [BackendName.TensorFlow, [Platform.TensorFlowGraphDef, Platform.TensorFlowSavedModel]],
  [BackendName.TensorRt, [Platform.TensorRt]],
  [BackendName.OnnxRuntime, [Platform.OnnxRuntime]],
  // Not the AOTI platform: the core compares kinds, and takes the backend's name for the other one's.
  [BackendName.PyTorch, [Platform.PyTorchLibTorch]],
]);

/** Whether the backend is known to run models of another platform than this. */
export function isPlatformMismatch({
  backend,
  platform,
}: {
  readonly backend: string;
  readonly platform: string;
}): boolean {
  const platforms = PLATFORMS_BY_BACKEND.get(backend);
  return platforms !== undefined && !platforms.includes(platform);
}
