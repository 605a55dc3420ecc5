import {
  dataTypeName,
  formatShape,
  type ModelConfig,
  StatusCode,
  TritonError,
} from "@nereid/protocol";

/** An input or output of a configuration, as far as the built-in test backends look at it. */
export interface ConfiguredTensor {
  readonly name: string;
  /** As the file spells it: `TYPE_INT32`. */
  readonly dataType: string;
  readonly dims: readonly number[];
}

/** @throws {TritonError} InvalidArg with the message unless the condition holds */
export function check(condition: boolean, message: string): void {
  if (!condition) {
    throw new TritonError(StatusCode.InvalidArg, message);
  }
}

/** The inputs, or the outputs, of a configuration. */
export function tensorsOf(
  tensors: ModelConfig["input"] | ModelConfig["output"],
): readonly ConfiguredTensor[] {
  return tensors.map(({ name, dataType, dims }) => ({
    name,
    dataType: dataTypeName(dataType),
    dims: dims.map(Number),
  }));
}

/** @throws {TritonError} InvalidArg unless the tensor has this name; `place` says which one it is, "first input" */
export function requireName(tensor: ConfiguredTensor, place: string, name: string): void {
  check(tensor.name === name, `expected ${place} tensor name to be ${name}, got ${tensor.name}`);
}

/** @throws {TritonError} InvalidArg unless the tensor's dims are [1] */
export function requireSingle({ name, dims }: ConfiguredTensor): void {
  check(
    dims.length === 1 && dims[0] === 1,
    `expected ${name} shape to be [1], got ${formatShape(dims)}`,
  );
}

/** @throws {TritonError} InvalidArg unless the tensor has this datatype, `INT32` */
export function requireDatatype({ name, dataType }: ConfiguredTensor, datatype: string): void {
  check(
    dataType === `TYPE_${datatype}`,
    `expected ${name} datatype to be ${datatype}, got ${dataType}`,
  );
}
