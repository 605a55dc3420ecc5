import type { Dimension, ElementType, OnnxModel } from "@nereid/onnx-writer";
import { int64Tensor } from "@nereid/onnx-writer";
import { type ModelSource, onnxModel } from "../model-repository.ts";
import { onnxConfig } from "./config-text.ts";

/** The control tensors of a model: how the boolean ones are said, and the type of the correlation id. */
export interface ControlTypes {
  readonly flags: "INT32" | "FP32" | "BOOL";
  readonly id: "UINT64" | "INT64" | "UINT32" | "INT32" | "STRING";
}

const FLAG_TYPES = { INT32: "INT32", FP32: "FLOAT", BOOL: "BOOL" } as const;

const FLAG_VALUES = {
  INT32: "int32_false_true: [ -3, 7 ]",
  FP32: "fp32_false_true: [ 0.5, 2 ]",
  BOOL: "bool_false_true: [ false, true ]",
} as const;

const FLAGS = ["START", "END", "READY"] as const;

/** The usual ones. */
const CONTROLS: ControlTypes = { flags: "INT32", id: "UINT64" };

/** Shows what a run sees: INPUT, each control tensor, and in BATCH the rows of the run. */
function controlProbe(
  { flags, id }: ControlTypes,
  width: Dimension,
  isBatched: boolean,
): OnnxModel {
  const row = (last: Dimension): readonly Dimension[] => (isBatched ? ["batch", last] : [last]);
  const tensors: readonly (readonly [string, ElementType, Dimension])[] = [
    ["INPUT", "FLOAT", width],
    ...FLAGS.map((name) => [name, FLAG_TYPES[flags], 1] as const),
    ["ID", id, 1],
  ];
  const shape = isBatched
    ? [{ opType: "Expand", inputs: ["rows", "column"], outputs: ["BATCH"] }]
    : [];
  return {
    graph: {
      name: "control_probe",
      inputs: tensors.map(([name, elementType, last]) => ({ name, elementType, dims: row(last) })),
      outputs: [
        ...tensors.map(([name, elementType, last]) => ({
          name: `${name}_SEEN`,
          elementType,
          dims: row(last),
        })),
        { name: "BATCH", elementType: "INT64" as const, dims: isBatched ? ["batch", 1] : [1] },
      ],
      nodes: [
        ...tensors.map(([name]) => ({
          opType: "Identity",
          inputs: [name],
          outputs: [`${name}_SEEN`],
        })),
        { opType: "Shape", inputs: ["INPUT"], outputs: ["shape"] },
        {
          opType: "Slice",
          inputs: ["shape", "first", "second"],
          outputs: [isBatched ? "rows" : "BATCH"],
        },
        ...(isBatched
          ? [
              {
                opType: "Concat",
                inputs: ["rows", "second"],
                outputs: ["column"],
                attributes: { axis: { int: 0 } },
              },
            ]
          : []),
        ...shape,
      ],
      initializers: { first: int64Tensor([0]), second: int64Tensor([1]) },
    },
  };
}

/** How a model of sequences is configured. */
export interface SequenceModelOptions {
  readonly strategy: string;
  readonly maxBatchSize?: number;
  readonly controls?: ControlTypes;
  readonly width?: number;
  readonly idleMs?: number;
  readonly instanceCount?: number;
}

/** A model that shows its control tensors, batches up to 4 unless stated. */
export function sequenceModel(name: string, options: SequenceModelOptions): ModelSource {
  const { strategy, maxBatchSize = 4, controls = CONTROLS, width = 1 } = options;
  const { idleMs = 20_000, instanceCount = 1 } = options;
  const flagText = FLAGS.map(
    (flag) =>
      `  control_input { name: "${flag}" control { kind: CONTROL_SEQUENCE_${flag} ${FLAG_VALUES[controls.flags]} } }\n`,
  ).join("");
  return onnxModel(
    name,
    controlProbe(controls, width < 0 ? "width" : width, maxBatchSize > 0),
    onnxConfig({
      maxBatchSize,
      inputs: [["INPUT", "FP32", [width]]],
      outputs: [
        ["INPUT_SEEN", "FP32", [width]],
        ...FLAGS.map((flag) => [`${flag}_SEEN`, controls.flags, [1]] as const),
        ["ID_SEEN", controls.id, [1]],
        ["BATCH", "INT64", [1]],
      ],
      more: `sequence_batching {
  max_sequence_idle_microseconds: ${idleMs * 1000}
${flagText}  control_input { name: "ID" control { kind: CONTROL_SEQUENCE_CORRID data_type: TYPE_${controls.id} } }
  ${strategy}
}
instance_group { kind: KIND_CPU count: ${instanceCount} }`,
    }),
  );
}
