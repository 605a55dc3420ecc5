import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";

/**
 * Names of the fields that this product does not run yet, as the configuration file spells them; empty if the model can load.
 */
export function unsupportedFeatures(config: ModelConfig): readonly string[] {
  const features: readonly (readonly [field: string, isUsed: boolean])[] = [
    [
      "parameters.TRITON_BATCH_STRATEGY_PATH",
      Object.hasOwn(config.parameters, "TRITON_BATCH_STRATEGY_PATH"),
    ],
  ];
  return features.filter(([, isUsed]) => isUsed).map(([field]) => field);
}

/** @throws {TritonError} Unsupported, naming model and fields, if the configuration asks for what does not run yet */
export function checkSupported(config: ModelConfig): void {
  const features = unsupportedFeatures(config);
  if (features.length > 0) {
    throw new TritonError(
      StatusCode.Unsupported,
      `model '${config.name}' uses what is not supported yet: ${features.join(", ")}`,
    );
  }
}
