import type { InferenceRequest } from "../../model/request.ts";
import { type Sequence, SequenceList } from "./sequence.ts";

const NS_PER_US = 1000;

/** Overdue sequences are looked for no more often than this: each time means a look at them all. */
export const EXPIRY_INTERVAL_NS = 1_000_000;

/**
 * Sequences that wait for a slot, in the order in which they came. A request's timeout bounds how long the whole sequence
 * waits here.
 */
export class Backlog {
  readonly #waiting = new SequenceList();
  /** Not too late, but perhaps too early. */
  #expirationNs = Number.POSITIVE_INFINITY;
  #lastExpiryNs = Number.NEGATIVE_INFINITY;

  /** Who is next; null if nobody waits. */
  get head(): Sequence | null {
    return this.#waiting.head;
  }

  /** When somebody may be overdue; null for never. */
  get alarmNs(): number | null {
    return this.#expirationNs === Number.POSITIVE_INFINITY
      ? null
      : Math.max(this.#expirationNs, this.#lastExpiryNs + EXPIRY_INTERVAL_NS);
  }

  push(sequence: Sequence): void {
    this.#waiting.push(sequence);
  }

  remove(sequence: Sequence): void {
    this.#waiting.remove(sequence);
  }

  /** A request has been added to a sequence here. */
  onRequest(sequence: Sequence, request: InferenceRequest, nowNs: number): void {
    if (request.timeoutUs > 0) {
      const expirationNs = nowNs + request.timeoutUs * NS_PER_US;
      sequence.expirationNs = Math.min(sequence.expirationNs, expirationNs);
      this.#expirationNs = Math.min(this.#expirationNs, expirationNs);
    }
  }

  /** Takes out those whose time is over. */
  takeExpired(nowNs: number): readonly Sequence[] {
    const { alarmNs } = this;
    const expired: Sequence[] = [];
    if (alarmNs === null || nowNs < alarmNs) {
      return expired;
    }
    this.#lastExpiryNs = nowNs;
    this.#expirationNs = Number.POSITIVE_INFINITY;
    for (let sequence = this.#waiting.head; sequence !== null; ) {
      const next: Sequence | null = sequence.next;
      if (sequence.expirationNs <= nowNs) {
        this.#waiting.remove(sequence);
        expired.push(sequence);
      } else {
        this.#expirationNs = Math.min(this.#expirationNs, sequence.expirationNs);
      }
      sequence = next;
    }
    return expired;
  }
}
