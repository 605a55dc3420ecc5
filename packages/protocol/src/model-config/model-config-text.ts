import { type ModelConfig, ModelConfigSchema } from "../gen/inference/model_config_pb.ts";
import { readText } from "./text-format/read-text.ts";
import { writeText } from "./text-format/write-text.ts";

/**
 * Reads the text of a config.pbtxt. Nothing is filled in.
 *
 * @param text the file's bytes, or text
 * @throws {TextFormatError} with every problem found, in the words of libprotobuf
 */
export function parseModelConfigText(text: Uint8Array | string): ModelConfig {
  return readText(ModelConfigSchema, text);
}

/** The text that a config.pbtxt with this configuration could have; fields that are not set are left out. */
export function formatModelConfigText(config: ModelConfig): string {
  return writeText(ModelConfigSchema, config);
}
