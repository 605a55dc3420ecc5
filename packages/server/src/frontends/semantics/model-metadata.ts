import type { ModelMetadata, TensorMetadata } from "@nereid/protocol";
import type { ServerFacade } from "../../engine/server-facade.ts";
import type { TensorSpec } from "../../model/model-spec.ts";

/**
 * What a model says of itself: all its READY versions, or the one that was asked for.
 *
 * @throws {TritonError} the lookup errors
 */
export function modelMetadata(
  server: ServerFacade,
  name: string,
  version: bigint | null,
): ModelMetadata {
  const { spec } = server.getModel(name, version);
  const versions = version === null ? server.readyVersions(name) : [version];
  return {
    name: spec.name,
    versions: versions.map(String),
    platform: spec.platform,
    inputs: spec.inputs.map(tensorMetadata),
    outputs: spec.outputs.map(tensorMetadata),
  };
}

function tensorMetadata({ name, datatype, fullShape }: TensorSpec): TensorMetadata {
  return { name, datatype, shape: fullShape };
}
