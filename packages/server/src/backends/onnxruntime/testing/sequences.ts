import {
  type DataType,
  type Datatype,
  dataTypeFromDatatype,
  type ModelConfigInit,
} from "@nereid/protocol";
import type { InferenceRequest } from "../../../model/request.ts";
import type { SequenceState } from "../../../model/sequence-state.ts";
import {
  executeBatch,
  makeRequest,
  type TestInput,
  type TestOutput,
  takeOutputs,
} from "./infer.ts";
import type { LoadedModel } from "./model-fixture.ts";

/** What tests say of a model's only state. */
export interface TestState {
  readonly datatype?: Datatype;
  /** Without the batch dimension; [1] unless stated. */
  readonly dims?: readonly number[];
  readonly maxBatchSize?: number;
  /** Fields of the state's configuration. */
  readonly state?: object;
  /** Whether clients get the state, too. */
  readonly isReturned?: boolean;
}

/** A zero initial state with these dims. */
export function zeroState(dataType: DataType, dims: readonly number[] = [1]) {
  return [
    {
      name: "start",
      dataType,
      dims: dims.map(BigInt),
      stateData: { case: "zeroData", value: true },
    },
  ];
}

/** The configuration of a model with INPUT0, OUTPUT0 and a state from STATE_OUT to STATE_IN. */
export function statefulConfig(test: TestState = {}): ModelConfigInit {
  const dataType = dataTypeFromDatatype(test.datatype ?? "INT32");
  const dims = (test.dims ?? [1]).map(BigInt);
  const outputs = test.isReturned === true ? ["OUTPUT0", "STATE_OUT"] : ["OUTPUT0"];
  return {
    maxBatchSize: test.maxBatchSize ?? 0,
    input: [{ name: "INPUT0", dataType, dims }],
    output: outputs.map((name) => ({ name, dataType, dims })),
    schedulingChoice: {
      case: "sequenceBatching",
      value: {
        state: [{ inputName: "STATE_IN", outputName: "STATE_OUT", dataType, dims, ...test.state }],
      },
    },
  };
}

/** One step of a sequence, or (no state) a null request with the inputs of another. */
export interface TestStep {
  readonly state: SequenceState | null;
  readonly input: TestInput;
  readonly isNull?: boolean;
}

/** The request of a step, as the sequence scheduler would hand it over. */
export function makeStep(model: LoadedModel, step: TestStep): InferenceRequest {
  const request = makeRequest(model.spec, { inputs: { INPUT0: step.input } });
  request.sequenceState = step.state;
  request.isNull = step.isNull === true;
  return request;
}

/** The state of a sequence that starts on the model's first instance. */
export function startSequence({ instance }: LoadedModel): SequenceState {
  const state = instance.createSequenceState?.();
  if (state === undefined) {
    throw new TypeError("the instance has no implicit state");
  }
  return state;
}

/** Runs steps as one batch: the outputs of each, or its error's message. Those of null requests are null. */
export async function runSteps(
  model: LoadedModel,
  steps: readonly TestStep[],
): Promise<(TestOutput[] | string | null)[]> {
  const requests = steps.map((step) => makeStep(model, step));
  const responses = await executeBatch(model.instance, requests).responses;
  return responses.map((response, index) => {
    if (response.error !== null) {
      return response.error.message;
    }
    const outputs = takeOutputs(response);
    return steps[index]?.isNull === true ? null : outputs;
  });
}

/** INT32 elements; a vector unless a shape is given. */
export function ints(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): TestInput {
  return { shape, data: Int32Array.from(values) };
}

/** The INT32 elements of the first output. */
export function firstInts(
  outputs: TestOutput[] | string | null | undefined,
): number[] | string | null {
  if (!Array.isArray(outputs)) {
    return outputs ?? null;
  }
  const [first] = outputs;
  return first === undefined ? null : [...new Int32Array(first.bytes.slice().buffer)];
}

/** Runs one step of one sequence. */
export async function step(model: LoadedModel, state: SequenceState, input: TestInput) {
  const [outputs] = await runSteps(model, [{ state, input }]);
  return firstInts(outputs);
}

/** Runs batches of rows of one element. */
export async function stepBatch(
  model: LoadedModel,
  steps: readonly (readonly [SequenceState | null, number])[],
) {
  const outputs = await runSteps(
    model,
    steps.map(([state, value]) => ({
      state,
      input: ints([value], [1, 1]),
      isNull: state === null,
    })),
  );
  return outputs.map(firstInts);
}
