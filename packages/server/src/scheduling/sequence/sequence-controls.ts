import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import type {
  BooleanControlSpec,
  CorrelationIdControlSpec,
  SequenceControlsSpec,
} from "../../model/sequence-batching-spec.ts";
import { Tensor } from "../../model/tensor.ts";
import type { SequenceId } from "./sequence.ts";

const UINT64_BYTES = 8;
const UINT64_BITS = 64;
const LENGTH_PREFIX_BYTES = 4;

/** Whoever waits for a null request: nobody. */
const NOBODY: ResponseSender = {
  send(_request, response) {
    response?.release();
  },
};

/** Which of its values each of the boolean controls has. */
interface Flags {
  readonly isStart: boolean;
  readonly isEnd: boolean;
  readonly isReady: boolean;
}

/**
 * Makes the control tensors of sequences' requests. The boolean ones are made once and shared.
 *
 * @see Triton core src/sequence_batch_scheduler/sequence_batch_scheduler.cc, SetControlTensors
 */
export class SequenceControls {
  readonly #correlationId: CorrelationIdControlSpec | null;
  /** One element, and the batch dimension in front if the model batches. */
  readonly #shape: readonly number[];
  /** By START and, twice as much, END. */
  readonly #ready: readonly (readonly Tensor[])[];
  readonly #notReady: readonly Tensor[];
  readonly #hasControls: boolean;

  constructor(model: ModelSpec, controls: SequenceControlsSpec) {
    this.#correlationId = controls.correlationId;
    this.#shape = model.batchSizeMax > 0 ? [1, 1] : [1];
    const tensors = (flags: Flags): readonly Tensor[] =>
      booleanTensors(controls, this.#shape, flags);
    this.#ready = [0, 1, 2, 3].map((index) =>
      tensors({ isStart: (index & 1) !== 0, isEnd: (index & 2) !== 0, isReady: true }),
    );
    const notReady = tensors({ isStart: false, isEnd: false, isReady: false });
    this.#hasControls = notReady.length > 0 || this.#correlationId !== null;
    this.#notReady =
      this.#correlationId === null
        ? notReady
        : [...notReady, this.#idTensor(this.#correlationId, 0n)];
  }

  /** Adds them to a request that is about to run. */
  apply(request: InferenceRequest): void {
    if (!this.#hasControls) {
      return;
    }
    const index = (request.isSequenceStart ? 1 : 0) + (request.isSequenceEnd ? 2 : 0);
    const tensors = this.#ready[index] ?? this.#notReady;
    const spec = this.#correlationId;
    request.overrideInputs =
      spec === null ? tensors : [...tensors, this.#idTensor(spec, request.correlationId)];
  }

  /** A request for a slot that has nothing for this batch; its inputs and outputs are the other one's. */
  nullRequest(like: InferenceRequest, nowNs: number): InferenceRequest {
    const request = new InferenceRequest(like.model, NOBODY, nowNs);
    request.isNull = true;
    request.inputs = like.inputs;
    request.requestedOutputs = like.requestedOutputs;
    request.batchSize = like.batchSize;
    request.queueStartNs = nowNs;
    request.state = "executing";
    request.overrideInputs = this.#hasControls ? this.#notReady : null;
    return request;
  }

  #idTensor(spec: CorrelationIdControlSpec, id: SequenceId): Tensor {
    return new Tensor(spec.name, spec.datatype, this.#shape, idBytes(spec, id), null);
  }
}

function booleanTensors(
  { start, end, ready }: SequenceControlsSpec,
  shape: readonly number[],
  { isStart, isEnd, isReady }: Flags,
): readonly Tensor[] {
  const tensors: Tensor[] = [];
  const add = (spec: BooleanControlSpec | null, isTrue: boolean): void => {
    if (spec !== null) {
      const bytes = isTrue ? spec.trueBytes : spec.falseBytes;
      tensors.push(new Tensor(spec.name, spec.datatype, shape, bytes, null));
    }
  };
  add(start, isStart);
  add(end, isEnd);
  add(ready, isReady);
  return tensors;
}

/** Integers shorter than the id get its low bits. For strings a number, which is no sequence's id, is the empty one. */
function idBytes({ datatype }: CorrelationIdControlSpec, id: SequenceId): Uint8Array {
  if (datatype === "BYTES") {
    const text = typeof id === "string" ? new TextEncoder().encode(id) : new Uint8Array(0);
    const bytes = new Uint8Array(LENGTH_PREFIX_BYTES + text.byteLength);
    new DataView(bytes.buffer).setUint32(0, text.byteLength, true);
    bytes.set(text, LENGTH_PREFIX_BYTES);
    return bytes;
  }
  const bytes = new Uint8Array(UINT64_BYTES);
  const number = typeof id === "bigint" ? BigInt.asUintN(UINT64_BITS, id) : 0n;
  new DataView(bytes.buffer).setBigUint64(0, number, true);
  return datatype === "UINT64" || datatype === "INT64" ? bytes : bytes.subarray(0, 4);
}
