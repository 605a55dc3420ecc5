import type { ModelConfig } from "@nereid/protocol";

/**
 * The model's file or directory within the version directory: `cc_model_filenames` for the GPU's compute capability, else
 * `default_model_filename`, else empty: the backend then takes its own default.
 *
 * @param computeCapability `<major>.<minor>` of the GPU, or null off GPUs
 * @see Triton backend src/backend_model_instance.cc
 */
export function modelFilename(config: ModelConfig, computeCapability: string | null): string {
  const { ccModelFilenames, defaultModelFilename } = config;
  const hasOwnFile =
    computeCapability !== null && Object.hasOwn(ccModelFilenames, computeCapability);
  return (hasOwnFile ? ccModelFilenames[computeCapability] : undefined) ?? defaultModelFilename;
}
