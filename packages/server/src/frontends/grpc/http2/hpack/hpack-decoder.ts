import { DynamicTable } from "./dynamic-table.ts";
import { HpackField } from "./hpack-field.ts";
import { decodeHuffman } from "./huffman-decoder.ts";
import { DYNAMIC_INDEX_MIN, staticTable } from "./static-table.ts";

/** The size of the table that clients use unless told otherwise, and we do not tell them. */
const TABLE_SIZE = 4096;

const INDEXED = 0x80;
const INDEXED_MASK = 0x7f;
const WITH_INDEXING = 0x40;
const WITH_INDEXING_MASK = 0x3f;
const SIZE_UPDATE = 0x20;
const SIZE_UPDATE_MASK = 0x1f;
const WITHOUT_INDEXING_MASK = 0x0f;
const HUFFMAN = 0x80;
const LENGTH_MASK = 0x7f;

/** Bytes of an integer beyond its prefix; four hold 28 bits, more than anything may be. */
const INTEGER_BYTES_MAX = 4;
const INVALID = -1;

/** How large a list of fields may be. */
export interface HeaderListLimits {
  /** Sizes of the fields together. */
  readonly headerListSizeMax: number;
  /** Number of fields. */
  readonly headerCountMax: number;
}

/**
 * Decodes the header blocks of one connection, in the order in which they come. A list that grows above the limits is
 * decoded to its end, since the table must follow, but not kept.
 *
 * @see RFC 7541
 */
export class HpackDecoder {
  /** Whether the last list was above the limits; what was returned is its beginning. */
  isTooLarge = false;
  /** Whether the last block changed the table, so that the same bytes may now mean something else. */
  hasChangedTable = false;
  readonly #limits: HeaderListLimits;
  readonly #table = new DynamicTable(TABLE_SIZE);
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  #end = 0;

  constructor(limits: HeaderListLimits) {
    this.#limits = limits;
  }

  /**
   * Decodes the block that lies in `bytes` from `start` to `end`.
   *
   * @returns null if it cannot be decoded, after which the connection cannot go on (COMPRESSION_ERROR)
   */
  decode(bytes: Buffer, start: number, end: number): HpackField[] | null {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
    this.isTooLarge = false;
    this.hasChangedTable = false;
    return this.#takeSizeUpdates() ? this.#takeFields() : null;
  }

  /** Size updates stand at the beginning, two at most: the smallest size in between, and the last one. */
  #takeSizeUpdates(): boolean {
    for (let count = 0; this.#position < this.#end; count++) {
      const first = this.#bytes[this.#position] ?? 0;
      if ((first & ~SIZE_UPDATE_MASK) !== SIZE_UPDATE) {
        return true;
      }
      const size = this.#takeInteger(SIZE_UPDATE_MASK);
      if (size === INVALID || size > this.#table.sizeLimit || count === 2) {
        return false;
      }
      this.#table.resize(size);
      this.hasChangedTable = true;
    }
    return true;
  }

  #takeFields(): HpackField[] | null {
    const { headerListSizeMax, headerCountMax } = this.#limits;
    const fields: HpackField[] = [];
    let listSize = 0;
    while (this.#position < this.#end) {
      const field = this.#takeField();
      if (field === null) {
        return null;
      }
      listSize += field.size;
      if (listSize <= headerListSizeMax && fields.length < headerCountMax) {
        fields.push(field);
      } else {
        this.isTooLarge = true;
      }
    }
    return fields;
  }

  #takeField(): HpackField | null {
    const first = this.#bytes[this.#position] ?? 0;
    if ((first & INDEXED) !== 0) {
      return this.#fieldAt(this.#takeInteger(INDEXED_MASK));
    }
    if ((first & WITH_INDEXING) !== 0) {
      const field = this.#takeLiteral(WITH_INDEXING_MASK);
      if (field !== null) {
        this.#table.add(field);
        this.hasChangedTable = true;
      }
      return field;
    }
    // A size update may only stand at the beginning.
    return (first & SIZE_UPDATE) !== 0 ? null : this.#takeLiteral(WITHOUT_INDEXING_MASK);
  }

  #takeLiteral(mask: number): HpackField | null {
    const index = this.#takeInteger(mask);
    const named = index === 0 ? null : this.#fieldAt(index);
    const name = index === 0 ? this.#takeString() : (named?.name ?? null);
    const value = name === null ? null : this.#takeString();
    return name === null || value === null ? null : new HpackField(name, value, named);
  }

  #fieldAt(index: number): HpackField | null {
    // Index 0 and INVALID are below the static table.
    const field =
      index < DYNAMIC_INDEX_MIN
        ? staticTable[index - 1]
        : this.#table.at(index - DYNAMIC_INDEX_MIN);
    return field ?? null;
  }

  #takeString(): string | null {
    if (this.#position >= this.#end) {
      return null;
    }
    const isHuffman = ((this.#bytes[this.#position] ?? 0) & HUFFMAN) !== 0;
    const size = this.#takeInteger(LENGTH_MASK);
    const start = this.#position;
    if (size === INVALID || size > this.#end - start) {
      return null;
    }
    this.#position = start + size;
    return isHuffman
      ? decodeHuffman(this.#bytes, start, start + size)
      : this.#bytes.toString("latin1", start, start + size);
  }

  /** An integer whose first bits are those of the mask; INVALID if it is too large or cut off. */
  #takeInteger(mask: number): number {
    let value = (this.#bytes[this.#position++] ?? 0) & mask;
    if (value < mask) {
      return value;
    }
    for (let count = 0; count < INTEGER_BYTES_MAX && this.#position < this.#end; count++) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte & 0x7f) * 128 ** count;
      if (byte < 0x80) {
        return value;
      }
    }
    return INVALID;
  }
}
