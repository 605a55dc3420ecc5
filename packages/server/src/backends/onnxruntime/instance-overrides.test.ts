// Tests OnnxRuntimeInstance with inputs that the sequence scheduler adds: control tensors.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accumulatorModel } from "@nereid/onnx-writer";
import {
  ModelSequenceBatching_Control_Kind as ControlKind,
  DataType,
  encodeBytesTensor,
  type ModelConfigInit,
  StatusCode,
} from "@nereid/protocol";
import type { InferenceRequest } from "../../model/request.ts";
import { Tensor } from "../../model/tensor.ts";
import { executeBatch, makeRequest, takeOutputs } from "./testing/infer.ts";
import { createTestBackend, LoadedModel } from "./testing/model-fixture.ts";

const backend = createTestBackend();
after(() => backend.close());

/** The accumulator's input and state come from the request here; only the controls are the scheduler's. */
function config(maxBatchSize: number): ModelConfigInit {
  const tensor = (name: string, dataType: DataType) => ({ name, dataType, dims: [1n] });
  return {
    maxBatchSize,
    input: ["INPUT0", "STATE_IN"].map((name) => tensor(name, DataType.TYPE_INT32)),
    output: [
      tensor("OUTPUT0", DataType.TYPE_INT32),
      tensor("START_OUT", DataType.TYPE_BOOL),
      tensor("CORRID_OUT", DataType.TYPE_STRING),
    ],
    schedulingChoice: {
      case: "sequenceBatching",
      value: {
        controlInput: [
          {
            name: "START",
            control: [{ kind: ControlKind.CONTROL_SEQUENCE_START, boolFalseTrue: [false, true] }],
          },
          {
            name: "CORRID",
            control: [
              { kind: ControlKind.CONTROL_SEQUENCE_CORRID, dataType: DataType.TYPE_STRING },
            ],
          },
        ],
      },
    },
  };
}

function load(maxBatchSize: number, parameters: Readonly<Record<string, string>> = {}) {
  return LoadedModel.load(backend, {
    onnx: accumulatorModel({
      isBatched: maxBatchSize > 0,
      controls: { START: "BOOL", CORRID: "STRING" },
    }),
    config: config(maxBatchSize),
    parameters,
  });
}

interface Controls {
  readonly value: number;
  readonly isStart: boolean;
  readonly id: string;
}

function request({ spec }: LoadedModel, { value, isStart, id }: Controls): InferenceRequest {
  const shape = spec.batchSizeMax > 0 ? [1, 1] : [1];
  const made = makeRequest(spec, {
    inputs: {
      INPUT0: { shape, data: Int32Array.of(value) },
      STATE_IN: { shape, data: Int32Array.of(100) },
    },
  });
  made.overrideInputs = [
    new Tensor("START", "BOOL", shape, Uint8Array.of(isStart ? 1 : 0), null),
    new Tensor("CORRID", "BYTES", shape, encodeBytesTensor([id]), null),
  ];
  return made;
}

async function run(model: LoadedModel, requests: readonly InferenceRequest[]) {
  const responses = await executeBatch(model.instance, requests).responses;
  return responses.map((response) =>
    takeOutputs(response).map(({ name, shape, bytes }) => [name, shape, Buffer.from(bytes)]),
  );
}

function expected({ value, isStart, id }: Controls, shape: readonly number[]) {
  return [
    ["CORRID_OUT", shape, Buffer.from(encodeBytesTensor([id]))],
    ["OUTPUT0", shape, Buffer.from(Int32Array.of(100 + value).buffer)],
    ["START_OUT", shape, Buffer.of(isStart ? 1 : 0)],
  ];
}

const STEPS: readonly Controls[] = [
  { value: 1, isStart: true, id: "first" },
  { value: 2, isStart: false, id: "" },
  { value: 3, isStart: true, id: "a longer one" },
];

for (const mode of ["inline", "thread"]) {
  test(`control tensors reach the model with each request (${mode})`, async () => {
    await using model = await load(0, { NEREID_EXECUTION_MODE: mode });
    for (const step of STEPS) {
      assert.deepEqual(await run(model, [request(model, step)]), [expected(step, [1])]);
    }
  });

  test(`control tensors of several requests are put together row by row (${mode})`, async () => {
    await using model = await load(4, { NEREID_EXECUTION_MODE: mode });
    const answers = await run(
      model,
      STEPS.map((step) => request(model, step)),
    );
    assert.deepEqual(
      answers,
      STEPS.map((step) => expected(step, [1, 1])),
    );
  });
}

test("a null request fills its row with another's inputs and takes nothing from its neighbours", async () => {
  await using model = await load(4);
  const [first, second] = [STEPS[0]!, STEPS[1]!];
  const filler = request(model, { ...first, isStart: false, id: "" });
  filler.isNull = true;
  const own = request(model, first);
  filler.inputs = own.inputs;
  const answers = await run(model, [filler, own, request(model, second)]);
  assert.deepEqual(answers.slice(1), [expected(first, [1, 1]), expected(second, [1, 1])]);
});

test("a tensor that the model does not have is refused with the real server's words", async () => {
  await using model = await load(0);
  const odd = request(model, STEPS[0]!);
  odd.overrideInputs = [new Tensor("READY", "BOOL", [1], Uint8Array.of(1), null)];
  const [response] = await executeBatch(model.instance, [odd]).responses;
  assert.equal(response?.error?.code, StatusCode.Internal);
  assert.equal(
    response?.error?.message,
    "Failed to retrieve the ONNX input tensor info from 'READY'.",
  );
});
