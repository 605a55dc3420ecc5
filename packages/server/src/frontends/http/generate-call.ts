import {
  decodeGenerateRequest,
  type GenerateResponseHead,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import { AnswerStream } from "./answer-stream.ts";
import { ENDPOINT_LOAD_FORMAT, endpointLoadLine } from "./endpoint-load.ts";
import type { HttpServices } from "./http-services.ts";
import { APPLICATION_JSON, replyError, replyRefusal } from "./reply.ts";
import type { Route } from "./router.ts";
import { HTTP_OK, httpStatus } from "./status.ts";
import type {
  HttpExchange,
  HttpExchangeListener,
  HttpRequestReceiver,
} from "./wire/http-exchange.ts";

const EVENT_STREAM = "Content-Type: text/event-stream; charset=utf-8\r\n";

/** The whole sentence is the real server's: `/generate` says it under the status of the first answer. */
const NOT_ONE_ANSWER =
  "generate expects model to produce exactly 1 response, use generate stream for model that generates various number of " +
  "responses";

/**
 * One generate or generate_stream request: JSON values in, JSON values out.
 *
 * ```
 *   generate          answers are kept, up to the first, until the last ──► one JSON object, or an error
 *   generate_stream   every answer is an event at once, errors too
 * ```
 * The status is that of the first answer, of whatever follows. A client that goes takes the request with it.
 *
 * @see Triton server src/http_server.cc, HandleGenerate and GenerateRequestClass
 */
export class GenerateCall implements HttpRequestReceiver, HttpExchangeListener, ResponseSender {
  readonly bodySizeMax: number;
  readonly #services: HttpServices;
  readonly #route: Route;
  readonly #exchange: HttpExchange;
  readonly #isStreaming: boolean;
  #request: InferenceRequest | null = null;
  #head: GenerateResponseHead = { id: "", modelName: "", modelVersion: "" };
  #stream: AnswerStream | null = null;
  /** That of the first answer. */
  #status: number | null = null;
  #answerCount = 0;
  /** The first answer of a request that is to have one. */
  #answer: Uint8Array | null = null;

  constructor(services: HttpServices, route: Route, exchange: HttpExchange) {
    this.#services = services;
    this.#route = route;
    this.#exchange = exchange;
    this.#isStreaming = route.kind === "generate-stream";
    this.bodySizeMax = services.inputSizeMax;
  }

  alignedBodyOffset(): number {
    return 0;
  }

  onBodyTooLarge(exchange: HttpExchange): void {
    const claimed = exchange.header("content-length") ?? `more than ${this.bodySizeMax}`;
    const error = new TritonError(
      StatusCode.InvalidArg,
      `request JSON size of ${claimed} bytes exceeds the maximum allowed input size of ${this.bodySizeMax} bytes. ` +
        "Use --http-max-input-size to increase the limit.",
    );
    replyError(exchange, APPLICATION_JSON, error);
  }

  onRequest(exchange: HttpExchange): void {
    exchange.listener = this;
    try {
      this.#infer(exchange);
    } catch (reason) {
      this.#refuse(tritonErrorFrom(reason));
    } finally {
      exchange.releaseBody();
    }
  }

  onClientGone(): void {
    this.#request?.cancel();
  }

  onWritten(): void {}

  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    let error: TritonError | null = null;
    let answer: Uint8Array | null = null;
    if (response !== null) {
      this.#answerCount++;
      if (this.#isStreaming || this.#answerCount === 1) {
        ({ error, answer } = this.#encode(response));
      }
      response.release();
    }
    this.#status ??= error === null ? HTTP_OK : httpStatus(error.code);
    if (this.#isStreaming) {
      this.#sendEvent(request, this.#status, answer, isFinal);
    } else {
      this.#answer ??= answer;
      if (isFinal) {
        const lines = this.#headerLines(APPLICATION_JSON);
        this.#exchange.respond(this.#status, lines, [this.#onlyAnswer()]);
      }
    }
  }

  #headerLines(typeLine: string): string {
    const format = this.#exchange.header(ENDPOINT_LOAD_FORMAT);
    return format === undefined
      ? typeLine
      : endpointLoadLine(this.#services.server, format) + typeLine;
  }

  #sendEvent(
    request: InferenceRequest,
    status: number,
    event: Uint8Array | null,
    isFinal: boolean,
  ): void {
    if (this.#stream === null && isFinal) {
      // There is nothing to wait for: one write instead of three.
      const lines = this.#headerLines(EVENT_STREAM);
      this.#exchange.respond(status, lines, event === null ? [] : [event]);
      return;
    }
    if (this.#stream === null) {
      const headerLines = this.#headerLines(EVENT_STREAM);
      this.#stream = new AnswerStream(this.#exchange, request, { status, headerLines });
    }
    if (event !== null) {
      this.#stream.write(event);
    }
    if (isFinal) {
      this.#stream.end();
    }
  }

  /** @throws {TritonError} if the request is refused */
  #infer(exchange: HttpExchange): void {
    const { modelName, versionText } = this.#route;
    const { server, inputSizeMax } = this.#services;
    const model = server.getModel(modelName, parseModelVersion(versionText));
    const coding = exchange.header("content-encoding") ?? "identity";
    if (coding !== "identity") {
      throw new TritonError(
        StatusCode.InvalidArg,
        "Unsupported content-encoding, only 'identity' is supported.",
      );
    }
    const { spec } = model;
    const request = new InferenceRequest(spec, this, server.clock.nowNs());
    this.#request = request;
    const decoded = decodeGenerateRequest(exchange.body, spec, inputSizeMax);
    request.id = decoded.id;
    request.parameters = decoded.parameters;
    request.inputs = decoded.inputs.map(
      ({ name, datatype, shape, bytes }) => new Tensor(name, datatype, shape, bytes, null),
    );
    this.#head = { id: decoded.id, modelName: spec.name, modelVersion: spec.versionText };
    model.enqueue(request);
  }

  #encode(response: InferenceResponse): {
    readonly error: TritonError | null;
    readonly answer: Uint8Array;
  } {
    const { generateEncoder } = this.#services;
    let { error } = response;
    if (error === null) {
      try {
        return {
          error,
          answer: generateEncoder.encodeAnswer(this.#head, response, this.#isStreaming),
        };
      } catch (reason) {
        error = tritonErrorFrom(reason);
      }
    }
    return { error, answer: generateEncoder.encodeError(error.message, this.#isStreaming) };
  }

  #onlyAnswer(): Uint8Array {
    return this.#answerCount === 1 && this.#answer !== null
      ? this.#answer
      : this.#services.generateEncoder.encodeError(NOT_ONE_ANSWER, false);
  }

  #refuse(error: TritonError): void {
    const { server } = this.#services;
    if (server.log.isVerbose(1)) {
      const prefix = this.#request?.logPrefix ?? "[request id: <id_unknown>] ";
      server.log.verbose(1, `${prefix}Infer failed: ${error.message}`);
    }
    replyRefusal(this.#exchange, APPLICATION_JSON, error, this.#services.overloadRetryAfterSeconds);
  }
}
