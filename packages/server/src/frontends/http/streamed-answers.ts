import {
  ByteWriter,
  type DecodedInferRequest,
  encodeErrorBody,
  StatusCode,
  TritonError,
  tritonErrorFrom,
} from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { AnswerEncoder } from "./answer-encoder.ts";
import { AnswerStream } from "./answer-stream.ts";
import { HTTP_OK, httpStatus } from "./status.ts";
import { framed, STREAM_HEADER_LINES, type StreamFormat } from "./stream-format.ts";
import type { HttpExchange } from "./wire/http-exchange.ts";

const ERROR_BODY_BYTES = 256;

/**
 * The answers to one infer request, however many there are, each the JSON that infer answers with; errors among them. The
 * status is that of the first.
 */
export class StreamedAnswers {
  readonly #encoder: AnswerEncoder;
  readonly #exchange: HttpExchange;
  readonly #format: StreamFormat;
  readonly #decoded: DecodedInferRequest;
  #stream: AnswerStream | null = null;

  constructor(
    encoder: AnswerEncoder,
    exchange: HttpExchange,
    format: StreamFormat,
    decoded: DecodedInferRequest,
  ) {
    this.#encoder = encoder;
    this.#exchange = exchange;
    this.#format = format;
    this.#decoded = decoded;
  }

  /** Takes ownership of the response. */
  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    let error: TritonError | null = null;
    let answer: Uint8Array | null = null;
    if (response !== null) {
      try {
        answer = this.#encode(request, response);
      } catch (reason) {
        error = tritonErrorFrom(reason);
        answer = encodeError(error.message);
      }
      answer = framed(this.#format, answer);
      response.release();
    }
    this.#stream ??= new AnswerStream(this.#exchange, request, {
      status: error === null ? HTTP_OK : httpStatus(error.code),
      headerLines: STREAM_HEADER_LINES[this.#format],
    });
    if (answer !== null) {
      this.#stream.write(answer);
    }
    if (isFinal) {
      this.#stream.end();
      // What was written has been copied, and nobody reads the inputs any more.
      this.#exchange.releaseBody();
    }
  }

  /** @throws {TritonError} the response's own error, and for outputs that cannot be sent as asked */
  #encode(request: InferenceRequest, response: InferenceResponse): Uint8Array {
    if (response.error !== null) {
      throw response.error;
    }
    const parts = this.#encoder.encode(request.model, this.#decoded, response, false);
    const [json] = parts;
    assert(json !== undefined, "an answer has a JSON part");
    if (parts.length > 1) {
      throw new TritonError(
        StatusCode.InvalidArg,
        "binary outputs can not be sent in a stream of answers, ask for JSON",
      );
    }
    return json;
  }
}

function encodeError(message: string): Uint8Array {
  const writer = new ByteWriter(ERROR_BODY_BYTES);
  encodeErrorBody(writer, message);
  return writer.bytes.subarray(0, writer.position);
}
