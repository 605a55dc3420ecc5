import { assert } from "../../base/assert.ts";
import { type Sequence, type SequenceId, SequenceList } from "./sequence.ts";

/** Told how many sequences take further requests. */
export interface SequenceListener {
  onSequenceStart(): void;
  onSequenceEnd(): void;
}

/**
 * The sequences that take further requests, by correlation id; those that have a slot also by when they were last used.
 *
 * Invariant: a sequence is here if and only if it is not closed.
 */
export class LiveSequences {
  readonly #byId = new Map<SequenceId, Sequence>();
  /** Those with slots, the one that has been idle for longest first. */
  readonly #used = new SequenceList();
  readonly #idleNsMax: number;
  readonly #listener: SequenceListener;
  /** When the first may have been idle for too long: not too late, but perhaps too early; null while nobody has a slot. */
  alarmNs: number | null = null;

  constructor(idleNsMax: number, listener: SequenceListener) {
    assert(idleNsMax > 0, "a sequence may be idle for some time");
    this.#idleNsMax = idleNsMax;
    this.#listener = listener;
  }

  get count(): number {
    return this.#byId.size;
  }

  get(id: SequenceId): Sequence | null {
    return this.#byId.get(id) ?? null;
  }

  add(sequence: Sequence): void {
    assert(!this.#byId.has(sequence.id), "a correlation id has one sequence that takes requests");
    this.#byId.set(sequence.id, sequence);
    this.#listener.onSequenceStart();
  }

  /** It is used: its time begins again. */
  touch(sequence: Sequence, nowNs: number): void {
    if (sequence.isClosed || sequence.place !== "slot") {
      return;
    }
    if (sequence.list !== null) {
      this.#used.remove(sequence);
    }
    sequence.lastUseNs = nowNs;
    this.#used.push(sequence);
    this.alarmNs ??= nowNs + this.#idleNsMax;
  }

  /** It takes no more requests. */
  close(sequence: Sequence): void {
    assert(!sequence.isClosed, "a sequence is closed once");
    sequence.isClosed = true;
    this.#byId.delete(sequence.id);
    if (sequence.list === this.#used) {
      this.#used.remove(sequence);
    }
    this.#listener.onSequenceEnd();
  }

  /** Closes the next one that has been idle for too long; null if there is none. What waits or runs is not idle. */
  closeIdle(nowNs: number): Sequence | null {
    if (this.alarmNs === null || nowNs < this.alarmNs) {
      return null;
    }
    for (;;) {
      const { head } = this.#used;
      if (head === null) {
        this.alarmNs = null;
        return null;
      }
      const idleEndNs = head.lastUseNs + this.#idleNsMax;
      if (nowNs < idleEndNs) {
        this.alarmNs = idleEndNs;
        return null;
      }
      if (!head.isBusy) {
        this.close(head);
        return head;
      }
      this.touch(head, nowNs);
    }
  }

  /** Closes them all. Called when nothing of any of them waits or runs. */
  closeAll(): readonly Sequence[] {
    const sequences = [...this.#byId.values()];
    for (const sequence of sequences) {
      this.close(sequence);
    }
    return sequences;
  }
}
