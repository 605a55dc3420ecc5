import { assert } from "../../base/assert.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { SequenceState } from "../../model/sequence-state.ts";
import { RequestList } from "../request-list.ts";

/** How a sequence is known: unsigned 64-bit number or string; the two never meet. */
export type SequenceId = bigint | string;

/** Whether a request says which sequence it belongs to. */
export function isSequenceId(id: SequenceId): boolean {
  return id !== 0n && id !== "";
}

/**
 * What one correlation id has sent, from a START until its END, its idle time or a cancellation ends it. A second START
 * before the END begins anew behind what waits, in the same slot.
 *
 * ```
 *   backlog ──► slot ──► left
 *      └──────────────────┘  cancelled, overdue
 * ```
 * Invariant: at most one of its requests is issued at a time, so that they run in order and nobody else sees its state.
 */
export class Sequence {
  readonly id: SequenceId;
  /** Requests that wait for the ones before them, for the slot, or for a batch. */
  readonly queue: RequestList = new RequestList("queued");
  place: "backlog" | "slot" | "left" = "backlog";
  /** The instance and its slot, once it has one. */
  instanceIndex = -1;
  slotNumber = -1;
  /** The request that has been handed on and is not done. */
  issued: InferenceRequest | null = null;
  /** Whether it takes no more requests. */
  isClosed = false;
  /** Whether a cancellation has taken out the last of its requests: nothing can follow. */
  isCut = false;
  /** null: it has none yet, or its model has none. */
  state: SequenceState | null = null;
  /** Clock nanoseconds at which it last did something. */
  lastUseNs = 0;
  /** Clock nanoseconds until which it may wait in the backlog. */
  expirationNs: number = Number.POSITIVE_INFINITY;
  /** The list that it is in, and its place there. */
  list: SequenceList | null = null;
  previous: Sequence | null = null;
  next: Sequence | null = null;

  constructor(id: SequenceId) {
    this.id = id;
  }

  /** Whether something of it waits or runs. */
  get isBusy(): boolean {
    return this.issued !== null || this.queue.size > 0;
  }

  /** Whether nothing of it will ever run again. */
  get isOver(): boolean {
    return this.isClosed && !this.isBusy;
  }

  /**
   * Takes out what a cancelled request, which waits or is issued, takes with it: whatever follows up to the next START, and
   * in the backlog, where nothing of the sequence has run, what comes before back to its own START.
   */
  cut(request: InferenceRequest): readonly InferenceRequest[] {
    const { queue } = this;
    const cut: InferenceRequest[] = [];
    let next = queue.head;
    if (this.issued !== request) {
      let first = request;
      if (this.place === "backlog") {
        while (!first.isSequenceStart && first.waitingPrevious !== null) {
          first = first.waitingPrevious;
        }
      }
      next = first.waitingNext;
      queue.remove(first);
      cut.push(first);
    }
    while (next !== null && !next.isSequenceStart) {
      const following: InferenceRequest | null = next.waitingNext;
      queue.remove(next);
      cut.push(next);
      next = following;
    }
    this.isCut = next === null;
    return cut;
  }

  /** Gives the state back. Only while none of its requests runs. */
  releaseState(): void {
    this.state?.release();
    this.state = null;
  }
}

/** Sequences in an order of their own, linked through themselves. A sequence is in one list at most. */
export class SequenceList {
  head: Sequence | null = null;
  #tail: Sequence | null = null;

  push(sequence: Sequence): void {
    assert(sequence.list === null, "a sequence is in one list");
    sequence.list = this;
    sequence.previous = this.#tail;
    if (this.#tail === null) {
      this.head = sequence;
    } else {
      this.#tail.next = sequence;
    }
    this.#tail = sequence;
  }

  remove(sequence: Sequence): void {
    assert(sequence.list === this, "only a sequence of this list leaves it");
    const { previous, next } = sequence;
    if (previous === null) {
      this.head = next;
    } else {
      previous.next = next;
    }
    if (next === null) {
      this.#tail = previous;
    } else {
      next.previous = previous;
    }
    sequence.list = null;
    sequence.previous = null;
    sequence.next = null;
  }
}
