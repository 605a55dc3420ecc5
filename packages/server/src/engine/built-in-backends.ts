import { createOnnxRuntimeBackend } from "../backends/onnxruntime/backend.ts";
import type { BackendFactory } from "./backend-registry.ts";

/** The backends that come with the server, by the name that a model's configuration gives. */
export const builtInBackends: ReadonlyMap<string, BackendFactory> = new Map([
  ["onnxruntime", (options) => Promise.resolve(createOnnxRuntimeBackend(options))],
]);
