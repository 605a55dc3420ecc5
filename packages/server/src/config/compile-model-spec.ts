import type { ModelConfig } from "@nereid/protocol";
import type { ModelSpec } from "../model/model-spec.ts";

/**
 * The data plane's form of a complete configuration.
 *
 * @param labels by output name; outputs without labels are absent
 */
export function compileModelSpec(
  _config: ModelConfig,
  _version: bigint,
  _labels: ReadonlyMap<string, readonly string[]>,
): ModelSpec {
  throw new Error("not written yet");
}
