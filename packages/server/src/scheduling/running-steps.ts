import { assert } from "../base/assert.ts";
import type { InferenceRequest, OpenSteps } from "../model/request.ts";
import type { EnsembleStep } from "./ensemble-step.ts";

/** The steps of one request that wait for their turn or run: each knows where it is, so that it is taken out without a search. */
export class RunningSteps implements OpenSteps {
  readonly #steps: EnsembleStep[] = [];

  get openRequests(): readonly InferenceRequest[] {
    const requests: InferenceRequest[] = [];
    for (const { request, isWaiting, spec } of this.#steps) {
      if (request !== null && !isWaiting && spec.timeoutUs === 0) {
        requests.push(request);
      }
    }
    return requests;
  }

  /** All of them now, whatever becomes of them meanwhile. */
  list(): readonly EnsembleStep[] {
    return this.#steps.slice();
  }

  add(step: EnsembleStep): void {
    step.runningIndex = this.#steps.length;
    this.#steps.push(step);
  }

  /** Nothing happens if it is not there. */
  remove(step: EnsembleStep): void {
    const index = step.runningIndex;
    if (index < 0) {
      return;
    }
    const last = this.#steps.pop();
    assert(last !== undefined, "what runs is listed");
    if (last !== step) {
      this.#steps[index] = last;
      last.runningIndex = index;
    }
    step.runningIndex = -1;
  }
}
