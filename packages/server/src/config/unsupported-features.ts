import type { ModelConfig } from "@nereid/protocol";

/** Names of the fields that this product does not run yet, in the configuration's order; empty if the model can load. */
export function unsupportedFeatures(_config: ModelConfig): readonly string[] {
  throw new Error("not written yet");
}

/** @throws {TritonError} Unsupported, naming model and fields, if the configuration asks for what does not run yet */
export function checkSupported(_config: ModelConfig): void {
  throw new Error("not written yet");
}
