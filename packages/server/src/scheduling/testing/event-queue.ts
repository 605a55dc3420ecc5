interface Event {
  readonly atNs: number;
  readonly order: number;
  readonly happen: () => void;
}

/** What will happen in a simulation, by time; what was planned first comes first at equal times. A binary heap. */
export class EventQueue {
  readonly #events: Event[] = [];
  #order = 0;

  plan(atNs: number, happen: () => void): void {
    this.#events.push({ atNs, order: this.#order++, happen });
    for (let index = this.#events.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) {
        return;
      }
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Takes the next event out; undefined if nothing is left. */
  next(): Event | undefined {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (last !== undefined && this.#events.length > 0) {
      this.#events[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const child =
        left + 1 < this.#events.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (child >= this.#events.length || !this.#isBefore(child, index)) {
        return;
      }
      this.#swap(child, index);
      index = child;
    }
  }

  #isBefore(left: number, right: number): boolean {
    const a = this.#events[left];
    const b = this.#events[right];
    if (a === undefined || b === undefined) {
      return false;
    }
    return a.atNs < b.atNs || (a.atNs === b.atNs && a.order < b.order);
  }

  #swap(left: number, right: number): void {
    const a = this.#events[left];
    const b = this.#events[right];
    if (a !== undefined && b !== undefined) {
      this.#events[left] = b;
      this.#events[right] = a;
    }
  }
}
