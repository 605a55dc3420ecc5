import { assert } from "../base/assert.ts";

/** Decides when a slot may run, where that is not as soon as it is idle: a rate limiter. */
export interface SlotTurns<Slot> {
  /** Asks for a slot's turn. `onTurn` is called when it has come, possibly before this returns. */
  ask(slot: Slot, onTurn: () => void): void;
  /** The turn is not needed, whether it has come or not; `onTurn` is not called any more. */
  giveUp(slot: Slot): void;
}

/**
 * The slots of a scheduler that have nothing to run, and whether it is their turn.
 *
 * ```
 *   idle ──balance──► asked ──turn──► ready ──take──► running ──add──► idle
 *     ▲                 └──balance───────┴────┐
 *     └───────────────────────────────────────┘
 * ```
 * Without somebody who gives out turns, whoever is idle is ready.
 */
export class FreeSlots<Slot> {
  readonly #turns: SlotTurns<Slot> | null;
  readonly #idle: Slot[];
  readonly #ready: Slot[];
  readonly #asked: Slot[] = [];
  readonly #onTurn: () => void;

  /** @param onTurn called when a slot has become ready, possibly from inside `balance` */
  constructor(slots: readonly Slot[], turns: SlotTurns<Slot> | null, onTurn: () => void) {
    assert(slots.length > 0, "a scheduler has instances");
    this.#turns = turns;
    this.#idle = [...slots];
    this.#ready = turns === null ? this.#idle : [];
    this.#onTurn = onTurn;
  }

  /** Whether slots are given out in turns. */
  get hasTurns(): boolean {
    return this.#turns !== null;
  }

  /** Slots that have nothing to run and ask for nothing. */
  get idleCount(): number {
    return this.#idle.length;
  }

  /** Slots that could run a batch now. */
  get readyCount(): number {
    return this.#ready.length;
  }

  /** Slots that wait for their turn, or whose turn it is. */
  get turnCount(): number {
    return this.#turns === null ? 0 : this.#asked.length + this.#ready.length;
  }

  /** Whether a slot was the last that became idle, and still is. */
  isLastIdle(slot: Slot): boolean {
    return this.#idle.at(-1) === slot;
  }

  /** A slot has nothing to run any more. */
  add(slot: Slot): void {
    assert(!this.#idle.includes(slot), "an instance is freed once");
    this.#idle.push(slot);
  }

  /** Takes one that is ready. */
  take(): Slot {
    const slot = this.#ready.pop();
    assert(slot !== undefined, "a slot was ready");
    return slot;
  }

  /** Asks for so many turns in all, as far as there are slots, and gives up those beyond. */
  balance(count: number): void {
    const turns = this.#turns;
    if (turns === null) {
      return;
    }
    while (this.turnCount < count && this.#idle.length > 0) {
      this.#ask(turns);
    }
    while (this.turnCount > count) {
      const slot = this.#asked.pop() ?? this.#ready.pop();
      assert(slot !== undefined, "a turn that is counted has its slot");
      this.#idle.push(slot);
      turns.giveUp(slot);
    }
  }

  #ask(turns: SlotTurns<Slot>): void {
    const slot = this.#idle.pop();
    assert(slot !== undefined, "a slot was idle");
    this.#asked.push(slot);
    turns.ask(slot, () => {
      const index = this.#asked.indexOf(slot);
      assert(index >= 0, "only a turn that was asked for comes");
      this.#asked.splice(index, 1);
      this.#ready.push(slot);
      this.#onTurn();
    });
  }
}
