import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { InferenceRequest, ResponseSender } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";

/** Answers that wait for the caller before the model is asked to wait. */
const WAITING_COUNT_MAX = 16;
/** Answers that wait all the same, from a model that cannot wait. Above, the request is given up. */
const UNREAD_COUNT_MAX = 65_536;

/** The answers to one request on their way to a caller that takes them one by one. */
export class AnswerQueue implements ResponseSender {
  readonly #waiting: InferenceResponse[] = [];
  #request: InferenceRequest | null = null;
  #isComplete = false;
  #isClosed = false;
  #resume: (() => void) | null = null;

  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    this.#request = isFinal ? null : request;
    this.#isComplete = isFinal;
    if (response !== null) {
      if (this.#isClosed) {
        response.release();
      } else if (this.#waiting.length < UNREAD_COUNT_MAX) {
        this.#waiting.push(response);
      } else {
        response.release();
        this.#giveUp(request);
      }
    }
    if (!isFinal && this.#waiting.length >= WAITING_COUNT_MAX) {
      request.setCongested(true);
    }
    this.wake();
  }

  /** The next answer, for the caller to release; null at the end. Not to be called again before it has resolved. */
  async next(): Promise<InferenceResponse | null> {
    assert(this.#resume === null, "answers are taken one after the other");
    if (this.#waiting.length === 0 && !this.#isComplete) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
    }
    const response = this.#waiting.shift() ?? null;
    if (this.#waiting.length < WAITING_COUNT_MAX && this.#request?.isCongested === true) {
      this.#request.setCongested(false);
    }
    return response;
  }

  /** Ends a wait of `next`, though there may be nothing. */
  wake(): void {
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }

  /** Nobody takes what waits, nor what is still to come. */
  close(): void {
    this.#isClosed = true;
    for (const response of this.#waiting.splice(0)) {
      response.release();
    }
  }

  #giveUp(request: InferenceRequest): void {
    this.close();
    this.#waiting.push(
      InferenceResponse.failed(
        new TritonError(StatusCode.Unavailable, "the responses are not read"),
      ),
    );
    request.cancel();
  }
}
