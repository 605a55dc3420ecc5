import { formatShape, isSameShape, type ModelConfig } from "@nereid/protocol";
import { check, tensorsOf } from "../model-check.ts";

const INPUT = "INPUT";
const OUTPUT = "OUTPUT";

/** What of an input has to be the same of its output. */
interface Pairing {
  readonly dataType: string;
  /** As the model sees it. */
  readonly dims: readonly number[];
}

/** The index in a tensor's name: `INPUT7` has "7". */
export function tensorIndex(name: string): string {
  return name.replace(/^(?:INPUT|OUTPUT)/, "");
}

/**
 * @throws {TritonError} InvalidArg unless there is an OUTPUT<index> of the same datatype and shape for every INPUT<index>
 * @see Triton identity_backend src/identity.cc, ValidateModelConfig
 */
export function checkIdentityConfig(config: ModelConfig): void {
  check(
    config.input.length === config.output.length,
    "model configuration must have equal input/output pairs",
  );
  for (const [index, { name }] of config.input.entries()) {
    const output = config.output[index]?.name ?? "";
    check(
      name.startsWith(INPUT),
      `expected input name to follow INPUT<index> pattern, got '${name}'`,
    );
    check(
      output.startsWith(OUTPUT),
      `expected output name to follow OUTPUT<index> pattern, got '${output}'`,
    );
  }
  const inputs = pairings(config.input);
  for (const [index, output] of pairings(config.output)) {
    const input = inputs.get(index);
    check(input !== undefined, "expected input and output indices to match");
    checkPair(input ?? output, output);
  }
}

function checkPair(input: Pairing, output: Pairing): void {
  check(
    input.dataType === output.dataType,
    `expected input and output datatype to match, got ${input.dataType} and ${output.dataType}`,
  );
  check(
    isSameShape(input.dims, output.dims),
    `expected input and output shape to match, got ${formatShape(input.dims)} and ${formatShape(output.dims)}`,
  );
}

function pairings(
  tensors: ModelConfig["input"] | ModelConfig["output"],
): ReadonlyMap<string, Pairing> {
  const described = tensorsOf(tensors);
  return new Map(
    tensors.map(({ name, reshape }, index) => [
      tensorIndex(name),
      {
        dataType: described[index]?.dataType ?? "",
        dims: reshape === undefined ? (described[index]?.dims ?? []) : reshape.shape.map(Number),
      },
    ]),
  );
}
