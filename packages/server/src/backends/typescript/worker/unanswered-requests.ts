import type { Clock } from "../../../base/clock.ts";

/** Where a request has its place, and what is told of it. */
export interface UnansweredRequest {
  readonly batch: number;
  readonly index: number;
}

/** What `UnansweredRequests` works with. */
export interface UnansweredRequestsOptions {
  readonly clock: Pick<Clock, "nowNs" | "setTimer">;
  /** Collects the thread's garbage; resolves when that is done. */
  readonly collectGarbage: () => Promise<void>;
  /** The model has let go of a request that it has not answered: nobody can any more. */
  readonly onLost: (place: UnansweredRequest) => void;
}

/** How long a request is left to its model before garbage is collected for it; doubled with each collection. */
const COLLECT_DELAY_MS_MIN = 1000;
/** The longest of these delays, unless collecting takes so long. */
const COLLECT_DELAY_MS_MAX = 60_000;
/** Collecting takes at most one part in so many of the thread's time. */
const COLLECT_TIME_SHARE = 100;

/** One request, which only its model keeps. It must not be reachable from here. */
interface Entry<T extends WeakKey> extends UnansweredRequest {
  readonly reference: WeakRef<T>;
  readonly sinceNs: number;
}

/**
 * The requests that `execute` has left to be answered later. Their model alone keeps them, so that one which it forgets is
 * noticed: when the garbage is collected, which an idle thread would not do by itself.
 */
export class UnansweredRequests<T extends WeakKey & UnansweredRequest> {
  readonly #options: UnansweredRequestsOptions;
  /** In the order in which they came. */
  readonly #entries = new Map<number, Map<number, Entry<T>>>();
  readonly #registry: FinalizationRegistry<Entry<T>>;
  #delayMs = COLLECT_DELAY_MS_MIN;
  #delayMsMin = COLLECT_DELAY_MS_MIN;
  #cancelTimer: (() => void) | null = null;
  #isCollecting = false;

  constructor(options: UnansweredRequestsOptions) {
    this.#options = options;
    this.#registry = new FinalizationRegistry((entry) => this.#onCollected(entry));
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** A request that is left to its model. It must not be kept elsewhere. */
  add(request: T): void {
    const { batch, index } = request;
    const reference = new WeakRef(request);
    const entry = { batch, index, reference, sinceNs: this.#options.clock.nowNs() };
    const ofBatch = this.#entries.get(batch);
    if (ofBatch === undefined) {
      this.#entries.set(batch, new Map([[index, entry]]));
    } else {
      ofBatch.set(index, entry);
    }
    this.#registry.register(request, entry, request);
    this.#schedule();
  }

  /** One that its model still has; undefined if there is none. */
  find({ batch, index }: UnansweredRequest): T | undefined {
    return this.#entries.get(batch)?.get(index)?.reference.deref();
  }

  /** A request has been answered. */
  remove(request: T): void {
    if (this.#remove(request)) {
      this.#registry.unregister(request);
    }
  }

  #onCollected(entry: Entry<T>): void {
    if (this.#remove(entry)) {
      this.#options.onLost(entry);
    }
  }

  #remove({ batch, index }: UnansweredRequest): boolean {
    const ofBatch = this.#entries.get(batch);
    if (ofBatch === undefined || !ofBatch.delete(index)) {
      return false;
    }
    if (ofBatch.size === 0) {
      this.#entries.delete(batch);
    }
    if (this.isEmpty) {
      this.#cancelTimer?.();
      this.#cancelTimer = null;
      this.#delayMs = this.#delayMsMin;
    }
    return true;
  }

  #schedule(): void {
    const oldest = this.#oldest();
    if (oldest === undefined || this.#cancelTimer !== null || this.#isCollecting) {
      return;
    }
    const { clock } = this.#options;
    const waitedMs = (clock.nowNs() - oldest.sinceNs) / 1e6;
    this.#cancelTimer = clock.setTimer(Math.max(this.#delayMs - waitedMs, 1), () => {
      this.#cancelTimer = null;
      this.#onTimer();
    });
  }

  #onTimer(): void {
    const oldest = this.#oldest();
    const { clock } = this.#options;
    if (oldest !== undefined && (clock.nowNs() - oldest.sinceNs) / 1e6 >= this.#delayMs) {
      void this.#collect();
    } else {
      this.#schedule();
    }
  }

  async #collect(): Promise<void> {
    const { clock, collectGarbage } = this.#options;
    this.#isCollecting = true;
    const startNs = clock.nowNs();
    await collectGarbage();
    const tookMs = (clock.nowNs() - startNs) / 1e6;
    this.#delayMsMin = Math.max(COLLECT_DELAY_MS_MIN, COLLECT_TIME_SHARE * tookMs);
    this.#delayMs = Math.max(Math.min(this.#delayMs * 2, COLLECT_DELAY_MS_MAX), this.#delayMsMin);
    this.#isCollecting = false;
    this.#schedule();
  }

  #oldest(): Entry<T> | undefined {
    for (const ofBatch of this.#entries.values()) {
      for (const entry of ofBatch.values()) {
        return entry;
      }
    }
    return undefined;
  }
}
