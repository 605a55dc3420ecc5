import type { HostResponse } from "../api/host.ts";
import type { TritonError } from "../api/model-error.ts";

/** The answers to one call, in order, for one reader. */
export class AnswerQueue {
  readonly #onClose: () => void;
  readonly #answers: (HostResponse | TritonError)[] = [];
  #hasEnded = false;
  #wake: (() => void) | null = null;

  /** @param onClose called when the reader has had enough */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  push(answer: HostResponse | TritonError | null, isFinal: boolean): void {
    if (answer !== null) {
      this.#answers.push(answer);
    }
    this.#hasEnded ||= isFinal;
    this.#wake?.();
  }

  /** The next answer, null after the last one. Rejects with an answer that is an error. */
  async next(): Promise<HostResponse | null> {
    for (;;) {
      const answer = this.#answers.shift();
      if (answer instanceof Error) {
        throw answer;
      }
      if (answer !== undefined) {
        return answer;
      }
      if (this.#hasEnded) {
        return null;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  close(): void {
    this.#onClose();
  }
}
