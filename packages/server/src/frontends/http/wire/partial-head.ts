import type { HeadScan, ScanOutcome } from "./head-scan.ts";

const CAPACITY_MIN = 1024;

/** The bytes of a head that comes in pieces, and the scan that waits for more of them. */
export class PartialHead {
  readonly scan: HeadScan;
  bytes: Buffer;
  size = 0;

  /** @param scan has scanned the bytes `from … to` and found them incomplete */
  constructor(scan: HeadScan, bytes: Uint8Array, from: number, to: number) {
    this.scan = scan;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(CAPACITY_MIN, (to - from) * 2));
    this.#append(bytes, from, to);
  }

  /** Takes the bytes `from … to`, as many as a head may have, and scans on. */
  scanMore(bytes: Uint8Array, from: number, to: number): ScanOutcome {
    const end = Math.min(to, from + this.scan.limits.headSizeMax - this.size);
    this.#append(bytes, from, end);
    return this.scan.scan(this.bytes, 0, this.size);
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const needed = this.size + to - from;
    if (needed > this.bytes.byteLength) {
      const grown = Buffer.allocUnsafeSlow(needed * 2);
      grown.set(this.bytes.subarray(0, this.size));
      this.bytes = grown;
    }
    this.bytes.set(bytes.subarray(from, to), this.size);
    this.size = needed;
  }
}
