import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelSource } from "../model-repository.ts";

/** Beside `src` and `dist`: the models are the same wherever this runs from. */
const DIRECTORY = join(import.meta.dirname, "../../python-models");

/** A tensor of a configuration: name, datatype and dims. */
export type PythonTensor = readonly [name: string, datatype: string, dims: readonly number[]];

/** What a configuration says beside the tensors. */
export interface PythonConfig {
  readonly inputs: readonly PythonTensor[];
  readonly outputs: readonly PythonTensor[];
  /** Names of inputs that a request may leave out. */
  readonly optional?: readonly string[];
  readonly maxBatchSize?: number;
  /** What its only instance group says; one instance unless stated. */
  readonly instanceGroup?: string;
  /** Further lines. */
  readonly more?: string;
}

/** What the models have in common that run what a request says. */
export const CODE: PythonTensor = ["CODE", "STRING", [1]];

/** The answer of those models. */
export const RESULT: PythonTensor = ["RESULT", "STRING", [1]];

/** The text of one of this package's models. */
export function pythonSource(name: string): string {
  return readFileSync(join(DIRECTORY, `${name}.py`), "utf8");
}

/** A config.pbtxt for the Python backend. */
export function pythonConfig(config: PythonConfig): string {
  const { inputs, outputs, optional = [], maxBatchSize = 0 } = config;
  const { instanceGroup = "kind: KIND_CPU", more = "" } = config;
  const tensors = (kind: string, list: readonly PythonTensor[]): readonly string[] =>
    list.map(([name, datatype, dims]) => {
      const rest = optional.includes(name) ? " optional: true" : "";
      return `${kind} [ { name: "${name}" data_type: TYPE_${datatype} dims: [ ${dims.join(", ")} ]${rest} } ]`;
    });
  return [
    `backend: "python"`,
    `max_batch_size: ${maxBatchSize}`,
    ...tensors("input", inputs),
    ...tensors("output", outputs),
    `instance_group [ { ${instanceGroup} } ]`,
    more,
    "",
  ].join("\n");
}

/** A model of the Python backend: its model.py, and its configuration as text or in parts; null for none. */
export function pythonModel(
  name: string,
  source: string,
  config: PythonConfig | string | null,
): ModelSource {
  const text = config === null || typeof config === "string" ? config : pythonConfig(config);
  return {
    name,
    files: { "1/model.py": source, ...(text === null ? {} : { "config.pbtxt": text }) },
  };
}

/** The JSON of a request to a model that runs what it is sent. */
export function codeRequest(code: string, more: object = {}): object {
  return { inputs: [{ name: "CODE", shape: [1], datatype: "BYTES", data: [code] }], ...more };
}
