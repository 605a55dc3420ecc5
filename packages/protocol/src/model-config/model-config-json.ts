import { toBinary } from "@bufbuild/protobuf";
import { type ModelConfig, ModelConfigSchema } from "../gen/inference/model_config_pb.ts";
import { readJsonMessage } from "./json/read-json-message.ts";
import { type JsonFormat, writeJsonMessage } from "./json/write-json-message.ts";

/**
 * The real server rewrites most 64-bit integers from protobuf's text to numbers; these it forgets.
 *
 * @see Triton core src/model_config_utils.cc, ModelConfigToJson
 */
const FORMAT: JsonFormat = {
  textIntegers: new Set([
    "inference.ModelSequenceBatching.InitialState.dims",
    "inference.ModelOptimizationPolicy.Cuda.GraphSpec.Shape.dim",
    "inference.ModelInstanceGroup.SecondaryDevice.device_id",
  ]),
};

/** The configuration as /config shows it (config version 1); empty text for a configuration with nothing set. */
export function modelConfigToJson(config: ModelConfig): string {
  const isEmpty = toBinary(ModelConfigSchema, config).byteLength === 0;
  return isEmpty ? "" : writeJsonMessage(ModelConfigSchema, config, FORMAT);
}

/**
 * Reads the JSON form, as the load request's `config` has it. Nothing is filled in.
 *
 * @throws {TritonError} InvalidArg with protobuf's message (Triton puts `Invalid config override: ` before it)
 * @see Triton core src/model_config_utils.cc, JsonToModelConfig
 */
export function parseModelConfigJson(text: string): ModelConfig {
  return readJsonMessage(ModelConfigSchema, text);
}
