import { findOrtLibrary } from "../../ffi/ort/find-ort-library.ts";
import type { BackendOptions } from "../../model/backend.ts";
import { parseBackendSettings } from "./backend-settings.ts";
import { OnnxRuntimeBackend } from "./onnxruntime-backend.ts";
import { Runtime } from "./runtime.ts";

/**
 * The backend `onnxruntime`: ONNX models through ONNX Runtime's C API.
 *
 * Loads the library, which takes some 30 ms. See `BackendSettings` for the settings that it reads.
 *
 * @throws {TritonError} Unavailable, saying what to install, if there is no library; InvalidArg for a bad setting
 */
export function createOnnxRuntimeBackend(options: BackendOptions): OnnxRuntimeBackend {
  const settings = parseBackendSettings(options.settings);
  const libraryPath = findOrtLibrary(settings.libraryPath);
  const { clock, log } = options;
  log.info("TRITONBACKEND_Initialize: onnxruntime");
  const runtime = Runtime.load(libraryPath, { settings, clock, log });
  return new OnnxRuntimeBackend(runtime, settings, clock);
}
