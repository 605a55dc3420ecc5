import type { Clock } from "./clock.ts";

/** Sleeps until the event loop has something to do, or for `delayNs` at most. */
export type EventLoopWait = (delayNs: number) => void;

/** What an alarm clock works with. */
export interface AlarmClockOptions {
  readonly clock: Clock;
  /** Calls back once the event loop has had a turn; `setImmediate` unless stated. */
  readonly nextTurn?: (callback: () => void) => void;
  /** null: while a precise alarm is near, the loop turns without sleeping. */
  readonly wait: EventLoopWait | null;
}

const NS_PER_MS = 1e6;

/** From here on to its time a precise alarm is watched every turn: Node's timers come up to this much late. */
export const WATCH_NS: number = 2 * NS_PER_MS;

/** The longest sleep. The loop has been told of some things that do not end it, so these wait for no longer than this. */
export const WAIT_NS_MAX = 200_000;

/** A turn of the loop that took no longer has called nobody who may have left something to do for the next one. */
const QUIET_TURN_NS_MAX = 30_000;

/**
 * Alarms to the microsecond on an event loop whose own timers know milliseconds only.
 *
 * An alarm far away is one of Node's timers. One that is near, and precise, is watched in every turn of the loop, which
 * sleeps in between in `wait` instead of in its own poll:
 * ```
 *   set ── more than WATCH_NS, or not precise ──► timer ──┐
 *    └──── near ──────────────────────────────► watched ◄─┘ ── its time ──► callback
 * ```
 * Callbacks come from the loop, never from inside `set`.
 */
export class AlarmClock {
  readonly #clock: Clock;
  readonly #nextTurn: (callback: () => void) => void;
  readonly #wait: EventLoopWait | null;
  readonly #watched = new Set<Alarm>();
  #isTurnAsked = false;
  #lastTurnEndNs = 0;

  constructor(options: AlarmClockOptions) {
    this.#clock = options.clock;
    this.#nextTurn = options.nextTurn ?? setImmediate;
    this.#wait = options.wait;
  }

  /** An alarm to be set again and again. */
  createAlarm(onTime: () => void): Alarm {
    return new Alarm(this.#clock, this, onTime);
  }

  /** @internal for Alarm */
  watch(alarm: Alarm): void {
    this.#watched.add(alarm);
    if (!this.#isTurnAsked) {
      this.#isTurnAsked = true;
      this.#nextTurn(this.#onTurn);
    }
  }

  /** @internal for Alarm */
  unwatch(alarm: Alarm): void {
    this.#watched.delete(alarm);
  }

  readonly #onTurn = (): void => {
    this.#isTurnAsked = false;
    const startNs = this.#clock.nowNs();
    const nextNs = this.#ring(startNs);
    if (this.#watched.size === 0) {
      return;
    }
    if (!this.#isTurnAsked) {
      this.#isTurnAsked = true;
      this.#nextTurn(this.#onTurn);
    }
    if (this.#wait !== null && startNs - this.#lastTurnEndNs <= QUIET_TURN_NS_MAX) {
      this.#wait(Math.min(nextNs - startNs, WAIT_NS_MAX));
    }
    this.#lastTurnEndNs = this.#clock.nowNs();
  };

  /** Calls whose time has come; returns when the next one's will. */
  #ring(nowNs: number): number {
    let nextNs = Number.POSITIVE_INFINITY;
    for (const alarm of this.#watched) {
      if (alarm.atNs <= nowNs) {
        this.#watched.delete(alarm);
        alarm.ring();
      } else {
        nextNs = Math.min(nextNs, alarm.atNs);
      }
    }
    return nextNs;
  }
}

/** One caller's alarm. Setting it again replaces what was set. */
export class Alarm {
  readonly #clock: Clock;
  readonly #owner: AlarmClock;
  readonly #onTime: () => void;
  /** Clock nanoseconds; Infinity while it is not set. */
  atNs: number = Number.POSITIVE_INFINITY;
  #isPrecise = false;
  /** Node's timer, which may ring too early: alarms are set later far more often than they ring. */
  #timerNs = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, owner: AlarmClock, onTime: () => void) {
    this.#clock = clock;
    this.#owner = owner;
    this.#onTime = onTime;
  }

  /**
   * Rings once the clock says `atNs`, or with the next turn of the loop if it has passed.
   *
   * @param atNs null: not at all
   * @param isPrecise whether some milliseconds later is too late
   */
  set(atNs: number | null, isPrecise: boolean): void {
    this.atNs = atNs ?? Number.POSITIVE_INFINITY;
    this.#isPrecise = isPrecise;
    if (this.atNs === Number.POSITIVE_INFINITY) {
      this.#owner.unwatch(this);
    } else {
      this.#arm(this.#clock.nowNs());
    }
  }

  /** Ends it for good. */
  close(): void {
    this.set(null, false);
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  /** @internal for AlarmClock */
  ring(): void {
    this.atNs = Number.POSITIVE_INFINITY;
    this.#onTime();
  }

  #arm(nowNs: number): void {
    const delayNs = this.atNs - nowNs;
    if (delayNs <= (this.#isPrecise ? WATCH_NS : 0)) {
      this.#owner.watch(this);
      return;
    }
    this.#owner.unwatch(this);
    const timerNs = this.#isPrecise ? this.atNs - WATCH_NS : this.atNs;
    if (this.#cancelTimer !== null && this.#timerNs <= timerNs) {
      // It rings first, and sees to the rest then.
      return;
    }
    this.#cancelTimer?.();
    this.#timerNs = timerNs;
    this.#cancelTimer = this.#clock.setTimer((timerNs - nowNs) / NS_PER_MS, this.#onTimer);
  }

  readonly #onTimer = (): void => {
    this.#cancelTimer = null;
    this.#timerNs = Number.POSITIVE_INFINITY;
    if (this.atNs !== Number.POSITIVE_INFINITY) {
      const nowNs = this.#clock.nowNs();
      if (this.atNs <= nowNs) {
        this.ring();
      } else {
        this.#arm(nowNs);
      }
    }
  };
}
