import {
  type DecodedInferRequest,
  decodeModelInferRequest,
  encodeModelInferResponse,
  inferenceMethods,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { InferenceRequest, ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { OK_TRAILERS, RESPONSE_HEADS } from "./answer-heads.ts";
import { findModel, logRefusal, prepareInference } from "./begin-inference.ts";
import { GrpcCall } from "./grpc-call.ts";
import { MALFORMED_REQUEST } from "./grpc-status.ts";
import type { HeldMessage, Http2WriteReceipt } from "./http2/http2-stream.ts";
import { encodeMessage } from "./message-coding.ts";
import { rawContentsOffset } from "./raw-contents-offset.ts";
import type { ServedMethod } from "./served-method.ts";

/** ModelInfer. */
export const MODEL_INFER: ServedMethod = {
  path: inferenceMethods.modelInfer.path,
  api: "inference",
  open: (services, head, stream) => new InferCall(services, head, stream),
};

/**
 * One ModelInfer: decodes it, gives it to the engine, encodes the answer. Where the run is inline all of this happens
 * within `takeMessage`.
 *
 * The request's memory is held until the answer no longer needs it (outputs may be views of inputs), or until the request
 * has come back from a model that nobody waits for any more.
 */
class InferCall extends GrpcCall implements ResponseSender, Http2WriteReceipt {
  #held: HeldMessage | null = null;
  #hasRequest = false;
  #decoded: DecodedInferRequest | null = null;
  /** Set while the engine has it. */
  #request: InferenceRequest | null = null;
  /** The answer whose outputs the wire still reads. */
  #response: InferenceResponse | null = null;

  override alignedMessageOffset(bytes: Uint8Array, start: number, end: number): number {
    return rawContentsOffset(bytes, start, end);
  }

  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    assert(isFinal, "a model that is not decoupled answers once");
    this.#request = null;
    if (this.isOver) {
      response?.release();
      this.#releaseRequest();
      return;
    }
    try {
      if (response === null) {
        throw new TritonError(StatusCode.Internal, "expected a single response, got 0");
      }
      if (response.error !== null) {
        throw response.error;
      }
      this.#answer(request, response);
    } catch (reason) {
      response?.release();
      this.fail(reason);
      this.#releaseRequest();
    }
  }

  /** The wire reads neither the outputs nor (through them) the request any more. */
  onWritten(): void {
    this.#response?.release();
    this.#response = null;
    this.#releaseRequest();
  }

  /** The first message is the request; others are not looked at, as in the real server. */
  protected takeMessage(held: HeldMessage): void {
    if (this.#hasRequest) {
      held.release();
      return;
    }
    this.#hasRequest = true;
    this.#held = held;
    let id = "";
    try {
      const message = decodeModelInferRequest(held.bytes);
      id = message.id;
      const model = findModel(this.services, message);
      if (model.spec.isDecoupled) {
        throw new TritonError(
          StatusCode.Unsupported,
          "ModelInfer RPC doesn't support models with decoupled transaction policy",
        );
      }
      const { decoded, request } = prepareInference(this.services, this.head, model, message, this);
      this.#decoded = decoded;
      this.#request = request;
      model.enqueue(request);
    } catch (reason) {
      this.#request = null;
      logRefusal(this.services, id, reason);
      this.fail(reason);
      this.#releaseRequest();
    }
  }

  protected takeEnd(): void {
    if (!this.#hasRequest) {
      this.fail(MALFORMED_REQUEST);
    }
  }

  /** A request that waits never runs; one that runs is stopped if its backend can. */
  protected override onOver(): void {
    this.#request?.cancel();
  }

  /** @throws {TritonError} for outputs that cannot be sent as asked */
  #answer(request: InferenceRequest, response: InferenceResponse): void {
    assert(this.#decoded !== null, "an answered request was decoded");
    const { responses } = this.services;
    const template = responses.templateOf(request.model);
    const message = encodeModelInferResponse(template, this.#decoded, response);
    const isCopied = responses.isCopied(message);
    const parts = responses.pack(message);
    const { responseCoding } = this.head;
    if (responseCoding !== "identity") {
      this.#response = response;
      void this.#answerCompressed(responseCoding, parts);
    } else if (isCopied) {
      response.release();
      this.stream.respond(RESPONSE_HEADS.identity, parts, OK_TRAILERS, 0, null);
      this.#releaseRequest();
      this.finish();
    } else {
      this.#response = response;
      this.stream.respond(RESPONSE_HEADS.identity, parts, OK_TRAILERS, 0, this);
      this.finish();
    }
  }

  /** Never rejects. Sends the message plain if it cannot be made smaller. */
  async #answerCompressed(coding: "gzip" | "deflate", parts: readonly Uint8Array[]): Promise<void> {
    try {
      const compressed = await encodeMessage(coding, parts);
      const head = RESPONSE_HEADS[coding];
      if (this.isOver) {
        this.onWritten();
      } else if (compressed === null) {
        this.stream.respond(head, parts, OK_TRAILERS, 0, this);
        this.finish();
      } else {
        this.stream.respond(head, [compressed], OK_TRAILERS, 1, null);
        this.onWritten();
        this.finish();
      }
    } catch (reason) {
      this.fail(reason);
      this.onWritten();
    }
  }

  #releaseRequest(): void {
    this.#held?.release();
    this.#held = null;
  }
}
