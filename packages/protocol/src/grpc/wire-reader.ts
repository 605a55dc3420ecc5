import { asciiText, TextCache } from "../rest/text-cache.ts";
import { DEPTH_MAX, MESSAGE_SIZE_MAX, WireType } from "./wire-format.ts";
import { WireFormatError } from "./wire-format-error.ts";

/** Names of models, tensors, datatypes and parameters: the same again and again. */
const textCache = new TextCache();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const CONTINUATION_BIT = 0x80;
/** One for all, so that a message of many empty fields makes nothing of them. */
const NO_BYTES = new Uint8Array(0);
const WORD_BITS = 32;
const WORD = 2 ** WORD_BITS;
const TAG_SIZE_MAX = 5;
const SIZE_VARINT_MAX = 5;
const VARINT_SIZE_MAX = 10;
const WIRE_TYPE_MASK = 7;
/** The least tag: of field 1. */
const TAG_MIN = 8;

/**
 * Reads the parts of a protobuf message one after the other.
 *
 * Invariant: 0 ≤ position ≤ end ≤ bytes.byteLength. Nothing is read at or behind `end`, so a loop that runs while
 * `position < end` leaves exactly at the end of the message. An embedded message is read by moving `end` to its own end
 * (`enter`) and back (`leave`). What is accepted is what the real server's parser accepts: also numbers of more bytes than
 * they need, up to 10 (5 in a tag or a size), whose surplus bits are dropped.
 *
 * @internal
 */
export class WireReader {
  readonly bytes: Uint8Array;
  position: number;
  end: number;
  /** The 64 bits of the varint that `readVarint` read, as two int32. */
  low = 0;
  high = 0;
  /** Whether a text had a zero character. */
  hasZeroCharacter = false;
  /** Messages that have been entered and not left. */
  #depth = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** @throws {WireFormatError} always */
  fail(problem: string): never {
    throw new WireFormatError(problem, this.position);
  }

  /** Reads a tag. Whatever it is of, its field number is not 0; its wire type may be none. */
  readTag(): number {
    const { position } = this;
    if (position < this.end) {
      // In range by the check.
      const tag = this.bytes[position] as number;
      if (tag < CONTINUATION_BIT && tag >= TAG_MIN) {
        this.position = position + 1;
        return tag;
      }
    }
    return this.#readLongTag();
  }

  #readLongTag(): number {
    const start = this.position;
    this.readVarint();
    if (this.position - start > TAG_SIZE_MAX) {
      this.fail("a tag of more than 5 bytes");
    }
    const tag = this.low >>> 0;
    if (tag < TAG_MIN) {
      this.fail("field number 0");
    }
    return tag;
  }

  /** Reads the size of what follows, which lies within the message. */
  readSize(): number {
    const { position } = this;
    // Without a byte there, this is no number, and compares as one that is not small.
    let size = position < this.end ? (this.bytes[position] as number) : Number.NaN;
    if (size < CONTINUATION_BIT) {
      this.position = position + 1;
    } else {
      size = this.#readLongSize();
    }
    if (size > this.end - this.position) {
      this.fail(`${size} bytes where ${this.end - this.position} are left`);
    }
    return size;
  }

  #readLongSize(): number {
    const start = this.position;
    this.readVarint();
    const size = this.low >>> 0;
    if (this.position - start > SIZE_VARINT_MAX || this.high !== 0 || size > MESSAGE_SIZE_MAX) {
      this.fail("a size above 2 GiB");
    }
    return size;
  }

  /** Enters the embedded message that follows. Returns what to `leave` with. */
  enter(): number {
    return this.enterSized(this.readSize());
  }

  /** The same where the size has been read. */
  enterSized(size: number): number {
    const outerEnd = this.end;
    this.end = this.position + size;
    this.#depth++;
    return outerEnd;
  }

  /** Leaves an embedded message, which has been read to its end. */
  leave(outerEnd: number): void {
    this.end = outerEnd;
    this.#depth--;
  }

  /** Reads a varint into `low` and `high`. Bits above the 64th are dropped. */
  readVarint(): void {
    const { bytes, end } = this;
    let position = this.position;
    let low = 0;
    let high = 0;
    for (let index = 0; index < VARINT_SIZE_MAX; index++) {
      if (position >= end) {
        this.fail("a number that is cut off");
      }
      // In range by the check.
      const byte = bytes[position++] as number;
      const bits = byte & 0x7f;
      if (index < 4) {
        low |= bits << (7 * index);
      } else if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else {
        high |= bits << (7 * index - WORD_BITS);
      }
      if (byte < CONTINUATION_BIT) {
        this.position = position;
        this.low = low;
        this.high = high;
        return;
      }
    }
    this.fail("a number of more than 10 bytes");
  }

  /** Reads an int64; rounded above 2^53. */
  readInt64(): number {
    const { position } = this;
    // As in readSize.
    const first = position < this.end ? (this.bytes[position] as number) : Number.NaN;
    if (first < CONTINUATION_BIT) {
      this.position = position + 1;
      return first;
    }
    this.readVarint();
    return this.high * WORD + (this.low >>> 0);
  }

  /** Reads an int64, exactly. */
  readExactInt64(): bigint {
    this.readVarint();
    return this.high === 0
      ? BigInt(this.low >>> 0)
      : BigInt(this.high) * BigInt(WORD) + BigInt(this.low >>> 0);
  }

  /** Reads a uint64, exactly. */
  readExactUint64(): bigint {
    return BigInt.asUintN(64, this.readExactInt64());
  }

  readBool(): boolean {
    this.readVarint();
    return (this.low | this.high) !== 0;
  }

  readDouble(): number {
    const start = this.take(8);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + start, 8).getFloat64(0, true);
  }

  /** Passes `size` bytes and returns where they begin. */
  take(size: number): number {
    const start = this.position;
    if (size > this.end - start) {
      this.fail(`${size} bytes where ${this.end - start} are left`);
    }
    this.position = start + size;
    return start;
  }

  /** A view of the bytes that follow, behind their size. */
  readBytes(): Uint8Array {
    const size = this.readSize();
    const start = this.position;
    this.position = start + size;
    return size === 0
      ? NO_BYTES
      : new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, size);
  }

  /** Reads a text that comes again and again. */
  readName(): string {
    const size = this.readSize();
    const start = this.position;
    this.position = start + size;
    return this.#isPlain(start)
      ? textCache.textOf(this.bytes, start, this.position)
      : this.#decodeText(start);
  }

  /** Reads a text that is likely to be new. */
  readText(): string {
    const size = this.readSize();
    const start = this.position;
    this.position = start + size;
    return this.#isPlain(start)
      ? asciiText(this.bytes, start, this.position)
      : this.#decodeText(start);
  }

  /** Passes a field of no interest, behind its tag. */
  skip(tag: number): void {
    if ((tag & WIRE_TYPE_MASK) === WireType.GroupStart) {
      this.#skipGroup(tag);
    } else {
      this.#skipValue(tag);
    }
  }

  #skipValue(tag: number): void {
    switch (tag & WIRE_TYPE_MASK) {
      case WireType.Varint:
        this.readVarint();
        break;
      case WireType.Fixed64:
        this.take(8);
        break;
      case WireType.Bytes:
        this.take(this.readSize());
        break;
      case WireType.Fixed32:
        this.take(4);
        break;
      default:
        this.fail(`wire type ${tag & WIRE_TYPE_MASK}`);
    }
  }

  /** Passes a group to the tag that ends it. Groups within are counted, not called, so that no message exhausts the stack. */
  #skipGroup(startTag: number): void {
    const open = [startTag];
    while (open.length > 0) {
      const tag = this.readTag();
      const wireType = tag & WIRE_TYPE_MASK;
      if (wireType === WireType.GroupStart) {
        open.push(tag);
        if (this.#depth + open.length > DEPTH_MAX) {
          this.fail(`more than ${DEPTH_MAX} messages and groups in each other`);
        }
      } else if (wireType === WireType.GroupEnd) {
        // The tags of start and end differ in the wire type alone, by one.
        if (open.pop() !== tag - 1) {
          this.fail("the end of another group");
        }
      } else {
        this.#skipValue(tag);
      }
    }
  }

  /** Whether the bytes from `start` to the position are ASCII without zeros. */
  #isPlain(start: number): boolean {
    const { bytes, position } = this;
    for (let index = start; index < position; index++) {
      // In range by the reader's invariant.
      const byte = bytes[index] as number;
      if (byte === 0 || byte >= CONTINUATION_BIT) {
        return false;
      }
    }
    return true;
  }

  #decodeText(start: number): string {
    let text: string;
    try {
      text = strictDecoder.decode(this.bytes.subarray(start, this.position));
    } catch {
      // The decoder has nothing to say but that it is not UTF-8.
      this.fail("a text that is not UTF-8");
    }
    this.hasZeroCharacter ||= text.includes("\0");
    return text;
  }
}
