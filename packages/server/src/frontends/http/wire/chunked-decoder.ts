import {
  BYTE_CLASSES,
  CLASS_FIELD,
  CLASS_TOKEN,
  CR,
  HEX_VALUES,
  LF,
  SPACE,
  TAB,
} from "./byte-classes.ts";
import { chunkCountFault, type WireFault, wireFaults } from "./wire-fault.ts";
import type { WireLimits } from "./wire-limits.ts";

/** Takes the payload of chunks, piece by piece. */
export interface ChunkSink {
  /** The bytes are read before the call returns. */
  append(bytes: Uint8Array, from: number, to: number): void;
}

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Hexadecimal digits of a chunk size, leading zeros included. */
const SIZE_DIGITS_MAX = 16;
/** Bytes of chunk extensions in one body: they mean nothing to us, and must not be a way to keep us busy. */
const EXTENSION_SIZE_MAX = 16 * 1024;

const SIZE = 0;
const EXTENSION_NAME = 1;
const EXTENSION_VALUE = 2;
const EXTENSION_QUOTED = 3;
const EXTENSION_ESCAPED = 4;
const EXTENSION_QUOTE_END = 5;
const SIZE_LF = 6;
const DATA = 7;
const DATA_CR = 8;
const DATA_LF = 9;
const TRAILER_START = 10;
const TRAILER_NAME = 11;
const TRAILER_VALUE = 12;
const TRAILER_LF = 13;
const END_LF = 14;
const COMPLETE = 15;
const BROKEN = 16;

/**
 * A strict, incremental decoder of the chunked coding (RFC 9112 section 7.1).
 *
 * ```
 *   size [";" name ["=" value]]… CRLF  data CRLF   …   "0" … CRLF  [trailer lines]  CRLF
 * ```
 * | Input | Decision |
 * |---|---|
 * | sizes: upper or lower case, up to 16 digits with leading zeros | taken |
 * | sizes: none, a sign, `0x`, white space around, above 2^53−1 | 400 |
 * | extensions: well-formed, up to 16 KiB in all | skipped (the real server refuses them) |
 * | extensions: without `;`, without a name, with an open quote, control bytes | 400 |
 * | bare CR or LF anywhere, data longer or shorter than its size | 400 |
 * | trailer lines: as strict as header lines | checked, then thrown away, whatever their names |
 * | more than `chunkCountMax` non-empty chunks | 400, Triton's text |
 *
 * The outcome does not depend on how the bytes are cut.
 */
export class ChunkedDecoder {
  fault: WireFault | null = null;
  /** Payload bytes announced so far: those of complete chunks and of the present one. */
  announcedSize = 0;
  readonly #limits: WireLimits;
  #state = SIZE;
  #size = 0;
  #digitCount = 0;
  #remaining = 0;
  #chunkCount = 0;
  #extensionSize = 0;
  #hasExtensionText = false;
  #trailerSize = 0;

  constructor(limits: WireLimits) {
    this.#limits = limits;
  }

  get isComplete(): boolean {
    return this.#state === COMPLETE;
  }

  /**
   * Decodes the bytes `from … to` into `sink` until they are used up, the body is complete, a fault is found, or a new
   * chunk has raised `announcedSize` above `sizeMax`.
   *
   * @returns the position up to which the bytes are used
   */
  decode(bytes: Uint8Array, from: number, to: number, sizeMax: number, sink: ChunkSink): number {
    let position = from;
    while (position < to && this.#state < COMPLETE) {
      if (this.#state === DATA) {
        if (this.announcedSize > sizeMax) {
          return position;
        }
        const size = Math.min(this.#remaining, to - position);
        sink.append(bytes, position, position + size);
        position += size;
        this.#remaining -= size;
        this.#state = this.#remaining === 0 ? DATA_CR : DATA;
      } else {
        this.#take(bytes[position] ?? 0);
        position++;
      }
    }
    return position;
  }

  #fail(fault: WireFault): void {
    this.fault = fault;
    this.#state = BROKEN;
  }

  #expect(byte: number, expected: number, next: number, fault: WireFault): void {
    if (byte === expected) {
      this.#state = next;
    } else {
      this.#fail(fault);
    }
  }

  #take(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#takeSize(byte);
        break;
      case SIZE_LF:
        if (byte === LF) {
          this.#beginChunk();
        } else {
          this.#fail(wireFaults.lineEnd);
        }
        break;
      case DATA_CR:
        this.#expect(byte, CR, DATA_LF, wireFaults.chunkEnd);
        break;
      case DATA_LF:
        this.#expect(byte, LF, SIZE, wireFaults.chunkEnd);
        break;
      case TRAILER_START:
      case TRAILER_NAME:
      case TRAILER_VALUE:
      case TRAILER_LF:
      case END_LF:
        this.#takeTrailer(byte);
        break;
      default:
        this.#takeExtension(byte);
    }
  }

  #takeSize(byte: number): void {
    const digit = HEX_VALUES[byte] ?? 255;
    if (digit < 16) {
      this.#size = this.#size * 16 + digit;
      this.#digitCount++;
      if (this.#digitCount > SIZE_DIGITS_MAX || this.#size > Number.MAX_SAFE_INTEGER) {
        this.#fail(wireFaults.chunkSize);
      }
    } else if (this.#digitCount === 0) {
      this.#fail(wireFaults.chunkSize);
    } else if (byte === CR) {
      this.#state = SIZE_LF;
    } else if (byte === SEMICOLON) {
      this.#hasExtensionText = false;
      this.#state = EXTENSION_NAME;
    } else {
      this.#fail(wireFaults.chunkSize);
    }
  }

  #takeExtension(byte: number): void {
    this.#extensionSize++;
    const classes = BYTE_CLASSES[byte] ?? 0;
    const isToken = (classes & CLASS_TOKEN) !== 0;
    if (this.#extensionSize > EXTENSION_SIZE_MAX) {
      this.#fail(wireFaults.chunkExtension);
    } else if (this.#state === EXTENSION_QUOTED) {
      if (byte === QUOTE) {
        this.#state = EXTENSION_QUOTE_END;
      } else if (byte === BACKSLASH) {
        this.#state = EXTENSION_ESCAPED;
      } else if ((classes & CLASS_FIELD) === 0) {
        this.#fail(wireFaults.chunkExtension);
      }
    } else if (this.#state === EXTENSION_ESCAPED) {
      const isField = (classes & CLASS_FIELD) !== 0;
      this.#expect(isField ? 1 : 0, 1, EXTENSION_QUOTED, wireFaults.chunkExtension);
    } else if (isToken && this.#state !== EXTENSION_QUOTE_END) {
      this.#hasExtensionText = true;
    } else if (byte === QUOTE && this.#state === EXTENSION_VALUE && !this.#hasExtensionText) {
      this.#hasExtensionText = true;
      this.#state = EXTENSION_QUOTED;
    } else if (!this.#hasExtensionText) {
      this.#fail(wireFaults.chunkExtension);
    } else {
      this.#endExtensionText(byte);
    }
  }

  /** A byte after a complete extension name or value: what separates or ends them. */
  #endExtensionText(byte: number): void {
    if (byte === CR) {
      this.#state = SIZE_LF;
    } else if (byte === SEMICOLON) {
      this.#hasExtensionText = false;
      this.#state = EXTENSION_NAME;
    } else if (byte === EQUALS && this.#state === EXTENSION_NAME) {
      this.#hasExtensionText = false;
      this.#state = EXTENSION_VALUE;
    } else {
      this.#fail(wireFaults.chunkExtension);
    }
  }

  #beginChunk(): void {
    this.#remaining = this.#size;
    this.#size = 0;
    this.#digitCount = 0;
    if (this.#remaining === 0) {
      this.#state = TRAILER_START;
      return;
    }
    this.#chunkCount++;
    this.announcedSize += this.#remaining;
    this.#state = DATA;
    if (this.#chunkCount > this.#limits.chunkCountMax) {
      this.#fail(chunkCountFault(this.#limits.chunkCountMax));
    }
  }

  #takeTrailer(byte: number): void {
    this.#trailerSize++;
    const classes = BYTE_CLASSES[byte] ?? 0;
    if (this.#trailerSize > this.#limits.trailerSizeMax) {
      this.#fail(wireFaults.trailerSize);
    } else if (this.#state === TRAILER_LF) {
      this.#expect(byte, LF, TRAILER_START, wireFaults.lineEnd);
    } else if (this.#state === END_LF) {
      this.#expect(byte, LF, COMPLETE, wireFaults.lineEnd);
    } else if (this.#state === TRAILER_VALUE) {
      if (byte === CR) {
        this.#state = TRAILER_LF;
      } else if ((classes & CLASS_FIELD) === 0) {
        this.#fail(byte === LF ? wireFaults.lineEnd : wireFaults.headerValue);
      }
    } else if ((classes & CLASS_TOKEN) !== 0) {
      this.#state = TRAILER_NAME;
    } else if (this.#state === TRAILER_NAME) {
      this.#expect(byte, COLON, TRAILER_VALUE, wireFaults.headerName);
    } else if (byte === SPACE || byte === TAB) {
      this.#fail(wireFaults.headerFolding);
    } else {
      this.#expect(byte, CR, END_LF, byte === LF ? wireFaults.lineEnd : wireFaults.headerName);
    }
  }
}
