/** One `input` or `output` entry of a config.pbtxt: name, type without TYPE_, dims, and any further fields. */
export type TensorLine = readonly [
  name: string,
  type: string,
  dims: readonly number[],
  more?: string,
];

/** What a config.pbtxt is made of here. */
export interface ConfigParts {
  readonly maxBatchSize?: number;
  readonly inputs?: readonly TensorLine[];
  readonly outputs?: readonly TensorLine[];
  /** Text that follows. */
  readonly more?: string;
}

/** A config.pbtxt for the ONNX Runtime backend; the name is left to the directory. */
export function onnxConfig(parts: ConfigParts): string {
  return [
    'backend: "onnxruntime"\n',
    parts.maxBatchSize === undefined ? "" : `max_batch_size: ${parts.maxBatchSize}\n`,
    tensorLines(parts.inputs ?? [], parts.outputs ?? []),
    parts.more === undefined ? "" : `${parts.more}\n`,
  ].join("");
}

/** The inputs and outputs of a config.pbtxt. */
export function tensorLines(inputs: readonly TensorLine[], outputs: readonly TensorLine[]): string {
  return [
    ...inputs.map((line) => tensorText("input", line)),
    ...outputs.map((line) => tensorText("output", line)),
  ].join("");
}

function tensorText(field: string, [name, type, dims, more]: TensorLine): string {
  return `${field} { name: "${name}" data_type: TYPE_${type} dims: [ ${dims.join(", ")} ]${more === undefined ? "" : ` ${more}`} }\n`;
}
