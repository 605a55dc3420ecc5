import type { RestrictedApi } from "../../config/server-options.ts";
import type { EndpointKind } from "./router.ts";

/** The API that each endpoint belongs to, as `--http-restricted-api` has it. */
export const API_OF: Readonly<Record<EndpointKind, RestrictedApi>> = {
  "server-metadata": "metadata",
  "server-live": "health",
  "server-ready": "health",
  "model-metadata": "metadata",
  "model-ready": "health",
  "model-config": "model-config",
  "model-statistics": "statistics",
  infer: "inference",
  generate: "inference",
  "generate-stream": "inference",
  "trace-setting": "trace",
  logging: "logging",
  "repository-index": "model-repository",
  "model-load": "model-repository",
  "model-unload": "model-repository",
  "system-shared-memory-status": "shared-memory",
  "system-shared-memory-register": "shared-memory",
  "system-shared-memory-unregister": "shared-memory",
  "cuda-shared-memory-status": "shared-memory",
  "cuda-shared-memory-register": "shared-memory",
  "cuda-shared-memory-unregister": "shared-memory",
};
