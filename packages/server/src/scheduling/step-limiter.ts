import { assert } from "../base/assert.ts";

/** What waits for its turn. */
export interface WaitingStep {
  /** It may run now. */
  onTurn(): void;
}

/** When a step that waits began to. */
interface WaitStart {
  readonly step: WaitingStep;
  readonly deadlineNs: number;
}

/** A step waits for so long for others to finish, and then runs all the same, as in the real server: `kMutexTimeoutSeconds`. */
export const STEP_WAIT_SECS_MAX = 300;
const NS_PER_S = 1e9;

/**
 * Lets at most so many requests of one step run at once, over all requests of its ensemble: `max_inflight_requests`. The
 * others wait, first come, first served.
 *
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc, StepInflightRequestLimiter
 */
export class StepLimiter {
  readonly inflightMax: number;
  readonly #waiting = new Map<WaitingStep, WaitStart>();
  #inflightCount = 0;
  #isHandingOut = false;

  constructor(inflightMax: number) {
    assert(inflightMax > 0, "no limit needs no limiter");
    this.inflightMax = inflightMax;
  }

  get inflightCount(): number {
    return this.#inflightCount;
  }

  /** Clock nanoseconds at which the first that waits has waited long enough; null if none waits. */
  get deadlineNs(): number | null {
    for (const { deadlineNs } of this.#waiting.values()) {
      return deadlineNs;
    }
    return null;
  }

  /** Whether the step may run now; otherwise it waits for its `onTurn`. Each that runs is released once. */
  acquire(step: WaitingStep, nowNs: () => number): boolean {
    if (this.#inflightCount < this.inflightMax && this.#waiting.size === 0) {
      this.#inflightCount++;
      return true;
    }
    this.#waiting.set(step, { step, deadlineNs: nowNs() + STEP_WAIT_SECS_MAX * NS_PER_S });
    return false;
  }

  /** It waits no longer, and gets no turn. */
  withdraw(step: WaitingStep): void {
    this.#waiting.delete(step);
  }

  /** One that ran has ended: the next one's turn. */
  release(): void {
    assert(this.#inflightCount > 0, "what is released was acquired");
    this.#inflightCount--;
    // A step that ends within its turn only makes room: this loop goes on, and the stack stays flat.
    if (this.#isHandingOut) {
      return;
    }
    this.#isHandingOut = true;
    while (this.#inflightCount < this.inflightMax && this.#waiting.size > 0) {
      this.#handOut();
    }
    this.#isHandingOut = false;
  }

  /** Whose time to wait is over runs over the limit; returns how many did. */
  expire(nowNs: number): number {
    let count = 0;
    for (
      let { deadlineNs } = this;
      deadlineNs !== null && deadlineNs <= nowNs;
      { deadlineNs } = this
    ) {
      this.#handOut();
      count++;
    }
    return count;
  }

  #handOut(): void {
    const [step] = this.#waiting.keys();
    assert(step !== undefined, "somebody waits");
    this.#waiting.delete(step);
    this.#inflightCount++;
    step.onTurn();
  }
}
