import type { WireFault } from "./wire-fault.ts";
import type { WireLimits } from "./wire-limits.ts";

/** A line function's answer instead of the position after the line: the line's end has not come yet. */
export const LINE_INCOMPLETE = 0;
/** A line function's answer instead of a position: the line is broken, `fault` of the fields says why. */
export const LINE_FAULT = -1;

/** Offsets per header in `HeadFields.offsets`: name start and end, value start and end. */
export const OFFSETS_PER_HEADER = 4;

/** What the lines of a request head said so far. Offsets count from the head's first byte. */
export class HeadFields {
  readonly limits: WireLimits;
  fault: WireFault | null = null;
  method = "";
  versionMinor: 0 | 1 = 1;
  targetStart = 0;
  targetEnd = 0;
  headerCount = 0;
  /** `OFFSETS_PER_HEADER` for each header; longer than needed. */
  readonly offsets: number[] = [];
  /** -1 if the request has no Content-Length. */
  contentLength = -1;
  isChunked = false;
  hasHost = false;
  hasClose = false;
  hasKeepAlive = false;
  hasExpectContinue = false;

  constructor(limits: WireLimits) {
    this.limits = limits;
  }

  /** Whether the connection stays open after the answer, as far as the client decides that. */
  get isKeepAlive(): boolean {
    return !this.hasClose && (this.versionMinor === 1 || this.hasKeepAlive);
  }

  /** What the scan said, without the offsets, to be kept while another head is scanned. */
  copy(): HeadFields {
    const copy = new HeadFields(this.limits);
    copy.method = this.method;
    copy.versionMinor = this.versionMinor;
    copy.targetStart = this.targetStart;
    copy.targetEnd = this.targetEnd;
    copy.contentLength = this.contentLength;
    copy.isChunked = this.isChunked;
    copy.hasHost = this.hasHost;
    copy.hasClose = this.hasClose;
    copy.hasKeepAlive = this.hasKeepAlive;
    copy.hasExpectContinue = this.hasExpectContinue;
    return copy;
  }

  reset(): void {
    this.fault = null;
    this.headerCount = 0;
    this.contentLength = -1;
    this.isChunked = false;
    this.hasHost = false;
    this.hasClose = false;
    this.hasKeepAlive = false;
    this.hasExpectContinue = false;
  }

  /** Keeps the fault and answers `LINE_FAULT`. */
  fail(fault: WireFault): number {
    this.fault = fault;
    return LINE_FAULT;
  }

  /** The header's offsets, as long as needed. */
  copyOffsets(): number[] {
    return this.offsets.slice(0, this.headerCount * OFFSETS_PER_HEADER);
  }
}
