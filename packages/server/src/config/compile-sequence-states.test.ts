import assert from "node:assert/strict";
import { test } from "node:test";
import { createModelConfig, DataType, StatusCode } from "@nereid/protocol";
import { compileSequenceStates, STATE_BYTES_MAX } from "./compile-sequence-states.ts";

const INT32 = DataType.TYPE_INT32;
const ZERO = { case: "zeroData", value: true } as const;
const START = { name: "start", dataType: INT32, dims: [2n], stateData: ZERO };
const STATE = { inputName: "IN", outputName: "OUT", dataType: INT32, dims: [2n] };

interface Setting {
  readonly maxBatchSize?: number;
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

async function compile(states: readonly object[], { maxBatchSize = 0, files = {} }: Setting = {}) {
  const warnings: string[] = [];
  const specs = await compileSequenceStates({
    config: createModelConfig({
      name: "m",
      maxBatchSize,
      schedulingChoice: { case: "sequenceBatching", value: { state: [...states] } },
    }),
    readFile: (name) => {
      const bytes = files[name];
      return bytes === undefined
        ? Promise.reject(new TypeError(`no file ${name}`))
        : Promise.resolve(bytes);
    },
    warn: (message) => warnings.push(message),
  });
  return { specs, warnings };
}

test("a model without sequences has no states", async () => {
  const config = createModelConfig({ name: "m" });
  const readFile = () => Promise.reject(new TypeError("nothing to read"));
  assert.deepEqual(await compileSequenceStates({ config, readFile, warn: () => {} }), []);
});

test("states are in order, with a row where the model batches, and sizes that may vary start as 1", async () => {
  const { specs } = await compile(
    [
      { ...STATE, dims: [-1n, 3n] },
      { ...STATE, inputName: "IN2", outputName: "OUT2", initialState: [START] },
    ],
    { maxBatchSize: 2 },
  );
  assert.deepEqual(specs, [
    { inputName: "IN", outputName: "OUT", datatype: "INT32", shape: [1, 1, 3], initialBytes: null },
    { inputName: "IN2", outputName: "OUT2", datatype: "INT32", shape: [1, 2], initialBytes: null },
  ]);
});

test("an initial state says how large a state of any size is, and a file what is in it", async () => {
  const fromFile = { ...START, stateData: { case: "dataFile", value: "f" } };
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const { specs } = await compile([{ ...STATE, dims: [-1n], initialState: [fromFile] }], {
    files: { f: bytes },
  });
  assert.deepEqual(specs[0]?.shape, [2]);
  assert.deepEqual(specs[0]?.initialBytes, bytes.subarray(0, 8));
  const strings = { ...fromFile, dataType: DataType.TYPE_STRING };
  const { specs: texts } = await compile(
    [{ ...STATE, dataType: DataType.TYPE_STRING, initialState: [strings] }],
    { files: { f: bytes } },
  );
  assert.deepEqual(texts[0]?.initialBytes, bytes);
});

test("of two states with one input or output the first counts, with a warning", async () => {
  const { specs, warnings } = await compile([
    { ...STATE, initialState: [START] },
    { ...STATE, outputName: "OUT2" },
    { ...STATE, inputName: "IN2" },
  ]);
  assert.deepEqual(
    specs.map(({ inputName, outputName }) => [inputName, outputName]),
    [["IN", "OUT"]],
  );
  assert.deepEqual(warnings, [
    "Detected duplicate 'input_name' in the state configuration: 'IN.' This state configuration will be ignored.",
    "Detected duplicate 'output_name' in the state configuration: 'OUT.' This state configuration will be ignored.",
  ]);
});

const REFUSED: readonly (readonly [string, readonly object[], string])[] = [
  [
    "two initial states",
    [{ ...STATE, initialState: [START, START] }],
    "initial_state field for state input 'IN' must contain exactly one or zero element. Found '2' elements.",
  ],
  [
    "another data type",
    [{ ...STATE, initialState: [{ ...START, dataType: DataType.TYPE_FP32 }] }],
    "The data type used for 'initial_state' field of state 'IN' does not match the state data type.",
  ],
  [
    "no name",
    [{ ...STATE, initialState: [{ ...START, name: "" }] }],
    "Field 'name' must be set when using initial_state for state input 'IN'.",
  ],
  [
    "one input twice",
    [
      { ...STATE, initialState: [START] },
      { ...STATE, outputName: "OUT2", initialState: [START] },
    ],
    "State input name 'IN' specified more than once.",
  ],
  [
    "another rank",
    [{ ...STATE, initialState: [{ ...START, dims: [2n, 1n] }] }],
    "Number of dimensions in 'initial_state' doesn't match the size of 'state' dimensions for state input 'IN'. 2 != 1",
  ],
  [
    "sizes that may vary",
    [{ ...STATE, dims: [-1n], initialState: [{ ...START, dims: [-1n] }] }],
    "'initial_state' field for state input name 'IN' contains variable dimensions.",
  ],
  [
    "another size",
    [{ ...STATE, initialState: [{ ...START, dims: [3n] }] }],
    "'initial_state' dim for input name 'IN' doesn't match 'state' dim description. 3 != 2",
  ],
  [
    "no data",
    [{ ...STATE, initialState: [{ ...START, stateData: { case: undefined } }] }],
    "initial_state setting expects state'IN' to have state_data set",
  ],
  [
    "too short a file",
    [{ ...STATE, initialState: [{ ...START, stateData: { case: "dataFile", value: "short" } }] }],
    "initial_state setting expects 8 bytes, but the data provided from shortonly has 7 bytes.",
  ],
  [
    "memory that grows, without one buffer",
    [{ ...STATE, useGrowableMemory: true }],
    "In order to 'use_growable_memory', you must also enable 'use_single_buffer' for state input name 'IN'.",
  ],
  [
    "memory that grows, off GPUs",
    [{ ...STATE, useGrowableMemory: true, useSameBufferForInputOutput: true }],
    "'use_growable_memory' can only work with KIND_GPU model instances right now. Please either change the instance type " +
      "to KIND_GPU or set 'use_growable_memory' to false for state input 'IN'.",
  ],
  [
    "no data type",
    [{ ...STATE, dataType: 0 }],
    "state 'IN' of model 'm' has an unknown data type: 0",
  ],
  [
    "more than memory has",
    [{ ...STATE, dims: [2n ** 40n] }],
    `state 'IN' of model 'm' takes ${2 ** 42} bytes, 0 to ${STATE_BYTES_MAX} are supported`,
  ],
  [
    "a negative size",
    [{ ...STATE, dims: [-2n] }],
    `state 'IN' of model 'm' takes -8 bytes, 0 to ${STATE_BYTES_MAX} are supported`,
  ],
];

for (const [title, states, message] of REFUSED) {
  test(`a state is refused: ${title}`, async () => {
    await assert.rejects(compile(states, { files: { short: new Uint8Array(7) } }), {
      code: StatusCode.InvalidArg,
      message,
    });
  });
}
