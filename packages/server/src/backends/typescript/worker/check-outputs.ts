import { countByteStrings } from "../api/byte-strings.ts";
import { countElements } from "../api/element-sizes.ts";
import { TritonError } from "../api/model-error.ts";
import { Tensor } from "../api/tensor.ts";
import { typeName } from "./error-text.ts";
import type { OutputDefinition } from "./worker-start.ts";

/** What outputs are checked against. */
export interface OutputRules {
  readonly modelName: string;
  readonly isBatching: boolean;
  readonly outputs: ReadonlyMap<string, OutputDefinition>;
}

/**
 * Checks one response's outputs against the configuration.
 *
 * @param batchSize rows of the request
 * @throws {TritonError} for a value that is no tensor, an unknown output, one given twice, another datatype or shape
 */
export function checkOutputs(
  rules: OutputRules,
  outputs: unknown,
  batchSize: number,
): readonly Tensor[] {
  if (!Array.isArray(outputs)) {
    throw new TritonError(
      `Expected an array of outputs in a response, found type '${typeName(outputs)}'.`,
    );
  }
  const names = new Set<string>();
  // Models in JavaScript may give anything.
  for (const output of outputs as readonly unknown[]) {
    if (!(output instanceof Tensor)) {
      throw new TritonError(
        `Expected a 'Tensor' in a response's outputs, found type '${typeName(output)}'.`,
      );
    }
    if (names.has(output.name)) {
      throw new TritonError(`output '${output.name}' of model '${rules.modelName}' is given twice`);
    }
    names.add(output.name);
    checkOutput(rules, output, batchSize);
  }
  return outputs as readonly Tensor[]; // checked above
}

function checkOutput(
  { modelName, isBatching, outputs }: OutputRules,
  output: Tensor,
  rows: number,
): void {
  const { name, datatype, shape, bytes } = output;
  const definition = outputs.get(name);
  if (definition === undefined) {
    throw new TritonError(`unexpected inference output '${name}' for model '${modelName}'`);
  }
  if (datatype !== definition.datatype) {
    throw new TritonError(
      `output '${name}' of model '${modelName}' has datatype ${datatype}, the configuration expects ${definition.datatype}`,
    );
  }
  const isShape =
    shape.length === definition.shape.length &&
    shape.every(
      (size, index) => definition.shape[index] === -1 || definition.shape[index] === size,
    ) &&
    (!isBatching || shape[0] === rows);
  if (!isShape) {
    const expected = isBatching ? [rows, ...definition.shape.slice(1)] : definition.shape;
    throw new TritonError(
      `output '${name}' of model '${modelName}' has shape [${shape.join(",")}], expected [${expected.join(",")}]`,
    );
  }
  if (datatype === "BYTES" && countByteStrings(bytes) !== countElements(shape)) {
    throw new TritonError(
      `output '${name}' of model '${modelName}' has shape [${shape.join(",")}] but not as many strings`,
    );
  }
}
