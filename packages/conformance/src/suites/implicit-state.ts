import {
  accumulatorModel,
  delayModel,
  historyModel,
  type OnnxModel,
  type StatefulOptions,
} from "@nereid/onnx-writer";
import { type ModelFile, type ModelSource, onnxModel } from "../model-repository.ts";
import {
  type Case,
  infer,
  type RequestStep,
  type Suite,
  send,
  testCase,
  together,
} from "../suite.ts";
import { onnxConfig, type TensorLine } from "./config-text.ts";

/** Batches wait for one another, on machines that may have other things to do. */
const TIMEOUT_MS = 30_000;

/** What a model here is made of; what is left out is that of a sum of INT32 [1]. */
interface StatefulModel {
  readonly onnx?: OnnxModel;
  readonly type?: string;
  readonly dims?: readonly number[];
  /** Text of the state behind its names. */
  readonly state?: string;
  /** Instead of the one state from STATE_OUT to STATE_IN. */
  readonly states?: readonly string[];
  readonly inputs?: readonly TensorLine[];
  readonly outputs?: readonly TensorLine[];
  readonly maxBatchSize?: number;
  readonly strategy?: string;
  readonly files?: Readonly<Record<string, ModelFile>>;
  readonly more?: string;
}

function initial(type: string, dims: readonly number[], data = "zero_data: true"): string {
  return `initial_state { name: "start" data_type: TYPE_${type} dims: [ ${dims.join(", ")} ] ${data} }`;
}

function stateText(options: {
  readonly input?: string;
  readonly output?: string;
  readonly type?: string;
  readonly dims?: readonly number[];
  readonly more?: string;
}): string {
  const { input = "STATE_IN", output = "STATE_OUT", type = "INT32", dims = [1], more } = options;
  return `{ input_name: "${input}" output_name: "${output}" data_type: TYPE_${type} dims: [ ${dims.join(", ")} ] ${more ?? initial(type, dims)} }`;
}

function stateful(name: string, options: StatefulModel = {}): ModelSource {
  const { type = "INT32", dims = [1], maxBatchSize = 0, state, strategy = "", more = "" } = options;
  const states = options.states ?? [
    stateText({ type, dims, ...(state === undefined ? {} : { more: state }) }),
  ];
  const model: StatefulOptions = { dims, isBatched: maxBatchSize > 0 };
  return onnxModel(
    name,
    options.onnx ?? accumulatorModel(model),
    onnxConfig({
      maxBatchSize,
      inputs: options.inputs ?? [["INPUT0", type, dims]],
      outputs: options.outputs ?? [["OUTPUT0", type, dims]],
      // One instance, so that it does not matter which one a sequence is on; nothing is idle for a minute here.
      more: `instance_group { kind: KIND_CPU count: 1 }
sequence_batching { ${strategy} max_sequence_idle_microseconds: 60000000 state [ ${states.join(", ")} ] }
${more}`,
    }),
    options.files ?? {},
  );
}

function load(model: string): RequestStep {
  return {
    ...send(`/v2/repository/models/${model}/load`, { method: "POST" }),
    timeoutMs: TIMEOUT_MS,
  };
}

/** Loads a model that cannot be; where a file was looked for is not compared. */
function refuse(model: string): Case {
  return testCase(model, {
    ...load(model),
    masks: [[/read \S+\/initial_state\//g, "read <repository>/initial_state/"]],
  });
}

interface AskOptions {
  readonly type?: string;
  readonly shape?: readonly number[];
  readonly start?: boolean;
  readonly end?: boolean;
}

/** One step of a sequence. */
function ask(
  model: string,
  sequence: number,
  data: readonly (number | string)[],
  options: AskOptions = {},
): RequestStep {
  const { type = "INT32", shape = [data.length], start = false, end = false } = options;
  const step = infer(model, {
    parameters: { sequence_id: sequence, sequence_start: start, sequence_end: end },
    inputs: [{ name: "INPUT0", datatype: type, shape, data }],
  });
  return { ...step, timeoutMs: TIMEOUT_MS };
}

/** Three steps of a sequence, and one of another that starts anew. */
function whole(
  model: string,
  rows: readonly (readonly (number | string)[])[],
  options: AskOptions = {},
): Case {
  const last = rows.length - 1;
  return testCase(
    model,
    load(model),
    ...rows.map((row, index) =>
      ask(model, 1, row, { ...options, start: index === 0, end: index === last }),
    ),
    ask(model, 2, rows[0] ?? [], { ...options, start: true, end: true }),
  );
}

const ONES = [[1], [2], [3]] as const;

function int32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

/** Packed strings, as a file of BYTES has them. */
function strings(...texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.map((text) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(Buffer.byteLength(text));
      return Buffer.concat([size, Buffer.from(text)]);
    }),
  );
}

/** Two states: A counts, B stays what it was. Sorted, their inputs and outputs do not go together. */
function twoStates(): OnnxModel {
  const tensor = (name: string) => ({ name, elementType: "INT32", dims: [1] }) as const;
  return {
    graph: {
      name: "two",
      inputs: ["INPUT0", "A_IN", "B_IN"].map(tensor),
      outputs: ["OUTPUT0", "Z_OUT", "Y_OUT"].map(tensor),
      nodes: [
        { opType: "Add", inputs: ["A_IN", "INPUT0"], outputs: ["Z_OUT"] },
        { opType: "Identity", inputs: ["B_IN"], outputs: ["Y_OUT"] },
        { opType: "Identity", inputs: ["Z_OUT"], outputs: ["OUTPUT0"] },
      ],
    },
  };
}

const A = { input: "A_IN", output: "Z_OUT" };
const B = { input: "B_IN", output: "Y_OUT" };

const FILE = 'data_file: "start"';

const SERVED: readonly ModelSource[] = [
  stateful("zero"),
  stateful("zero_false", { state: initial("INT32", [1], "zero_data: false") }),
  stateful("file", {
    dims: [2],
    state: initial("INT32", [2], FILE),
    files: { "initial_state/start": int32(100, 200, 300) },
  }),
  stateful("returned", {
    outputs: [
      ["OUTPUT0", "INT32", [1]],
      ["STATE_OUT", "INT32", [1]],
    ],
  }),
  stateful("no_outputs_configured", { outputs: [] }),
  stateful("same_buffer", {
    state: `use_same_buffer_for_input_output: true ${initial("INT32", [1])}`,
  }),
  stateful("two_states", { onnx: twoStates(), states: [stateText({ ...A }), stateText({ ...B })] }),
  stateful("sorted_states", {
    onnx: twoStates(),
    states: [
      stateText({ input: "B_IN", output: "Z_OUT" }),
      stateText({ input: "A_IN", output: "Y_OUT" }),
    ],
  }),
  stateful("strings", {
    onnx: delayModel({ elementType: "STRING", dims: [2] }),
    type: "STRING",
    dims: [2],
  }),
  stateful("strings_unstated", {
    onnx: delayModel({ elementType: "STRING", dims: [2] }),
    type: "STRING",
    dims: [2],
    state: "",
  }),
  stateful("strings_file", {
    onnx: delayModel({ elementType: "STRING", dims: [2] }),
    type: "STRING",
    dims: [2],
    state: initial("STRING", [2], FILE),
    files: { "initial_state/start": strings("ab", "cd") },
  }),
  stateful("grows", { onnx: historyModel(), dims: [-1], state: initial("INT32", [1]) }),
  stateful("grows_from_three", {
    onnx: historyModel(),
    dims: [-1],
    state: initial("INT32", [3], FILE),
    files: { "initial_state/start": int32(7, 8, 9) },
  }),
  stateful("grows_in_one_buffer", {
    onnx: historyModel(),
    dims: [-1],
    state: `use_same_buffer_for_input_output: true ${initial("INT32", [1])}`,
  }),
  stateful("scalar_state", { onnx: scalarState() }),
  stateful("fails", {
    onnx: accumulatorModel({ dims: [null] }),
    dims: [-1],
    state: initial("INT32", [2]),
  }),
  stateful("batch", { maxBatchSize: 4, strategy: "direct { }" }),
  stateful("oldest", { maxBatchSize: 4, strategy: "oldest { max_candidate_sequences: 4 }" }),
];

/** What loads, and then fails when it runs. */
const BROKEN: readonly ModelSource[] = [
  stateful("no_such_input", { states: [stateText({ input: "NOPE" })] }),
  stateful("no_such_output", { states: [stateText({ output: "NOPE" })] }),
  stateful("other_type", { states: [stateText({ type: "FP32" })] }),
  stateful("other_dims", { states: [stateText({ dims: [2] })] }),
  stateful("growable", { state: "use_growable_memory: true" }),
  stateful("growable_same_buffer", {
    state: "use_growable_memory: true use_same_buffer_for_input_output: true",
  }),
];

/** What the sequence batcher refuses when the backend has loaded the model already: the recorded server may die of it. */
const REFUSED_LATE: readonly ModelSource[] = [
  stateful("two_initial", { state: `${initial("INT32", [1])} ${initial("INT32", [1])}` }),
  stateful("initial_type", { state: initial("FP32", [1]) }),
  stateful("initial_unnamed", {
    state: "initial_state { data_type: TYPE_INT32 dims: [ 1 ] zero_data: true }",
  }),
  stateful("initial_rank", { state: initial("INT32", [1, 1]) }),
  stateful("initial_variable", { dims: [-1], state: initial("INT32", [-1]) }),
  stateful("initial_dim", { state: initial("INT32", [2]) }),
  stateful("initial_nothing", { state: initial("INT32", [1], "") }),
  stateful("initial_no_file", { state: initial("INT32", [1], FILE) }),
  stateful("initial_short_file", {
    state: initial("INT32", [1], FILE),
    files: { "initial_state/start": Uint8Array.of(1, 2) },
  }),
  stateful("initial_twice", {
    onnx: twoStates(),
    states: [stateText({ ...A }), stateText({ ...B, input: "A_IN" })],
  }),
];

/** What the backend refuses. */
const REFUSED: readonly ModelSource[] = [
  stateful("no_inputs_configured", { inputs: [] }),
  stateful("too_many_states", { states: [stateText({}), stateText({ input: "X", output: "Y" })] }),
  stateful("state_is_input", {
    inputs: [
      ["INPUT0", "INT32", [1]],
      ["STATE_IN", "INT32", [1]],
    ],
  }),
];

/** A state without dimensions. */
function scalarState(): OnnxModel {
  const row = { elementType: "INT32", dims: [1] } as const;
  const scalar = { elementType: "INT32", dims: [] } as const;
  return {
    graph: {
      name: "scalar",
      inputs: [
        { name: "INPUT0", ...row },
        { name: "STATE_IN", ...scalar },
      ],
      outputs: [
        { name: "OUTPUT0", ...row },
        { name: "STATE_OUT", ...scalar },
      ],
      nodes: [
        { opType: "Add", inputs: ["INPUT0", "STATE_IN"], outputs: ["OUTPUT0"] },
        {
          opType: "ReduceSum",
          inputs: ["OUTPUT0"],
          outputs: ["STATE_OUT"],
          attributes: { keepdims: { int: 0 } },
        },
      ],
    },
  };
}

/** Sequences side by side: each has a sum of its own, whichever batches they run in. */
function interleaved(model: string): Case {
  const step = (sequence: number, value: number, options: AskOptions = {}) =>
    ask(model, sequence, [value], { shape: [1, 1], ...options });
  const start = { start: true };
  const end = { end: true };
  return testCase(
    model,
    load(model),
    ...together([step(1, 1, start), step(2, 10, start), step(3, 100, start)]),
    step(2, 10),
    step(1, 1),
    ...together([step(3, 100), step(1, 1), step(2, 10)]),
    step(2, 10, end),
    // The slot of the second sequence is free, and what it held is not the next one's.
    step(4, 5, start),
    ...together([step(1, 1, end), step(4, 5, end), step(3, 100, end)]),
    step(1, 7, { start: true, end: true }),
  );
}

/** What sequences hand on without their clients. */
export const implicitStateSuite: Suite = {
  name: "L0_implicit_state",
  about: "sequence_batching.state: initial states, types, sizes that grow, batches, what fails",
  models: [...SERVED, ...BROKEN, ...REFUSED, ...REFUSED_LATE],
  flags: ["--model-control-mode=explicit"],
  cases: [
    testCase("config", load("file"), send("/v2/models/file/config"), send("/v2/models/file")),
    ...["zero", "zero_false", "returned", "no_outputs_configured", "same_buffer"].map((model) =>
      whole(model, ONES),
    ),
    whole("file", [
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    ...["two_states", "sorted_states"].map((model) => whole(model, ONES)),
    ...["strings", "strings_unstated", "strings_file"].map((model) =>
      whole(
        model,
        [
          ["x", "yy"],
          ["", "z"],
          ["q", "é"],
        ],
        { type: "BYTES" },
      ),
    ),
    ...["grows", "grows_from_three", "grows_in_one_buffer"].map((model) => whole(model, ONES)),
    whole("scalar_state", ONES),
    testCase(
      "restart",
      load("zero"),
      ask("zero", 5, [1], { start: true }),
      ask("zero", 5, [2]),
      ask("zero", 5, [3], { start: true }),
      ask("zero", 5, [4], { end: true }),
    ),
    testCase(
      "fails",
      load("fails"),
      ask("fails", 1, [1, 2], { start: true }),
      {
        ...ask("fails", 1, [1, 2, 3]),
        masks: [[/"error":"onnx runtime error.*/s, '"error":"onnx runtime error"']],
      },
      ask("fails", 1, [1, 2], { end: true }),
    ),
    ...["batch", "oldest"].map(interleaved),
    ...["no_such_input", "no_such_output", "other_type", "other_dims"].map((model) =>
      whole(model, ONES),
    ),
    ...["growable", "growable_same_buffer"].map((model) => testCase(model, load(model))),
    ...REFUSED.map(({ name }) => refuse(name)),
    ...REFUSED_LATE.map(({ name }) => ({ ...refuse(name), isDeadlyForPeer: true })),
    testCase("refused_still_serves", load("zero"), ask("zero", 9, [1], { start: true, end: true })),
  ],
};
