import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { ModelHandle, ModelHost } from "../../model/model-host.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { circleError, type WaitingInstance } from "../../model/wait-graph.ts";
import { tensorsOf } from "./answer-tensors.ts";
import type { ServerBuffers } from "./server-buffers.ts";
import type { ContentReader } from "./wire/content-reader.ts";
import { type WireOutcome, writeOutcome } from "./wire/outcome-codec.ts";
import { ServerRecord } from "./wire/records.ts";
import { readRequest, type WireRequest } from "./wire/request-codec.ts";
import type { ReadTensor } from "./wire/tensor-codec.ts";
import type { ThreadLink } from "./wire/thread-link.ts";

/** Calls of one instance that are not answered. Above: further ones are refused. */
const CALL_COUNT_MAX = 1024;

/** What the calls of a worker need. */
export interface HostCallsOptions {
  /** A request is about to be made of a model. */
  readonly onCall: (called: ModelSpec) => void;
  readonly host: ModelHost;
  readonly clock: Clock;
  readonly link: ThreadLink;
  readonly buffers: ServerBuffers;
  readonly caller: WaitingInstance;
}

/** The requests that a worker's model makes of other models. */
export class HostCalls {
  readonly #options: HostCallsOptions;
  readonly #calls = new Map<number, InferenceRequest>();
  #isClosed = false;

  constructor(options: HostCallsOptions) {
    this.#options = options;
  }

  /** A call: always answered, with an error if it cannot be made. */
  onCall(reader: ContentReader): void {
    const id = reader.u32();
    const isStream = reader.u8() === 1;
    const name = reader.text();
    const version = reader.i64();
    const wire = readRequest(reader, this.#options.buffers);
    try {
      if (this.#calls.size >= CALL_COUNT_MAX) {
        throw new TritonError(
          StatusCode.Unavailable,
          `more than ${CALL_COUNT_MAX} requests to other models`,
        );
      }
      const model = this.#options.host.getModel(name, version === 0n ? null : version);
      checkTransactions(model, isStream);
      this.#options.onCall(model.spec);
      this.#enqueue(id, model, wire);
    } catch (reason) {
      this.#releaseInputs(wire);
      const { code, message } = tritonErrorFrom(reason);
      this.#answer(id, { kind: "failed", code, message }, true);
    }
  }

  onCancel(reader: ContentReader): void {
    this.#calls.get(reader.u32())?.cancel();
  }

  /** The worker has ended: what it asked for is not wanted any more. */
  close(): void {
    this.#isClosed = true;
    const { host, caller } = this.#options;
    for (const request of this.#calls.values()) {
      host.waits.end(caller, request);
      request.cancel();
    }
  }

  #enqueue(id: number, model: ModelHandle, wire: WireRequest<ReadTensor>): void {
    const { clock, host, caller } = this.#options;
    const sender: ResponseSender = {
      send: (request, response, isFinal) => {
        this.#onAnswer(id, request, response, isFinal);
      },
    };
    const request = new InferenceRequest(model.spec, sender, clock.nowNs());
    request.id = wire.id;
    request.correlationId = wire.correlationId;
    request.isSequenceStart = wire.isSequenceStart;
    request.isSequenceEnd = wire.isSequenceEnd;
    request.priority = wire.priority;
    request.timeoutUs = wire.timeoutUs;
    request.parameters = wire.parameters === null ? null : new Map(wire.parameters);
    request.requestedOutputs = wire.requestedOutputs === null ? null : [...wire.requestedOutputs];
    request.inputs = tensorsOf(wire.inputs, this.#options.buffers);
    const inputs = request.inputs;
    this.#calls.set(id, request);
    try {
      if (!host.waits.begin(caller, request)) {
        throw circleError(model.spec);
      }
      model.enqueue(request);
    } catch (reason) {
      release(inputs);
      this.#forget(id);
      const { code, message } = tritonErrorFrom(reason);
      this.#answer(id, { kind: "failed", code, message }, true);
    }
  }

  #onAnswer(
    id: number,
    request: InferenceRequest,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void {
    const outcome: WireOutcome = outcomeOf(response);
    this.#answer(id, outcome, isFinal);
    response?.release();
    if (isFinal) {
      release(request.inputs);
      this.#forget(id);
    }
  }

  #forget(id: number): void {
    const request = this.#calls.get(id);
    if (request !== undefined) {
      this.#calls.delete(id);
      this.#options.host.waits.end(this.#options.caller, request);
    }
  }

  #answer(id: number, outcome: WireOutcome, isFinal: boolean): void {
    if (this.#isClosed) {
      return;
    }
    const { link, buffers } = this.#options;
    const writer = link.begin();
    writer.u32(id);
    writer.u8(isFinal ? 1 : 0);
    writeOutcome(writer, outcome, buffers);
    // The worker gives them back when it has copied them.
    buffers.takeFilled();
    link.send(ServerRecord.CallAnswer);
  }

  #releaseInputs(wire: WireRequest<ReadTensor>): void {
    release(tensorsOf(wire.inputs, this.#options.buffers));
  }
}

function release(tensors: readonly { readonly memory: { release(): void } | null }[]): void {
  for (const { memory } of tensors) {
    memory?.release();
  }
}

/** @throws {TritonError} Unsupported if a model that answers many times is asked for one answer */
function checkTransactions({ spec }: ModelHandle, isStream: boolean): void {
  if (spec.isDecoupled && !isStream) {
    throw new TritonError(
      StatusCode.Unsupported,
      `Model ${spec.name} is using the decoupled. The current request doesn't support models using the decoupled ` +
        "transaction policy. Please use 'host.stream' for decoupled models.",
    );
  }
}

function outcomeOf(response: InferenceResponse | null): WireOutcome {
  if (response === null) {
    return { kind: "none" };
  }
  return response.error === null
    ? { kind: "answered", parameters: response.parameters, outputs: response.outputs }
    : { kind: "failed", code: response.error.code, message: response.error.message };
}
