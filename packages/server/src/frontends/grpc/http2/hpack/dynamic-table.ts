import { assert } from "../../../../base/assert.ts";
import type { HpackField } from "./hpack-field.ts";

/** No field is smaller. */
const FIELD_SIZE_MIN = 32;

/**
 * The fields that a client has put into its table, newest first.
 *
 * ```
 *   fields:  . . oldest … newest [next] . .          a ring
 * ```
 * Invariant: `size` is the sum of the fields' sizes and at most `sizeMax`, which is at most `sizeLimit`.
 *
 * @see RFC 7541, sections 2.3.2 and 4
 */
export class DynamicTable {
  readonly sizeLimit: number;
  readonly #mask: number;
  #fields: (HpackField | undefined)[] | null = null;
  #next = 0;
  #count = 0;
  #size = 0;
  #sizeMax: number;

  /** @param sizeLimit the largest size that the client may choose, and the first one in use */
  constructor(sizeLimit: number) {
    this.sizeLimit = sizeLimit;
    this.#sizeMax = sizeLimit;
    this.#mask = 2 ** Math.ceil(Math.log2(Math.max(1, sizeLimit / FIELD_SIZE_MIN))) - 1;
  }

  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#size;
  }

  /** The field that is `index` younger ones away from the newest, or undefined if there is none. */
  at(index: number): HpackField | undefined {
    if (this.#fields === null || index < 0 || index >= this.#count) {
      return undefined;
    }
    return this.#fields[(this.#next - 1 - index) & this.#mask];
  }

  /** Puts a field in front; one that is larger than the table empties it. */
  add(field: HpackField): void {
    this.#evict(this.#sizeMax - field.size);
    if (field.size > this.#sizeMax) {
      return;
    }
    this.#fields ??= new Array<HpackField | undefined>(this.#mask + 1).fill(undefined);
    this.#fields[this.#next] = field;
    this.#next = (this.#next + 1) & this.#mask;
    this.#count++;
    this.#size += field.size;
  }

  /** Makes the table as small, or as large again, as the client says; the caller has compared with `sizeLimit`. */
  resize(sizeMax: number): void {
    assert(sizeMax <= this.sizeLimit, "a table stays within its limit");
    this.#sizeMax = sizeMax;
    this.#evict(sizeMax);
  }

  #evict(sizeMax: number): void {
    const fields = this.#fields;
    while (fields !== null && this.#count > 0 && this.#size > sizeMax) {
      const oldest = (this.#next - this.#count) & this.#mask;
      this.#size -= fields[oldest]?.size ?? 0;
      fields[oldest] = undefined;
      this.#count--;
    }
  }
}
