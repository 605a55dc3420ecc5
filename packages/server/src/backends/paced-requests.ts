import type { AlarmClock } from "../base/alarm-clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Batch } from "../model/batch.ts";
import { AnswerPacer } from "./answer-pacer.ts";

/** What the requests of a paced instance wait with. */
export interface PacedRequestsOptions {
  readonly clock: Clock;
  readonly alarmClock: AlarmClock;
}

/** The requests that an instance in this process is answering, each in a function of its own that waits between answers. */
export class PacedRequests {
  readonly #options: PacedRequestsOptions;
  readonly #pacers = new Map<Batch, (AnswerPacer | null)[]>();

  constructor(options: PacedRequestsOptions) {
    this.#options = options;
  }

  /** Answers `batch.requests[index]` with what `answer` does, which must end the request and must not reject. */
  start(batch: Batch, index: number, answer: (pacer: AnswerPacer) => Promise<void>): void {
    const request = batch.requests[index];
    if (request === undefined) {
      return;
    }
    const pacer = new AnswerPacer(request, this.#options.alarmClock, this.#options.clock);
    const pacers = this.#pacers.get(batch) ?? batch.requests.map(() => null);
    pacers[index] = pacer;
    this.#pacers.set(batch, pacers);
    void answer(pacer).finally(() => {
      pacer.close();
      pacers[index] = null;
      if (pacers.every((other) => other === null)) {
        this.#pacers.delete(batch);
      }
    });
  }

  /** Wakes those of a batch's requests whose clients have gone. */
  cancel(batch: Batch): void {
    for (const [index, pacer] of (this.#pacers.get(batch) ?? []).entries()) {
      if (batch.requests[index]?.isCancelled === true) {
        pacer?.wake();
      }
    }
  }
}
