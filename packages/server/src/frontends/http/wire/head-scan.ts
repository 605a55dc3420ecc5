import { CLASS_FIELD, CR, endOfRun, LF } from "./byte-classes.ts";
import { HeadFields, LINE_FAULT, LINE_INCOMPLETE } from "./head-fields.ts";
import { scanHeaderLine } from "./scan-header-line.ts";
import { scanRequestLine } from "./scan-request-line.ts";
import { wireFaults } from "./wire-fault.ts";

/** What `HeadScan.scan` found: the head is not complete, complete, or broken (see `fault`). */
export const SCAN_INCOMPLETE = 0;
export const SCAN_COMPLETE = 1;
export const SCAN_FAULT = 2;
export type ScanOutcome = 0 | 1 | 2;

/** Bytes of an incomplete line that are scanned again when more of it comes: keeps many small pieces cheap. */
const RESCANNED_LINE_SIZE_MAX = 4 * 1024;

/**
 * A strict, incremental scan of one request head, from the first byte to the empty line.
 *
 * What it decides, beside the grammar of RFC 9110 and 9112 (llhttp's strict mode decides alike unless noted; "real" is the
 * real server):
 *
 * | Input | Decision |
 * |---|---|
 * | empty lines before the request line | skipped |
 * | bare CR, bare LF, any control byte but tab in a value | 400 |
 * | methods: unknown ones in `A–Z - _`, up to 32 bytes | taken, for the router to refuse (real: the same; llhttp: refused) |
 * | lower-case methods, CONNECT | 400, 405 |
 * | target: bytes from 0x80 on | taken: the real server's model names may be raw UTF-8 |
 * | target: not `/…`, `http://…`, `https://…`, or `*` with OPTIONS | 400 |
 * | more than one space, a tab, or white space before the line end in the request line | 400 (real: taken) |
 * | versions other than 1.0 and 1.1; HTTP/0.9 requests | 505; 400 |
 * | white space before a colon, an empty name, line folding | 400 (real: takes the first) |
 * | Host: none | taken, also with 1.1: real does, and health checks in the field send none |
 * | Host: two, or with bytes no host has | 400 |
 * | Content-Length: empty, signed, a list, not decimal, above 2^53−1 | 400 |
 * | Content-Length: two, even if equal | 400 (real: takes equal ones) |
 * | Content-Length with Transfer-Encoding | 400 (real: takes the latter) |
 * | Transfer-Encoding other than `chunked`; `chunked` twice or not last | 501; 400 (real: ignores codings) |
 * | Transfer-Encoding with HTTP/1.0 | 400 (real: takes it) |
 * | Connection: a list with `close` | closes (real: only the sole word) |
 * | Expect other than 100-continue; any with HTTP/1.0 | ignored (real: treats every value as 100-continue) |
 * | Upgrade | ignored |
 *
 * The outcome does not depend on how the bytes are cut: faults are found in the order of the bytes, sizes included.
 * A line that comes in pieces is scanned again with each, up to 4 KiB of it; beyond, when its end is there.
 *
 * One object scans one head after the other; `reset` comes before each.
 */
export class HeadScan extends HeadFields {
  /** Bytes of the head, once it is complete. */
  size = 0;
  #hasRequestLine = false;
  /** Where the first line begins that has not been scanned, from the head's first byte. */
  #lineStart = 0;
  /** Up to where that line has been scanned in vain. */
  #scannedEnd = 0;

  override reset(): void {
    super.reset();
    this.#hasRequestLine = false;
    this.#lineStart = 0;
    this.#scannedEnd = 0;
  }

  /** Whether nothing but empty lines has come, which is no head at all. */
  isBlank(size: number): boolean {
    return !this.#hasRequestLine && this.#lineStart === size;
  }

  /**
   * Scans the bytes `start … end`, which begin with the head's first byte each time: after `SCAN_INCOMPLETE` the caller
   * comes again with the same bytes and more.
   */
  scan(bytes: Uint8Array, start: number, end: number): ScanOutcome {
    const limit = Math.min(end, start + this.limits.headSizeMax);
    if (this.#isMoreOfLongLine(bytes, start, limit)) {
      this.#scannedEnd = limit - start;
      return SCAN_INCOMPLETE;
    }
    let position = start + this.#lineStart;
    for (;;) {
      if (this.#hasRequestLine && bytes[position] === CR && position + 1 < limit) {
        return this.#finish(bytes, start, position);
      }
      const next = this.#hasRequestLine
        ? scanHeaderLine(this, bytes, start, position, limit)
        : this.#scanFirstLine(bytes, start, position, limit);
      if (next === LINE_FAULT) {
        return SCAN_FAULT;
      }
      if (next === LINE_INCOMPLETE) {
        return this.#pause(start, position, end);
      }
      position = next;
    }
  }

  /** Whether the new bytes can only lengthen a line that is long already, so that scanning it again can wait. */
  #isMoreOfLongLine(bytes: Uint8Array, start: number, limit: number): boolean {
    return (
      this.#scannedEnd - this.#lineStart > RESCANNED_LINE_SIZE_MAX &&
      limit - start < this.limits.headSizeMax &&
      endOfRun(bytes, start + this.#scannedEnd, limit, CLASS_FIELD) === limit
    );
  }

  /** The position after the empty or request line at `position`. */
  #scanFirstLine(bytes: Uint8Array, start: number, position: number, limit: number): number {
    if (position < limit && bytes[position] === CR) {
      if (position + 1 === limit) {
        return LINE_INCOMPLETE;
      }
      return bytes[position + 1] === LF ? position + 2 : this.fail(wireFaults.lineEnd);
    }
    const next = scanRequestLine(this, bytes, start, position, limit);
    this.#hasRequestLine = next > 0;
    return next;
  }

  #pause(start: number, position: number, end: number): ScanOutcome {
    if (end - start >= this.limits.headSizeMax) {
      this.fault = wireFaults.headSize;
      return SCAN_FAULT;
    }
    this.#lineStart = position - start;
    this.#scannedEnd = end - start;
    return SCAN_INCOMPLETE;
  }

  #finish(bytes: Uint8Array, start: number, position: number): ScanOutcome {
    if (bytes[position + 1] !== LF) {
      this.fault = wireFaults.lineEnd;
    } else if (this.isChunked && this.contentLength >= 0) {
      this.fault = wireFaults.lengthAndEncoding;
    } else if (this.isChunked && this.versionMinor === 0) {
      this.fault = wireFaults.transferEncoding;
    }
    this.size = position + 2 - start;
    return this.fault === null ? SCAN_COMPLETE : SCAN_FAULT;
  }
}
