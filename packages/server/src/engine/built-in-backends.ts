import { IdentityBackend } from "../backends/identity/identity-backend.ts";
import { createOnnxRuntimeBackend } from "../backends/onnxruntime/backend.ts";
import { createPythonBackend } from "../backends/python/backend.ts";
import { RepeatBackend } from "../backends/repeat/repeat-backend.ts";
import { SquareBackend } from "../backends/square/square-backend.ts";
import type { BackendFactory } from "./backend-registry.ts";

/** The backends that come with the server, by the name that a model's configuration gives. */
export const builtInBackends: ReadonlyMap<string, BackendFactory> = new Map<string, BackendFactory>(
  [
    ["onnxruntime", (options) => Promise.resolve(createOnnxRuntimeBackend(options))],
    ["python", async (options) => createPythonBackend(options)],
    ["identity", (options) => Promise.resolve(new IdentityBackend(options))],
    ["repeat", (options) => Promise.resolve(new RepeatBackend(options))],
    ["square", (options) => Promise.resolve(new SquareBackend(options))],
  ],
);
