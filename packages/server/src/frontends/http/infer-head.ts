import { parseInferenceHeaderLength } from "@nereid/protocol";
import { type ContentCoding, responseCoding } from "./content-coding.ts";
import { binaryTensorsOffset, INFERENCE_HEADER_LENGTH } from "./infer-body.ts";
import type { Route } from "./router.ts";
import { acceptedStream, type StreamFormat } from "./stream-format.ts";
import type { HttpRequestHead } from "./wire/http-exchange.ts";

/** What the head of an infer request says, read once for all requests that repeat it. */
export class InferHead {
  readonly route: Route;
  /** As sent; undefined if the body is plain. */
  readonly contentEncoding: string | undefined;
  readonly answerCoding: ContentCoding;
  /** null: there is one answer. */
  readonly streamFormat: StreamFormat | null;
  /** Where the binary tensors begin, as far as the head says so; otherwise 0. */
  readonly tensorsOffset: number;
  readonly #headerLength: string | undefined;
  /** The body size that `#headerSize` was found valid for. */
  #bodySize = -1;
  #headerSize = 0;

  /** @param isStreamed whether clients that accept a stream get one */
  constructor(route: Route, head: HttpRequestHead, isStreamed: boolean) {
    this.route = route;
    this.streamFormat = isStreamed ? acceptedStream(head.header("accept")) : null;
    this.contentEncoding = head.header("content-encoding");
    const acceptEncoding = head.header("accept-encoding");
    this.answerCoding = acceptEncoding === undefined ? "identity" : responseCoding(acceptEncoding);
    this.tensorsOffset = binaryTensorsOffset(head);
    this.#headerLength = head.header(INFERENCE_HEADER_LENGTH);
  }

  /**
   * Bytes of the JSON part of a plain body, or null if the head does not say.
   *
   * @throws {TritonError} InvalidArg if the head says what cannot be
   */
  headerSize(bodySize: number): number | null {
    if (this.#headerLength === undefined) {
      return null;
    }
    if (bodySize !== this.#bodySize) {
      this.#headerSize = parseInferenceHeaderLength(this.#headerLength, bodySize);
      this.#bodySize = bodySize;
    }
    return this.#headerSize;
  }
}
