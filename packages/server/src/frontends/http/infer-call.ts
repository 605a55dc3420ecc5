import {
  type DecodedInferRequest,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { ModelHandle } from "../../model/model-host.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { fillRequest } from "../semantics/fill-request.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import {
  type ContentCoding,
  decodeContent,
  encodeContent,
  requestCoding,
} from "./content-coding.ts";
import type { HttpServices } from "./http-services.ts";
import { INFER_BODY_SIZE_MAX } from "./infer-body.ts";
import type { InferHead } from "./infer-head.ts";
import {
  APPLICATION_JSON,
  binaryAnswerLines,
  replyError,
  replyRefusal,
  TEXT_PLAIN,
} from "./reply.ts";
import { HTTP_OK } from "./status.ts";
import { StreamedAnswers } from "./streamed-answers.ts";
import type {
  HttpExchange,
  HttpExchangeListener,
  HttpRequestReceiver,
} from "./wire/http-exchange.ts";

/** Where clients learn what they may send; only with the error for a coding that is not among them. */
const ACCEPT_ENCODING = "Accept-Encoding: gzip, deflate\r\n";

/** One infer request over HTTP: decodes it, gives it to the engine, encodes the answer. */
export class InferCall implements HttpRequestReceiver, HttpExchangeListener, ResponseSender {
  readonly bodySizeMax: number = INFER_BODY_SIZE_MAX;
  readonly #services: HttpServices;
  readonly #head: InferHead;
  readonly #exchange: HttpExchange;
  #decoded: DecodedInferRequest | null = null;
  #request: InferenceRequest | null = null;
  /** Set while a request runs whose answers, however many, are streamed. */
  #streamed: StreamedAnswers | null = null;
  /** The answer whose outputs the wire may still read. */
  #response: InferenceResponse | null = null;

  constructor(services: HttpServices, head: InferHead, exchange: HttpExchange) {
    this.#services = services;
    this.#head = head;
    this.#exchange = exchange;
  }

  /** The binary tensors begin where the JSON part ends. */
  alignedBodyOffset(): number {
    return this.#head.tensorsOffset;
  }

  onBodyTooLarge(exchange: HttpExchange): void {
    const message = `request body exceeds the maximum allowed size of ${INFER_BODY_SIZE_MAX} bytes`;
    replyError(exchange, TEXT_PLAIN, new TritonError(StatusCode.InvalidArg, message));
  }

  onRequest(exchange: HttpExchange): void {
    exchange.listener = this;
    const { contentEncoding } = this.#head;
    if (contentEncoding !== undefined) {
      void this.#decodeAndInfer(contentEncoding);
      return;
    }
    try {
      this.#infer(this.#findModel(), exchange.body);
    } catch (reason) {
      this.#refuse(TEXT_PLAIN, reason);
    }
  }

  onClientGone(): void {
    this.#request?.cancel();
  }

  /** The wire reads neither the outputs nor (through them) the body any more. */
  onWritten(exchange: HttpExchange): void {
    this.#response?.release();
    this.#response = null;
    if (this.#streamed === null) {
      exchange.releaseBody();
    }
  }

  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (this.#streamed !== null) {
      this.#streamed.send(request, response, isFinal);
      return;
    }
    assert(isFinal, "a model that is not decoupled answers once");
    try {
      if (response === null) {
        throw new TritonError(StatusCode.Internal, "expected a single response, got 0");
      }
      this.#response = response;
      if (response.error !== null) {
        throw response.error;
      }
      this.#answer(request, response);
    } catch (reason) {
      this.#refuse(TEXT_PLAIN, reason);
    }
  }

  #findModel(): ModelHandle {
    const { modelName, versionText } = this.#head.route;
    const model = this.#services.server.getModel(modelName, parseModelVersion(versionText));
    if (model.spec.isDecoupled && this.#head.streamFormat === null) {
      throw new TritonError(
        StatusCode.Unsupported,
        "HTTP end point doesn't support models with decoupled transaction policy",
      );
    }
    return model;
  }

  /** Never rejects: every error is an answer. */
  async #decodeAndInfer(encoding: string): Promise<void> {
    let errorHeaderLines = TEXT_PLAIN;
    try {
      this.#findModel();
      let coding: ContentCoding;
      try {
        coding = requestCoding(encoding);
      } catch (reason) {
        errorHeaderLines = ACCEPT_ENCODING + TEXT_PLAIN;
        throw reason;
      }
      const { body } = this.#exchange;
      const { inputSizeMax } = this.#services;
      const plain = coding === "identity" ? body : await decodeContent(coding, body, inputSizeMax);
      // Looked up again: the model may have been replaced while the body was decompressed.
      this.#infer(this.#findModel(), plain);
    } catch (reason) {
      this.#refuse(errorHeaderLines, reason);
    }
  }

  /**
   * Decodes a plain body and hands the request over.
   *
   * @throws {TritonError} if the size of the JSON part is not right; later errors are answered here
   */
  #infer(model: ModelHandle, body: Uint8Array): void {
    const headerSize = this.#head.headerSize(body.byteLength);
    const { server, requestDecoder, headerForwarding, answerEncoder } = this.#services;
    const { streamFormat } = this.#head;
    try {
      const decoded = requestDecoder.decode(body, headerSize, model.spec.name);
      this.#decoded = decoded;
      const request = new InferenceRequest(model.spec, this, server.clock.nowNs());
      fillRequest(request, decoded);
      if (headerForwarding !== null) {
        request.parameters = headerForwarding.forward(this.#exchange, request.parameters);
      }
      this.#request = request;
      if (streamFormat !== null) {
        this.#streamed = new StreamedAnswers(answerEncoder, this.#exchange, streamFormat, decoded);
      }
      model.enqueue(request);
    } catch (reason) {
      this.#streamed = null;
      this.#logFailure(reason);
      this.#refuse(APPLICATION_JSON, reason);
    }
  }

  /** @throws {TritonError} for outputs that cannot be sent as asked */
  #answer(request: InferenceRequest, response: InferenceResponse): void {
    assert(this.#decoded !== null, "an answered request was decoded");
    const coding = this.#head.answerCoding;
    const isKept = coding !== "identity";
    const { answerEncoder } = this.#services;
    const parts = answerEncoder.encode(request.model, this.#decoded, response, isKept);
    const [json] = parts;
    assert(json !== undefined, "an answer has a JSON part");
    const headerLines = parts.length === 1 ? APPLICATION_JSON : binaryAnswerLines(json.byteLength);
    if (coding === "identity") {
      this.#exchange.respond(HTTP_OK, headerLines, parts);
    } else {
      void this.#answerCompressed(coding, headerLines, parts);
    }
  }

  /** Sends the answer plain if it cannot be compressed, as the real server does. */
  async #answerCompressed(
    coding: Exclude<ContentCoding, "identity">,
    headerLines: string,
    parts: readonly Uint8Array[],
  ): Promise<void> {
    let compressed: Uint8Array;
    try {
      compressed = await encodeContent(coding, parts);
    } catch (reason) {
      this.#services.server.log.error(
        `unable to compress response: ${tritonErrorFrom(reason).message}`,
      );
      this.#exchange.respond(HTTP_OK, headerLines, parts);
      return;
    }
    this.#exchange.respond(HTTP_OK, `${headerLines}Content-Encoding: ${coding}\r\n`, [compressed]);
  }

  #logFailure(reason: unknown): void {
    const { log } = this.#services.server;
    if (log.isVerbose(1)) {
      const prefix = this.#request?.logPrefix ?? "[request id: <id_unknown>] ";
      log.verbose(1, `${prefix}Infer failed: ${tritonErrorFrom(reason).message}`);
    }
  }

  #refuse(headerLines: string, reason: unknown): void {
    const error = tritonErrorFrom(reason);
    replyRefusal(this.#exchange, headerLines, error, this.#services.overloadRetryAfterSeconds);
  }
}
