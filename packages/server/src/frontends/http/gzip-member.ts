import { promisify } from "node:util";
import { crc32, inflateRaw, type Zlib } from "node:zlib";

/** Bytes of a member's fixed head: magic number, method, flags, time, extra flags, operating system. */
const HEAD_BYTES = 10;
/** Bytes after the compressed data: checksum and size of what was compressed. */
const TRAILER_BYTES = 8;

const FLAG_HEAD_CHECKSUM = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;

/** What `inflateRaw` calls back with when it is asked for the engine too, which its types do not say. */
interface InflateResult {
  readonly buffer: Uint8Array;
  readonly engine: Zlib;
}

function isMemberAt(bytes: Uint8Array, position: number): boolean {
  return bytes[position] === 0x1f && bytes[position + 1] === 0x8b;
}

/**
 * Where the compressed data of a gzip member begins, or -1 if no whole head is there.
 *
 * @see RFC 1952, section 2.3
 */
function compressedStart(bytes: Uint8Array): number {
  if (!isMemberAt(bytes, 0)) {
    return -1;
  }
  const flags = bytes[3] ?? 0;
  let position = HEAD_BYTES;
  if ((flags & FLAG_EXTRA) !== 0) {
    position += 2 + (bytes[position] ?? 0) + 256 * (bytes[position + 1] ?? 0);
  }
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) !== 0) {
      const end = bytes.indexOf(0, position);
      if (end < 0) {
        return -1;
      }
      position = end + 1;
    }
  }
  if ((flags & FLAG_HEAD_CHECKSUM) !== 0) {
    position += 2;
  }
  return position < bytes.byteLength ? position : -1;
}

/**
 * Decodes the one gzip member at the start of `bytes`, which something other than a further member follows. The
 * decoder of node:zlib takes every byte after a member for another one.
 *
 * @param sizeMax most bytes that may come out
 * @returns new memory, or null if there is no such member
 * @throws {Error} of node:zlib if the data is broken or more than `sizeMax` comes out
 */
export async function decodeLeadingGzipMember(
  bytes: Uint8Array,
  sizeMax: number,
): Promise<Uint8Array | null> {
  const start = compressedStart(bytes);
  if (start < 0) {
    return null;
  }
  const { buffer, engine } = await inflateWithEngine(bytes.subarray(start), sizeMax);
  const trailerStart = start + engine.bytesWritten;
  const end = trailerStart + TRAILER_BYTES;
  if (end > bytes.byteLength || isMemberAt(bytes, end)) {
    return null;
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + trailerStart, TRAILER_BYTES);
  const isIntact =
    trailer.getUint32(0, true) === crc32(buffer) &&
    trailer.getUint32(4, true) === buffer.byteLength % 2 ** 32;
  return isIntact ? buffer : null;
}

async function inflateWithEngine(bytes: Uint8Array, sizeMax: number): Promise<InflateResult> {
  const result: unknown = await promisify(inflateRaw)(bytes, {
    info: true,
    maxOutputLength: sizeMax,
  });
  return result as InflateResult; // what `info` asks for
}
