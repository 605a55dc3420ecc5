import type { ModelConfig } from "@nereid/protocol";
import { check, requireDatatype, requireName, requireSingle, tensorsOf } from "../model-check.ts";

/**
 * @throws {TritonError} InvalidArg unless the model has the input and output of Triton's square backend
 * @see Triton square_backend src/square.cc, ValidateModelConfig
 */
export function checkSquareConfig(config: ModelConfig): void {
  const inputs = tensorsOf(config.input);
  const outputs = tensorsOf(config.output);
  const [input] = inputs;
  const [output] = outputs;
  check(inputs.length === 1, `expected 1 input, got ${inputs.length}`);
  check(outputs.length === 1, `expected 1 output, got ${outputs.length}`);
  if (input !== undefined && output !== undefined) {
    requireName(input, "first input", "IN");
    requireName(output, "first output", "OUT");
    requireSingle(input);
    requireSingle(output);
    requireDatatype(input, "INT32");
    requireDatatype(output, "INT32");
  }
}
