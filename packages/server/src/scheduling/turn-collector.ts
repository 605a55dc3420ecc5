/**
 * While requests are not collected, one of so many is used to see whether others come after it in the same turn. A prime, so
 * that it does not always meet the last of a turn.
 */
export const PROBE_INTERVAL = 17;

/** A turn with company counts for two, one without for one less: from here on requests are collected, below 0 no more. */
export const SCORE_ENTER = 3;

/** The most that turns with company count for: so many turns without it end the collecting. */
export const SCORE_MAX = 8;

/** Runs of several requests that are looked at before their cost is compared with that of runs of one. */
export const COMPARED_RUN_COUNT = 32;

/** Where collecting made requests dearer it is not tried again for so many. */
export const REST_COUNT = 8192;

/** How much a run's cost counts in the mean, and how many times the mean it may be: the kernel takes the core now and then. */
const COST_SHARE = 1 / 32;
const COST_FACTOR_MAX = 4;

/**
 * Whether the requests of one turn of the event loop are collected into a batch, where a run is so cheap that it ends
 * before the next request is even read, so that no queue ever forms.
 *
 * ```
 *   alone ── more than a third of the requests that are probed have company in their turn ──► collecting
 *   alone ◄── fewer than a third of the turns bring company, or a request costs more this way ── collecting
 * ```
 * A request alone in its turn is not held up: while requests come one by one, each runs at once and only every
 * {@link PROBE_INTERVAL}th costs a look at the turn's end.
 */
export class TurnCollector {
  /** Whether requests wait for the end of their turn. */
  isCollecting = false;
  /** Clock nanoseconds at which the end of this turn was asked for; null: it need not be told. */
  askedNs: number | null = null;
  #isCheap = false;
  #score = 0;
  #requestCount = 0;
  #untilProbe = PROBE_INTERVAL;
  readonly #single = new MeanCost();
  readonly #several = new MeanCost();

  /** A request has come, and an instance is idle. Afterwards `askedNs` says whether the end of the turn matters. */
  onRequest(nowNs: number): void {
    if (this.askedNs !== null) {
      this.#requestCount++;
      return;
    }
    if (!this.#isCheap) {
      return;
    }
    if (!this.isCollecting) {
      this.#untilProbe--;
      if (this.#untilProbe > 0) {
        return;
      }
      this.#untilProbe = PROBE_INTERVAL;
    }
    this.askedNs = nowNs;
    this.#requestCount = 1;
  }

  /** Everything received in the turn has been enqueued. */
  onTurnEnd(): void {
    if (this.askedNs === null) {
      return;
    }
    this.askedNs = null;
    this.#score = Math.min(this.#score + (this.#requestCount > 1 ? 2 : -1), SCORE_MAX);
    if (this.#score < 0) {
      this.#score = 0;
      this.isCollecting = false;
    } else if (this.#score >= SCORE_ENTER) {
      this.isCollecting = true;
    }
  }

  /** A batch has been run on the event loop, and answered. */
  onInlineRun(requestCount: number, durationNs: number): void {
    this.#isCheap = true;
    const cost = requestCount === 1 ? this.#single : this.#several;
    cost.add(durationNs / requestCount);
    if (this.#several.count >= COMPARED_RUN_COUNT && this.#single.count >= COMPARED_RUN_COUNT) {
      const isDearer = this.#several.meanNs > this.#single.meanNs;
      this.#several.count = 0;
      if (isDearer && this.isCollecting) {
        this.isCollecting = false;
        this.#score = 0;
        this.#untilProbe = REST_COUNT;
      }
    }
  }

  /** A batch has been given to a thread. Several requests in one may take a thread where one alone does not. */
  onThreadRun(requestCount: number): void {
    if (requestCount === 1) {
      this.#isCheap = false;
      this.isCollecting = false;
      this.#score = 0;
    }
  }
}

/** What a request costs in one kind of runs: the mean of the last ones. */
class MeanCost {
  meanNs = 0;
  /** Runs since it was last set to 0. */
  count = 0;

  add(ns: number): void {
    this.count++;
    if (this.meanNs === 0) {
      this.meanNs = ns;
      return;
    }
    const bounded = Math.min(ns, this.meanNs * COST_FACTOR_MAX);
    this.meanNs += (bounded - this.meanNs) * COST_SHARE;
  }
}
