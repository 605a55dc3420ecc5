import type { JsonReader } from "./json-reader.ts";

/** The members of one JSON object: their names in order, and where the value of each begins. */
export class GenerateMembers {
  /** As often as they stand there. */
  readonly names: readonly string[];
  readonly #positions = new Map<string, number>();

  /** @param reader at an object whose syntax has been checked */
  constructor(reader: JsonReader) {
    const names: string[] = [];
    let isMore = reader.enterObject();
    while (isMore) {
      const name = reader.readKey();
      names.push(name);
      if (!this.#positions.has(name)) {
        this.#positions.set(name, reader.position);
      }
      reader.skipValue();
      isMore = reader.nextMember();
    }
    this.names = names;
  }

  /** Where the value of a member begins: of those with one name, the first's. null if there is none. */
  positionOf(name: string): number | null {
    return this.#positions.get(name) ?? null;
  }
}

/** A name as C hands it on: up to the first zero character. */
export function cText(name: string): string {
  const zero = name.indexOf("\0");
  return zero < 0 ? name : name.slice(0, zero);
}
