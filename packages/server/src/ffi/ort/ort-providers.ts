import { StatusCode, TritonError } from "@nereid/protocol";
import { NativeWords, readWord } from "../native-memory.ts";
import { CStringArray, readCString } from "../native-strings.ts";
import type { OrtLibrary } from "./ort-library.ts";
import type { OrtSessionOptions } from "./ort-session-options.ts";

/** An execution provider by its name in the C API, with its options as text. */
export interface OrtProvider {
  /** `CUDA`, `TensorRT`, `OpenVINO`, or any name that the generic entry of the C API takes (`XNNPACK`, `QNN`, …). */
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Names of the execution providers that the library was built with, e.g. `CPUExecutionProvider`. One of them may still
 * fail to load its own library.
 */
export function availableProviders(library: OrtLibrary): string[] {
  const { api } = library;
  const out = new NativeWords(2);
  library.check(api.getAvailableProviders(out.address, out.address + 8n));
  const list = out.at(0);
  // The count is an int: the low half of the second word.
  const count = Number(BigInt.asIntN(32, out.at(1)));
  const names = Array.from({ length: count }, (_, index) =>
    readCString(readWord(list + BigInt(index) * 8n)),
  );
  library.check(api.releaseAvailableProviders(list, count));
  return names;
}

/**
 * Adds an execution provider to session options. Providers are asked in the order in which they were added; the CPU is
 * always the last.
 *
 * @throws {TritonError} Unavailable with ONNX Runtime's message: the provider is not in the build, its library or the
 *   libraries that it needs are missing, an option is unknown or has a bad value
 */
export function appendProvider(
  library: OrtLibrary,
  options: OrtSessionOptions,
  provider: OrtProvider,
): void {
  try {
    append(library, options, provider);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TritonError(
      StatusCode.Unavailable,
      `unable to set up the execution provider '${provider.name}' of the library '${library.path}': ${reason}`,
      { cause: error },
    );
  }
}

function append(library: OrtLibrary, options: OrtSessionOptions, provider: OrtProvider): void {
  const { api } = library;
  const keys = new CStringArray(Object.keys(provider.options));
  const values = new CStringArray(Object.values(provider.options));
  switch (provider.name) {
    case "CUDA": {
      const cuda = library.word((out) => api.createCUDAProviderOptions(out));
      try {
        library.check(
          api.updateCUDAProviderOptions(cuda, keys.address, values.address, keys.count),
        );
        library.check(api.sessionOptionsAppendExecutionProvider_CUDA_V2(options.address, cuda));
      } finally {
        api.releaseCUDAProviderOptions(cuda);
      }
      return;
    }
    case "TensorRT": {
      const tensorrt = library.word((out) => api.createTensorRTProviderOptions(out));
      try {
        library.check(
          api.updateTensorRTProviderOptions(tensorrt, keys.address, values.address, keys.count),
        );
        library.check(
          api.sessionOptionsAppendExecutionProvider_TensorRT_V2(options.address, tensorrt),
        );
      } finally {
        api.releaseTensorRTProviderOptions(tensorrt);
      }
      return;
    }
    case "OpenVINO":
      library.check(
        api.sessionOptionsAppendExecutionProvider_OpenVINO_V2(
          options.address,
          keys.address,
          values.address,
          keys.count,
        ),
      );
      return;
    default:
      library.check(
        api.sessionOptionsAppendExecutionProvider(
          options.address,
          provider.name,
          keys.address,
          values.address,
          keys.count,
        ),
      );
  }
}
