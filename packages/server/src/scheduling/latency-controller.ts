import { assert } from "../base/assert.ts";
import { BatchCost } from "./batch-cost.ts";
import { LatencyWindow } from "./latency-window.ts";

const NS_PER_US = 1000;

/** The quantile that is held to the target. */
export const TARGET_QUANTILE = 0.99;

/** A window ends when it has as many requests and is as long … */
const WINDOW_REQUEST_COUNT = 400;
const WINDOW_NS_MIN = 200_000_000;
/** … or, where few come, is as long and has at least some. */
const WINDOW_NS_MAX = 10_000_000_000;
const WINDOW_REQUEST_COUNT_MIN = 50;

/** Of the target: between these the latency is left alone. */
const GOOD_LOW = 0.75;
const GOOD_HIGH = 1;
/** Of the target: what is aimed at. */
const AIM = 0.85;

/** Of what is missing to the aim, what the delay grows by at once. It shrinks by all that is too much. */
const GROWTH = 0.35;
/** Windows one after the other in which there is room before the delay grows. */
const ROOM_WINDOW_COUNT = 2;
/** What the latency was too high with is not tried again for long: that ceiling rises by this a window. */
const CEILING_RISE = 1.01;

/** A request may find a run under way and then needs one itself: as many must fit the target. */
const RUNS_IN_TARGET = 2;
/** How many more rows instances must be able to run than come. */
const CAPACITY_RESERVE = 1.5;
/** By how much larger batches must be cheaper a row before anybody is made to wait for them, and while somebody is. */
const GAIN_MIN = 1.05;
const GAIN_KEPT_MIN = 1.03;
/** By how much larger batches must be than without a delay for it to be kept. */
const LARGER_MIN = 1.05;
/** Of the rows that came without a delay, those that must come with it. */
const KEPT_RATE_MIN = 0.85;
/** How much the last window counts in these rates. */
const RATE_WEIGHT = 0.3;
const DELAYED_RATE_WEIGHT = 0.1;
/** Of the batches, those that must be full before waiting for more is pointless. */
const FULL_SHARE = 0.75;
/** Windows without a delay after one that has gained nothing; twice as many each time. */
const USELESS_WINDOW_COUNT = 64;
const USELESS_WINDOW_COUNT_MAX = 1024;

/** Windows in which nothing more can be done and the target is missed, before it is given up. */
const MISSED_WINDOW_COUNT = 3;
/** Windows in which there is room before it is tried for again; twice as many each time that it was in vain. */
const RETRY_WINDOW_COUNT = 2;
const RETRY_WINDOW_COUNT_MAX = 256;
/** Windows in which the target has been met with one choice, before what was in vain earlier is forgotten. */
const FORGIVEN_WINDOW_COUNT = 64;

/** What batches are made by. */
export interface BatchLimits {
  readonly batchSizeMax: number;
  readonly queueDelayNs: number;
}

/** What has been chosen, and what came of it. */
export interface LatencyChoice extends BatchLimits {
  readonly targetNs: number;
  /** The quantile in the last window; 0 before its end. */
  readonly latencyNs: number;
  /** False while the target cannot be met: then batches are made for throughput alone. */
  readonly isReachable: boolean;
  /** Windows since the last change. */
  readonly settledCount: number;
}

/** What a controller goes by. */
export interface LatencyControllerOptions extends BatchLimits {
  readonly targetNs: number;
  readonly instanceCount: number;
}

/**
 * Chooses how large batches may be and how long requests wait for company, so that 99 of 100 are answered within a target
 * and batches are as large as that allows. Time is given to it.
 *
 * ```
 *   window of requests ──► latency ─┬─ above the target ──► shorter delay ─► none left: smaller batches ─► give up
 *                                   ├─ near it ───────────► nothing
 *                                   └─ well below ────────► longer delay, larger batches, where these are cheaper a row
 * ```
 * Giving up means the configuration's batch size and no delay: whoever gets more than can be served in time is served
 * best by throughput. The target is tried for again when there is room.
 *
 * Batches are never made smaller than what keeps up with the requests that come: that would make everybody wait longer.
 */
export class LatencyController {
  readonly #options: LatencyControllerOptions;
  readonly #cost = new BatchCost();
  readonly #window = new LatencyWindow();
  #batchSizeMax: number;
  #queueDelayNs: number;
  #windowStartNs = 0;
  #windowRowCount = 0;
  #windowBatchCount = 0;
  #windowFullCount = 0;
  #latencyNs = 0;
  #delayCeilingNs = Number.POSITIVE_INFINITY;
  #isReachable = true;
  #roomCount = 0;
  #missedCount = 0;
  #retryCount = RETRY_WINDOW_COUNT;
  #settledCount = 0;
  /** What windows without a delay were like of late; null before there were any. */
  #undelayed: { readonly size: number; readonly rowsPerNs: number } | null = null;
  /** Rows that have come of late with a delay. */
  #delayedRowsPerNs = 0;
  /** Windows until a delay may be tried, and how many there will be after the next one that is useless. */
  #pauseCount = 0;
  #nextPauseCount = USELESS_WINDOW_COUNT;

  constructor(options: LatencyControllerOptions) {
    assert(options.targetNs > 0 && options.batchSizeMax > 0, "there is something to choose");
    this.#options = options;
    this.#batchSizeMax = options.batchSizeMax;
    this.#queueDelayNs = Math.min(options.queueDelayNs, options.targetNs);
  }

  get choice(): LatencyChoice {
    return {
      batchSizeMax: this.#batchSizeMax,
      queueDelayNs: Math.floor(this.#queueDelayNs / NS_PER_US) * NS_PER_US,
      targetNs: this.#options.targetNs,
      latencyNs: this.#latencyNs,
      isReachable: this.#isReachable,
      settledCount: this.#settledCount,
    };
  }

  /** A request has been answered that came at `startNs`. Those that came under an earlier choice say nothing about this one. */
  onAnswer(startNs: number, endNs: number): void {
    if (startNs >= this.#windowStartNs) {
      this.#window.add(endNs - startNs);
    }
  }

  /**
   * A batch has run.
   *
   * @returns whether a window has ended with it: then `choice` may be another
   */
  onBatch(rows: number, runNs: number, nowNs: number): boolean {
    if (this.#windowStartNs === 0) {
      this.#windowStartNs = nowNs;
    }
    this.#cost.add(rows, runNs);
    this.#windowRowCount += rows;
    this.#windowBatchCount++;
    this.#windowFullCount += rows >= this.#batchSizeMax ? 1 : 0;
    const durationNs = nowNs - this.#windowStartNs;
    const { count } = this.#window;
    const isOver =
      (count >= WINDOW_REQUEST_COUNT && durationNs >= WINDOW_NS_MIN) ||
      (count >= WINDOW_REQUEST_COUNT_MIN && durationNs >= WINDOW_NS_MAX);
    if (isOver) {
      this.#latencyNs = this.#window.quantileNs(TARGET_QUANTILE);
      this.#decide(durationNs);
      this.#startWindow(nowNs);
    }
    return isOver;
  }

  #startWindow(nowNs: number): void {
    this.#window.clear();
    this.#windowStartNs = nowNs;
    this.#windowRowCount = 0;
    this.#windowBatchCount = 0;
    this.#windowFullCount = 0;
  }

  #decide(durationNs: number): void {
    const before = { size: this.#batchSizeMax, delay: this.#queueDelayNs };
    const { targetNs } = this.#options;
    const rowsPerNs = this.#windowRowCount / durationNs;
    this.#delayCeilingNs *= CEILING_RISE;
    this.#dropUselessDelay(rowsPerNs);
    if (!this.#isReachable) {
      this.#reconsider(rowsPerNs);
    } else if (this.#latencyNs > targetNs * GOOD_HIGH) {
      this.#roomCount = 0;
      this.#hurry(rowsPerNs);
    } else {
      this.#missedCount = 0;
      if (this.#settledCount >= FORGIVEN_WINDOW_COUNT) {
        this.#retryCount = RETRY_WINDOW_COUNT;
        this.#nextPauseCount = USELESS_WINDOW_COUNT;
      }
      this.#roomCount = this.#latencyNs < targetNs * GOOD_LOW ? this.#roomCount + 1 : 0;
      if (this.#roomCount >= ROOM_WINDOW_COUNT) {
        this.#roomCount = 0;
        this.#relax(rowsPerNs);
      }
    }
    const isSame = before.size === this.#batchSizeMax && before.delay === this.#queueDelayNs;
    this.#settledCount = isSame ? this.#settledCount + 1 : 0;
  }

  /** Too slow. */
  #hurry(rowsPerNs: number): void {
    const { targetNs } = this.#options;
    if (this.#queueDelayNs > 0) {
      this.#delayCeilingNs = this.#queueDelayNs;
      const tooMuchNs = this.#latencyNs - targetNs * AIM;
      this.#queueDelayNs = Math.max(0, this.#queueDelayNs - tooMuchNs);
      return;
    }
    const size = this.#suitableSize(rowsPerNs);
    if (size < this.#batchSizeMax) {
      this.#batchSizeMax = size;
      return;
    }
    this.#missedCount++;
    if (this.#missedCount >= MISSED_WINDOW_COUNT) {
      this.#giveUp();
    }
  }

  /** Faster than need be. */
  #relax(rowsPerNs: number): void {
    const { targetNs } = this.#options;
    const size = this.#suitableSize(rowsPerNs);
    if (size > this.#batchSizeMax) {
      this.#batchSizeMax = Math.min(size, Math.ceil(this.#batchSizeMax * 1.5));
    }
    const areFull = this.#windowFullCount >= this.#windowBatchCount * FULL_SHARE;
    if (areFull || this.#pauseCount > 0) {
      return;
    }
    const room = GROWTH * (targetNs * AIM - this.#latencyNs);
    const longerNs = Math.min(this.#queueDelayNs + room, targetNs, this.#delayCeilingNs);
    const meanSize = Math.max(1, this.#windowRowCount / this.#windowBatchCount);
    if (longerNs > this.#queueDelayNs && this.#gain(meanSize, rowsPerNs * longerNs) >= GAIN_MIN) {
      this.#queueDelayNs = longerNs;
    }
  }

  /** Nobody waits for what gains nothing, however much time there is. */
  #dropUselessDelay(rowsPerNs: number): void {
    this.#pauseCount = Math.max(0, this.#pauseCount - 1);
    const meanSize = Math.max(1, this.#windowRowCount / this.#windowBatchCount);
    if (this.#queueDelayNs === 0) {
      const before = this.#undelayed;
      const mean = mix(before?.rowsPerNs ?? rowsPerNs, rowsPerNs, RATE_WEIGHT);
      // Fewer of late: nobody's fault.
      const rate = Math.min(mean, rowsPerNs);
      this.#undelayed = { size: meanSize, rowsPerNs: rate };
      this.#delayedRowsPerNs = rate;
      return;
    }
    this.#delayedRowsPerNs = mix(this.#delayedRowsPerNs, rowsPerNs, DELAYED_RATE_WEIGHT);
    const { size, rowsPerNs: rate } = this.#undelayed ?? { size: 0, rowsPerNs: 0 };
    const gathersNobody = meanSize < size * LARGER_MIN;
    // Clients that wait for their answers before they ask again ask less.
    const slowsClients =
      this.#delayedRowsPerNs < rate * KEPT_RATE_MIN || rowsPerNs < rate * KEPT_RATE_MIN ** 3;
    const gain = this.#gain(1, rowsPerNs * this.#queueDelayNs);
    if (gathersNobody || slowsClients || gain < GAIN_KEPT_MIN) {
      this.#queueDelayNs = 0;
      this.#pauseCount = this.#nextPauseCount;
      this.#nextPauseCount = Math.min(this.#nextPauseCount * 2, USELESS_WINDOW_COUNT_MAX);
    }
  }

  #giveUp(): void {
    this.#isReachable = false;
    this.#missedCount = 0;
    this.#batchSizeMax = this.#options.batchSizeMax;
    this.#queueDelayNs = 0;
  }

  /** Given up: whether to try again. */
  #reconsider(rowsPerNs: number): void {
    const { targetNs } = this.#options;
    this.#roomCount = this.#latencyNs < targetNs * GOOD_HIGH ? this.#roomCount + 1 : 0;
    if (this.#roomCount >= this.#retryCount) {
      this.#roomCount = 0;
      this.#retryCount = Math.min(this.#retryCount * 2, RETRY_WINDOW_COUNT_MAX);
      this.#isReachable = true;
      this.#batchSizeMax = Math.max(1, this.#suitableSize(rowsPerNs));
    }
  }

  /** The largest batches of which enough fit the target, but none smaller than keep up with the requests. */
  #suitableSize(rowsPerNs: number): number {
    const { targetNs, instanceCount, batchSizeMax } = this.#options;
    const fitting = firstSize(
      batchSizeMax,
      (size) => this.#cost.ns(size + 1) * RUNS_IN_TARGET > targetNs,
    );
    const needed = firstSize(
      batchSizeMax,
      (size) => instanceCount * size >= this.#cost.ns(size) * rowsPerNs * CAPACITY_RESERVE,
    );
    return Math.max(fitting, needed);
  }

  /** How many times cheaper a row is in batches to which so many others come than in those of `size`. */
  #gain(size: number, otherCount: number): number {
    const larger = Math.max(size, Math.min(this.#batchSizeMax, 1 + otherCount));
    if (!this.#cost.hasSlope) {
      // Who never tries will never know.
      return larger > size ? Number.POSITIVE_INFINITY : 1;
    }
    const costNs = this.#cost.ns(larger) / larger;
    return costNs === 0 ? 1 : this.#cost.ns(size) / size / costNs;
  }
}

function mix(old: number, added: number, weight: number): number {
  return old + weight * (added - old);
}

/** The smallest size up to `max` for which something holds that then holds for all larger ones; `max` if for none. */
function firstSize(max: number, holds: (size: number) => boolean): number {
  let low = 1;
  let high = max;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
