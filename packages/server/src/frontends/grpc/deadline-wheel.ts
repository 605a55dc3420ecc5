import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";

/** How late a deadline may be noticed, beside what the event loop adds. */
const TICK_MS = 8;
/** The wheel turns once in about 16 s; later deadlines are looked at once a turn. A power of two. */
const SLOT_COUNT = 2048;
const NS_PER_MS = 1e6;

/**
 * Something that ends at a time. The links are the wheel's: an entry is in one wheel once, and adding and removing it
 * allocates nothing.
 */
export abstract class DeadlineEntry {
  /** @internal */
  deadlineNs = 0;
  /** @internal */
  next: DeadlineEntry | null = null;
  /** @internal */
  previous: DeadlineEntry | null = null;

  /** The time is over. The entry is no longer in the wheel. */
  abstract onDeadline(): void;
}

class Slot extends DeadlineEntry {
  constructor() {
    super();
    this.next = this;
    this.previous = this;
  }

  onDeadline(): void {}
}

/**
 * Deadlines of many calls with one timer for all: a hashed wheel of lists.
 *
 * ```
 *   slot of a deadline = (deadline / tick) mod slots; the hand visits every slot that time has passed
 * ```
 * The timer runs only while there are entries. An entry is never told early, and late by about a tick at most.
 */
export class DeadlineWheel {
  readonly #clock: Clock;
  readonly #slots: readonly Slot[] = Array.from({ length: SLOT_COUNT }, () => new Slot());
  #count = 0;
  /** Ticks since the clock's start whose slots have been visited. */
  #visitedTicks = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Deadlines that have neither come nor been removed. */
  get count(): number {
    return this.#count;
  }

  /** Has `onDeadline` called in `delayMs` milliseconds, never before this returns. */
  add(entry: DeadlineEntry, delayMs: number): void {
    assert(entry.next === null, "an entry has one deadline");
    const nowNs = this.#clock.nowNs();
    if (this.#cancelTimer === null) {
      this.#visitedTicks = ticksOf(nowNs);
      this.#arm();
    }
    entry.deadlineNs = nowNs + delayMs * NS_PER_MS;
    // One tick later: when the hand has passed a slot, all of its time is over.
    const slot = this.#slotOf(Math.max(ticksOf(entry.deadlineNs), this.#visitedTicks) + 1);
    const { previous } = slot;
    assert(previous !== null, "a slot is a ring");
    entry.previous = previous;
    entry.next = slot;
    previous.next = entry;
    slot.previous = entry;
    this.#count++;
  }

  /** Forgets the deadline; an entry without one stays as it is. */
  remove(entry: DeadlineEntry): void {
    const { next, previous } = entry;
    if (next === null || previous === null) {
      return;
    }
    previous.next = next;
    next.previous = previous;
    entry.next = null;
    entry.previous = null;
    this.#count--;
  }

  /** Stops the timer; the entries are forgotten about. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #slotOf(ticks: number): Slot {
    const slot = this.#slots[ticks % SLOT_COUNT];
    assert(slot !== undefined, "the index is in range");
    return slot;
  }

  #arm(): void {
    this.#cancelTimer = this.#clock.setTimer(TICK_MS, () => {
      this.#advance();
    });
  }

  #advance(): void {
    const nowNs = this.#clock.nowNs();
    const nowTicks = ticksOf(nowNs);
    // After a long pause every slot is visited once.
    const first = Math.max(this.#visitedTicks + 1, nowTicks - SLOT_COUNT + 1);
    this.#visitedTicks = nowTicks;
    for (let ticks = first; ticks <= nowTicks; ticks++) {
      this.#visit(this.#slotOf(ticks), nowNs);
    }
    if (this.#count === 0) {
      this.#cancelTimer = null;
    } else {
      this.#arm();
    }
  }

  #visit(slot: Slot, nowNs: number): void {
    // Taken out first: what `onDeadline` adds or removes may stand in this very slot.
    const due: DeadlineEntry[] = [];
    for (let entry = slot.next; entry !== null && entry !== slot; entry = entry.next) {
      if (entry.deadlineNs <= nowNs) {
        due.push(entry);
      }
    }
    for (const entry of due) {
      if (entry.next !== null) {
        this.remove(entry);
        entry.onDeadline();
      }
    }
  }
}

function ticksOf(ns: number): number {
  return Math.floor(ns / (TICK_MS * NS_PER_MS));
}
