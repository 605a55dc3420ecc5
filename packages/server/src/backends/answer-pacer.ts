import type { Alarm, AlarmClock } from "../base/alarm-clock.ts";
import type { Clock } from "../base/clock.ts";
import type { InferenceRequest } from "../model/request.ts";

const NS_PER_MS = 1e6;

/** Pauses of no length that are passed without giving the event loop a turn. */
const BURST_COUNT_MAX = 32;

/**
 * The waiting of a model in this process that answers one request several times: for time to pass, and for a client that
 * reads slowly. Both end at once when the request is cancelled. One wait at a time.
 */
export class AnswerPacer {
  readonly #request: InferenceRequest;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  #burstCount = 0;
  #resume: (() => void) | null = null;

  constructor(request: InferenceRequest, alarmClock: AlarmClock, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    this.#alarm = alarmClock.createAlarm(() => {
      this.wake();
    });
  }

  /** Resolves after so many nanoseconds, which may be none, or as soon as the request is cancelled. */
  pause(delayNs: number): Promise<void> {
    return this.#request.isCancelled ? Promise.resolve() : this.linger(delayNs);
  }

  /** `pause` for a request that has been cancelled. */
  linger(delayNs: number): Promise<void> {
    if (delayNs <= 0 && this.#burstCount < BURST_COUNT_MAX) {
      this.#burstCount++;
      return Promise.resolve();
    }
    this.#burstCount = 0;
    // Not precise: to watch the clock in every turn of the loop is not worth it here.
    this.#alarm.set(this.#clock.nowNs() + delayNs, false);
    return this.#wait();
  }

  /** `pause` in milliseconds. */
  pauseMs(delayMs: number): Promise<void> {
    return this.pause(delayMs * NS_PER_MS);
  }

  /** Resolves when the client has room for another answer, or has gone. */
  room(): Promise<void> {
    const request = this.#request;
    if (!request.isCongested || request.isCancelled) {
      return Promise.resolve();
    }
    request.drainListener = () => {
      this.wake();
    };
    return this.#wait();
  }

  /** Ends the wait: its time has come, or the request was cancelled. */
  wake(): void {
    this.#alarm.set(null, false);
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }

  /** Called once, when nothing waits any more. */
  close(): void {
    this.#request.drainListener = null;
    this.#alarm.close();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }
}
