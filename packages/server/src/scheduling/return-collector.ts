import { BatchCost } from "./batch-cost.ts";

/** While an instance does not wait for returns, it does after one run of so many, to see who comes. A prime. */
export const RETURN_PROBE_INTERVAL = 17;

/** A wait that has paid counts for two, one that has not for one less: from here on it is done each time, below 0 no more. */
export const RETURN_SCORE_ENTER = 3;

/** The most that waits which have paid count for. */
export const RETURN_SCORE_MAX = 8;

/** However much a run costs, an instance waits no longer than this, or than its share of a longer run. */
export const RETURN_WAIT_NS_MAX = 1_000_000;

/** That share of the run that has just ended: what the wait may add to the latency of those who are in the queue. */
export const RETURN_WAIT_SHARE_MAX: number = 1 / 5;

/** Shorter waits find nobody: an answer is not on its way back so soon. */
const RETURN_WAIT_NS_MIN = 50_000;

/** While all runs have had one size: the share of a run that is taken to be what it costs whatever its size. */
const FIXED_SHARE = 1 / 4;

/**
 * Whether an instance whose run has ended waits a moment for the clients that have just been answered, where these send
 * their next requests at once.
 *
 * Without it such clients fall into groups that take turns, and of which the small ones stay small: one of 8 clients runs
 * alone, the 7 others meanwhile wait for their turn, and so on for ever. What is gained by letting them run together is what
 * a run costs besides its rows, and so the wait is never longer than that.
 *
 * ```
 *   at once ── waits that are tried, after one run of {@link RETURN_PROBE_INTERVAL}, make the next batch larger ──► waiting
 *   at once ◄── fewer than a third of the waits do ── waiting
 * ```
 * A wait ends as soon as all have come who were running or waiting when it began.
 */
export class ReturnCollector {
  /** Clock nanoseconds until which the instance waits; null: it does not. */
  heldUntilNs: number | null = null;
  readonly #cost = new BatchCost();
  #isWaiting = false;
  #score = 0;
  #untilProbe = RETURN_PROBE_INTERVAL;
  #runStartNs = 0;
  #runCount = 0;
  #runRows = 0;
  /** Requests that there will be if everybody comes back. */
  #expectedCount = 0;
  /** Requests of which the next batch must be for the wait to have paid; 0: there was no wait. */
  #paidCount = 0;

  /** The instance begins a run of so many requests; they have as many rows unless `rowCount` says otherwise. */
  onRun(nowNs: number, requestCount: number, rowCount: number = requestCount): void {
    this.#judge(requestCount);
    this.#runStartNs = nowNs;
    this.#runCount = requestCount;
    this.#runRows = rowCount;
  }

  /** The run has ended, and so many requests wait. Afterwards `heldUntilNs` says whether the instance does, if it may. */
  onRunEnd(nowNs: number, waitingCount: number, mayWait: boolean): void {
    const runNs = nowNs - this.#runStartNs;
    this.#cost.add(this.#runRows, runNs);
    const expectedCount = this.#runCount + waitingCount;
    // Who is alone, and whoever would be, has nothing to wait for.
    if (!mayWait || expectedCount <= Math.max(1, waitingCount) || !this.#isToWait()) {
      return;
    }
    const waitNsMax = Math.max(RETURN_WAIT_NS_MAX, runNs * RETURN_WAIT_SHARE_MAX);
    const waitNs = Math.min(this.#fixedNs(), waitNsMax);
    if (waitNs >= RETURN_WAIT_NS_MIN) {
      this.#expectedCount = expectedCount;
      this.#paidCount = Math.max(1, waitingCount) + Math.ceil(this.#runCount / 2);
      this.#paidCount = Math.min(this.#paidCount, expectedCount);
      this.heldUntilNs = nowNs + waitNs;
    }
  }

  /** Whether everybody has come for whom the instance waits. */
  isComplete(waitingCount: number): boolean {
    return waitingCount >= this.#expectedCount;
  }

  /** The wait is over: it was time, everybody has come, or those who have are as many as a batch takes (`isFull`). */
  onRelease(waitingCount: number, isFull: boolean): void {
    this.heldUntilNs = null;
    if (waitingCount === 0) {
      this.#judge(0);
    } else if (isFull && this.#paidCount > 0) {
      // However many that is.
      this.#paidCount = 1;
    }
  }

  #isToWait(): boolean {
    if (this.#isWaiting) {
      return true;
    }
    this.#untilProbe--;
    if (this.#untilProbe > 0) {
      return false;
    }
    this.#untilProbe = RETURN_PROBE_INTERVAL;
    return true;
  }

  /** What a run costs besides its rows, in nanoseconds. */
  #fixedNs(): number {
    return this.#cost.hasSlope ? this.#cost.ns(0) : this.#cost.ns(1) * FIXED_SHARE;
  }

  /** Counts whether the wait before a batch of so many requests has paid. */
  #judge(requestCount: number): void {
    if (this.#paidCount === 0) {
      return;
    }
    const hasPaid = requestCount >= this.#paidCount;
    this.#paidCount = 0;
    this.#score = Math.min(this.#score + (hasPaid ? 2 : -1), RETURN_SCORE_MAX);
    if (this.#score < 0) {
      this.#score = 0;
      this.#isWaiting = false;
    } else if (this.#score >= RETURN_SCORE_ENTER) {
      this.#isWaiting = true;
    }
  }
}
