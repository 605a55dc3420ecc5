import type { ElementType } from "../element-type.ts";
import type { Dimension, GraphNode, OnnxModel, ValueInfo } from "../model.ts";
import { batchedDims } from "../tensor-value.ts";

/** What the builders of stateful models take. */
export interface StatefulOptions {
  /** Of input, state and output. INT32 unless stated; for sums one that ONNX Runtime adds. */
  readonly elementType?: ElementType;
  /** Without the batch dimension; [1] unless stated. */
  readonly dims?: readonly Dimension[];
  /** Puts a symbolic batch dimension in front. */
  readonly isBatched?: boolean;
  /** Names of the state's tensors; STATE_IN and STATE_OUT unless stated. */
  readonly state?: { readonly input: string; readonly output: string };
  /** Further inputs, one element a row, such as the control tensors of a sequence; each comes out as `<name>_OUT`. */
  readonly controls?: Readonly<Record<string, ElementType>>;
}

/** A running sum: OUTPUT0 and STATE_OUT are STATE_IN + INPUT0. */
export function accumulatorModel(options: StatefulOptions = {}): OnnxModel {
  const { input, output } = stateNames(options);
  return statefulModel("accumulator", options, [
    { opType: "Add", inputs: [input, "INPUT0"], outputs: [output] },
    { opType: "Identity", inputs: [output], outputs: ["OUTPUT0"] },
  ]);
}

/** What came one step before, of any element type: OUTPUT0 is STATE_IN, STATE_OUT is INPUT0. */
export function delayModel(options: StatefulOptions = {}): OnnxModel {
  const { input, output } = stateNames(options);
  return statefulModel("delay", options, [
    { opType: "Identity", inputs: [input], outputs: ["OUTPUT0"] },
    { opType: "Identity", inputs: ["INPUT0"], outputs: [output] },
  ]);
}

/** All that came so far, one behind the other: STATE_OUT and OUTPUT0 are STATE_IN with INPUT0 behind it. */
export function historyModel(options: Omit<StatefulOptions, "dims"> = {}): OnnxModel {
  const { input, output } = stateNames(options);
  const axis = options.isBatched === true ? 1 : 0;
  const nodes: readonly GraphNode[] = [
    {
      opType: "Concat",
      inputs: [input, "INPUT0"],
      outputs: [output],
      attributes: { axis: { int: axis } },
    },
    { opType: "Identity", inputs: [output], outputs: ["OUTPUT0"] },
  ];
  return statefulModel("history", { ...options, dims: [null] }, nodes);
}

function stateNames({ state }: StatefulOptions): {
  readonly input: string;
  readonly output: string;
} {
  return state ?? { input: "STATE_IN", output: "STATE_OUT" };
}

function statefulModel(
  name: string,
  options: StatefulOptions,
  nodes: readonly GraphNode[],
): OnnxModel {
  const { elementType = "INT32", controls = {} } = options;
  const dims = batchedDims(options.dims ?? [1], options.isBatched);
  const tensor = (tensorName: string): ValueInfo => ({ name: tensorName, elementType, dims });
  const controlDims = batchedDims([1], options.isBatched);
  const state = stateNames(options);
  const entries = Object.entries(controls);
  return {
    graph: {
      name,
      inputs: [
        tensor("INPUT0"),
        tensor(state.input),
        ...entries.map(([control, type]) => ({
          name: control,
          elementType: type,
          dims: controlDims,
        })),
      ],
      outputs: [
        tensor("OUTPUT0"),
        tensor(state.output),
        ...entries.map(([control, type]) => ({
          name: `${control}_OUT`,
          elementType: type,
          dims: controlDims,
        })),
      ],
      nodes: [
        ...nodes,
        ...entries.map(([control]) => ({
          opType: "Identity",
          inputs: [control],
          outputs: [`${control}_OUT`],
        })),
      ],
    },
  };
}
