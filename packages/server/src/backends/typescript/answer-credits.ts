import type { InferenceRequest } from "../../model/request.ts";
import { ANSWERS_AHEAD_MAX } from "./wire/records.ts";

/** Told after so many answers: early enough for a model not to wait, if its client does not lag behind. */
const TOLD_AFTER_COUNT: number = ANSWERS_AHEAD_MAX / 2;

/** How far a model's answers to one request have got, so that the model can wait for its client. */
export class AnswerCredits {
  readonly #request: InferenceRequest;
  readonly #tell: (takenCount: number) => void;
  #answerCount = 0;
  #toldCount = 0;

  /** @param tell gives the model the number of answers that its client had room for */
  constructor(request: InferenceRequest, tell: (takenCount: number) => void) {
    this.#request = request;
    this.#tell = tell;
  }

  /** One more answer has been given to whoever sends it; not the last. */
  onAnswer(): void {
    this.#answerCount++;
    if (this.#answerCount - this.#toldCount < TOLD_AFTER_COUNT) {
      return;
    }
    if (!this.#request.isCongested) {
      this.#tellAll();
    } else if (this.#request.drainListener === null) {
      this.#request.drainListener = () => {
        this.#tellAll();
      };
    }
  }

  #tellAll(): void {
    this.#toldCount = this.#answerCount;
    this.#tell(this.#answerCount);
  }
}
