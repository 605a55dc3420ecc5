/** Names that have come so far. The first one, mostly the only one, costs no set. */
export class NameSet {
  #first: string | null = null;
  #all: Set<string> | null = null;

  /** Adds a name; false if it was there. */
  add(name: string): boolean {
    if (this.#first === null) {
      this.#first = name;
      return true;
    }
    this.#all ??= new Set([this.#first]);
    if (this.#all.has(name)) {
      return false;
    }
    this.#all.add(name);
    return true;
  }
}
