import { clone, create, type MessageInitShape } from "@bufbuild/protobuf";
import { type ModelConfig, ModelConfigSchema } from "../gen/inference/model_config_pb.ts";

/** What {@link createModelConfig} takes: any part of a configuration, submessages included. */
export type ModelConfigInit = MessageInitShape<typeof ModelConfigSchema>;

/**
 * A configuration with the given fields set and protobuf's defaults elsewhere (empty text, 0, empty lists, absent
 * submessages). Nothing is normalised.
 *
 * Field names are the proto names in camel case. 64-bit integers (`dims`, `reshape.shape`, versions, microseconds,
 * priority levels, `model_version`) are bigint in the message: the configuration may hold any int64 and must print it
 * back. `TensorSpec`, which the data plane reads, has numbers.
 */
export function createModelConfig(init?: ModelConfigInit): ModelConfig {
  return create(ModelConfigSchema, init);
}

/** A deep copy: changing one never changes the other. */
export function cloneModelConfig(config: ModelConfig): ModelConfig {
  return clone(ModelConfigSchema, config);
}
