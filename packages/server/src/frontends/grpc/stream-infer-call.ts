import {
  type DecodedGrpcInferRequest,
  decodeModelInferRequest,
  type EncodedInferResponse,
  encodeEmptyFinalResponse,
  encodeModelStreamInferResponse,
  encodeStreamError,
  inferenceMethods,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { RingQueue } from "../../base/ring-queue.ts";
import type { ModelHandle } from "../../model/model-host.ts";
import { InferenceResponse } from "../../model/response.ts";
import { findModel, logRefusal, prepareInference } from "./begin-inference.ts";
import type { CallHead } from "./call-head.ts";
import { GrpcCall } from "./grpc-call.ts";
import type { GrpcServices } from "./grpc-services.ts";
import { failureFrom, GrpcFailure, GrpcStatus } from "./grpc-status.ts";
import type { HeldMessage, Http2Stream } from "./http2/http2-stream.ts";
import { rawContentsOffset } from "./raw-contents-offset.ts";
import type { ServedMethod } from "./served-method.ts";
import {
  type CompressedOutputOwner,
  CompressedStreamOutput,
  PlainStreamOutput,
  type StreamOutput,
} from "./stream-output.ts";
import { StreamRequest, type StreamRequestOwner } from "./stream-request.ts";

/** Requests of one stream that are not answered. Above: the stream is not read from until some are. */
const INFLIGHT_COUNT_MAX = 1024;
/** Bytes of their messages. Above: as well. */
const INFLIGHT_SIZE_MAX = 32 * 2 ** 20;
/** Bytes of one stream's answers that its client has not taken. Above: the stream ends with ResourceExhausted. */
const UNSENT_SIZE_MAX = 2 ** 31;

/** ModelStreamInfer. */
export const MODEL_STREAM_INFER: ServedMethod = {
  path: inferenceMethods.modelStreamInfer.path,
  api: "inference",
  open: (services, head, stream) => new StreamInferCall(services, head, stream),
};

/**
 * One ModelStreamInfer: many requests in flight, answered
 *
 * - in the order in which they came, where their models answer once,
 * - as the answers come, where models are decoupled.
 *
 * ```
 *   message ──► StreamRequest ──► engine ──► receive ──► (in order) ──► output
 * ```
 * Errors are messages; they end the stream only if the client asked for that (`triton_grpc_error`), and then only those
 * of the inference itself. While the client does not read its answers, its requests are not taken.
 *
 * @see Triton server src/grpc/stream_infer_handler.cc
 */
class StreamInferCall extends GrpcCall implements StreamRequestOwner, CompressedOutputOwner {
  readonly #output: StreamOutput;
  /** Requests to models that answer once, oldest first, until their answer has been written. */
  readonly #inOrder = new RingQueue<StreamRequest>(INFLIGHT_COUNT_MAX);
  /** Requests that the engine has, but for those that it answers at once. */
  readonly #running = new Set<StreamRequest>();
  /** Requests that are not fully answered. */
  #inflightCount = 0;
  #inflightSize = 0;
  /** Whether models that answer many times have been told to wait for the client. */
  #isCongested = false;
  #isInputDone = false;
  #isEnding = false;

  constructor(services: GrpcServices, head: CallHead, stream: Http2Stream) {
    super(services, head, stream);
    this.#output =
      head.responseCoding === "identity"
        ? new PlainStreamOutput(stream, () => {
            this.onRoom();
          })
        : new CompressedStreamOutput(stream, head.responseCoding, this);
  }

  override alignedMessageOffset(bytes: Uint8Array, start: number, end: number): number {
    return rawContentsOffset(bytes, start, end);
  }

  override onDrain(): void {
    this.#output.onDrain();
  }

  onRoom(): void {
    this.#tellModels();
    this.resumeInput();
  }

  onFailure(reason: unknown): void {
    this.fail(reason);
  }

  receive(entry: StreamRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (isFinal) {
      this.#running.delete(entry);
    }
    if (this.isOver) {
      response?.release();
      if (isFinal) {
        entry.release();
      }
    } else if (entry.isDecoupled) {
      this.#answerDecoupled(entry, response, isFinal);
    } else {
      assert(isFinal, "a model that is not decoupled answers once");
      this.#settle(entry, response ?? noResponse(), null);
    }
  }

  protected override get canTake(): boolean {
    if (this.#inflightCount === 0) {
      return !this.#output.isFull;
    }
    return (
      this.#inflightCount < INFLIGHT_COUNT_MAX &&
      this.#inflightSize < INFLIGHT_SIZE_MAX &&
      !this.services.streamMemory.isFull &&
      !this.#output.isFull
    );
  }

  protected takeMessage(held: HeldMessage): void {
    let message: DecodedGrpcInferRequest;
    try {
      message = decodeModelInferRequest(held.bytes);
    } catch {
      // The real server cannot tell it from the end of the client's requests.
      held.release();
      this.abandonInput();
      return;
    }
    const entry = new StreamRequest(
      this,
      message,
      held,
      this.services.streamMemory,
      this.services.responsePoolSize,
    );
    this.#inflightCount++;
    this.#inflightSize += entry.byteSize;
    try {
      this.#begin(entry, message);
    } catch (reason) {
      entry.request = null;
      this.#running.delete(entry);
      logRefusal(this.services, entry.id, reason);
      this.#refuse(entry, failureFrom(reason).message);
    }
  }

  protected takeEnd(): void {
    this.#isInputDone = true;
    this.#endIfDone();
  }

  protected override fail(reason: unknown): void {
    this.hasStarted = this.#output.hasStarted;
    super.fail(reason);
  }

  protected override onOver(): void {
    if (!this.#isEnding) {
      this.#output.close();
    }
    for (const { request } of this.#running) {
      request?.cancel();
    }
    for (let entry = this.#inOrder.shift(); entry !== undefined; entry = this.#inOrder.shift()) {
      if (entry.isSettled) {
        entry.response?.release();
        entry.release();
      }
    }
  }

  /** @throws {TritonError} if the request is refused; it is in its place in the order all the same */
  #begin(entry: StreamRequest, message: DecodedGrpcInferRequest): void {
    let model: ModelHandle;
    try {
      model = findModel(this.services, message);
      entry.isDecoupled = model.spec.isDecoupled;
    } finally {
      if (!entry.isDecoupled) {
        this.#inOrder.push(entry);
      }
    }
    const { services, head } = this;
    const { decoded, request } = prepareInference(services, head, model, message, entry);
    entry.decoded = decoded;
    entry.request = request;
    entry.model = model.spec;
    if (entry.isDecoupled) {
      // It may fill the stream before it has been taken.
      this.#running.add(entry);
      entry.setStreamFull(this.#isCongested);
    }
    model.enqueue(request);
    if (request.state !== "released") {
      this.#running.add(entry);
    }
  }

  #refuse(entry: StreamRequest, message: string): void {
    const { id } = entry;
    const error = encodeStreamError(message, {
      id,
      modelName: "",
      modelVersion: "",
      isFinal: null,
    });
    if (entry.isDecoupled) {
      this.#output.write([error], null);
      this.#close(entry);
    } else {
      this.#settle(entry, null, error);
    }
  }

  /** The outcome of a request whose answer has its place: writes it, and those that waited for it, or lets it wait. */
  #settle(
    entry: StreamRequest,
    response: InferenceResponse | null,
    error: Uint8Array | null,
  ): void {
    if (response !== null && response.error !== null && this.head.endsAtError) {
      this.#endAtError(entry, response);
      return;
    }
    entry.response = response;
    entry.errorMessage = error;
    entry.isSettled = true;
    while (!this.isOver && this.#inOrder.peek()?.isSettled === true) {
      const next = this.#inOrder.shift();
      assert(next !== undefined, "the queue has a first");
      if (next.errorMessage !== null) {
        this.#output.write([next.errorMessage], null);
      } else if (next.response !== null) {
        this.#writeResponse(next, next.response, true);
      }
      this.#close(next);
    }
  }

  #answerDecoupled(
    entry: StreamRequest,
    response: InferenceResponse | null,
    isFinal: boolean,
  ): void {
    if (response === null) {
      if (isFinal && entry.decoded?.isEmptyFinalResponseEnabled === true) {
        const { id, modelName, modelVersion } = entry;
        this.#output.write([encodeEmptyFinalResponse(id, modelName, modelVersion)], null);
      }
    } else if (response.error !== null && this.head.endsAtError) {
      this.#endAtError(entry, response);
      return;
    } else {
      this.#writeResponse(entry, response, isFinal);
    }
    if (isFinal) {
      this.#close(entry);
    }
    this.#tellModels();
    if (this.#output.unsentSize > UNSENT_SIZE_MAX) {
      this.fail(new GrpcFailure(GrpcStatus.ResourceExhausted, "the responses are not read"));
    }
  }

  #writeResponse(entry: StreamRequest, response: InferenceResponse, isFinal: boolean): void {
    const { responses } = this.services;
    let message: EncodedInferResponse;
    try {
      if (response.error !== null) {
        throw response.error;
      }
      assert(entry.decoded !== null && entry.model !== null, "an answered request was decoded");
      const template = responses.templateOf(entry.model);
      message = encodeModelStreamInferResponse(template, entry.decoded, response, isFinal);
    } catch (reason) {
      response.release();
      if (this.head.endsAtError) {
        this.fail(reason);
      } else {
        this.#writeError(entry, failureFrom(reason).message, isFinal);
      }
      return;
    }
    const parts = responses.pack(message);
    if (responses.isCopied(message) && !(entry.isDecoupled && entry.isCounted)) {
      response.release();
      this.#output.write(parts, null);
    } else {
      this.#output.write(parts, entry.addReader(response));
    }
  }

  #writeError(entry: StreamRequest, message: string, isFinal: boolean): void {
    const { id, modelName, modelVersion } = entry;
    const error = encodeStreamError(message, { id, modelName, modelVersion, isFinal });
    this.#output.write([error], null);
  }

  /** The first error of an inference ends the stream with its status, whatever came before it. */
  #endAtError(entry: StreamRequest, response: InferenceResponse): void {
    response.release();
    this.fail(response.error);
    if (!entry.isDecoupled || entry.request === null) {
      entry.release();
    }
  }

  /** Models that answer many times wait while the client does not read. */
  #tellModels(): void {
    const { isFull } = this.#output;
    if (isFull !== this.#isCongested) {
      this.#isCongested = isFull;
      for (const entry of this.#running) {
        entry.setStreamFull(isFull);
      }
    }
  }

  /** A request has had its last answer. */
  #close(entry: StreamRequest): void {
    entry.release();
    this.#inflightCount--;
    this.#inflightSize -= entry.byteSize;
    if (this.#isInputDone) {
      this.#endIfDone();
    } else {
      this.resumeInput();
    }
  }

  #endIfDone(): void {
    if (this.#inflightCount === 0 && !this.isOver) {
      this.#isEnding = true;
      this.#output.end();
      this.finish();
    }
  }
}

function noResponse(): InferenceResponse {
  return InferenceResponse.failed(
    new TritonError(StatusCode.Internal, "expected a single response, got 0"),
  );
}
