import { CLASS_METHOD, CLASS_TARGET, CR, endOfRun, LF, SPACE } from "./byte-classes.ts";
import { type HeadFields, LINE_INCOMPLETE } from "./head-fields.ts";
import { wireFaults } from "./wire-fault.ts";

const METHOD_SIZE_MAX = 32;
const SLASH = 0x2f;
const ASTERISK = 0x2a;
const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
/** Followed by the two digits of the version with a dot between them. */
const VERSION_PREFIX = "HTTP/";
const VERSION_SIZE = 8;
/** The scheme and the first byte of an authority, in at most `ABSOLUTE_PREFIX_SIZE` bytes. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]/i;
const ABSOLUTE_PREFIX_SIZE = 9;

/**
 * Scans the request line at `position`: method, target and version, one space between them.
 *
 * @returns the position after its line end, or `LINE_INCOMPLETE`, or `LINE_FAULT`
 */
export function scanRequestLine(
  fields: HeadFields,
  bytes: Uint8Array,
  start: number,
  position: number,
  limit: number,
): number {
  const methodEnd = endOfRun(bytes, position, limit, CLASS_METHOD);
  if (methodEnd - position > METHOD_SIZE_MAX) {
    return fields.fail(wireFaults.method);
  }
  if (methodEnd === limit) {
    return LINE_INCOMPLETE;
  }
  if (methodEnd === position || bytes[methodEnd] !== SPACE) {
    return fields.fail(wireFaults.method);
  }
  const targetStart = methodEnd + 1;
  const targetLimit = Math.min(limit, targetStart + fields.limits.targetSizeMax + 1);
  const targetEnd = endOfRun(bytes, targetStart, targetLimit, CLASS_TARGET);
  if (targetEnd - targetStart > fields.limits.targetSizeMax) {
    return fields.fail(wireFaults.targetSize);
  }
  if (targetEnd === limit) {
    return LINE_INCOMPLETE;
  }
  if (bytes[targetEnd] !== SPACE) {
    return fields.fail(wireFaults.target);
  }
  fields.method = methodOf(bytes, position, methodEnd);
  if (!isTarget(bytes, targetStart, targetEnd, fields.method)) {
    return fields.fail(fields.method === "CONNECT" ? wireFaults.connect : wireFaults.target);
  }
  fields.targetStart = targetStart - start;
  fields.targetEnd = targetEnd - start;
  return scanVersion(fields, bytes, targetEnd + 1, limit);
}

function methodOf(bytes: Uint8Array, from: number, to: number): string {
  // The methods that matter are told apart by length and first letters, the rest are spelt out.
  switch (to - from) {
    case 3:
      if (bytes[from] === 0x47 && bytes[from + 1] === 0x45 && bytes[from + 2] === 0x54) {
        return "GET";
      }
      break;
    case 4:
      if (
        bytes[from] === 0x50 &&
        bytes[from + 1] === 0x4f &&
        bytes[from + 2] === 0x53 &&
        bytes[from + 3] === 0x54
      ) {
        return "POST";
      }
      break;
    default:
  }
  return String.fromCharCode(...bytes.subarray(from, to));
}

/** Whether the target has a form that the method allows. */
function isTarget(bytes: Uint8Array, from: number, to: number, method: string): boolean {
  if (method === "CONNECT") {
    return false;
  }
  switch (bytes[from]) {
    case SLASH:
      return from < to;
    case ASTERISK:
      return to - from === 1 && method === "OPTIONS";
    default:
      return ABSOLUTE_FORM.test(
        String.fromCharCode(...bytes.subarray(from, Math.min(to, from + ABSOLUTE_PREFIX_SIZE))),
      );
  }
}

function scanVersion(
  fields: HeadFields,
  bytes: Uint8Array,
  position: number,
  limit: number,
): number {
  for (let index = 0; index < VERSION_SIZE; index++) {
    if (position + index === limit) {
      return LINE_INCOMPLETE;
    }
    if (!isVersionByte(bytes[position + index] ?? 0, index)) {
      return fields.fail(wireFaults.requestLine);
    }
  }
  const major = (bytes[position + 5] ?? 0) - DIGIT_ZERO;
  const minor = (bytes[position + 7] ?? 0) - DIGIT_ZERO;
  if (major !== 1 || minor > 1) {
    return fields.fail(wireFaults.version);
  }
  fields.versionMinor = minor === 1 ? 1 : 0;
  const lineEnd = position + VERSION_SIZE;
  if (lineEnd === limit) {
    return LINE_INCOMPLETE;
  }
  if (bytes[lineEnd] !== CR) {
    return fields.fail(wireFaults.requestLine);
  }
  if (lineEnd + 1 === limit) {
    return LINE_INCOMPLETE;
  }
  return bytes[lineEnd + 1] === LF ? lineEnd + 2 : fields.fail(wireFaults.lineEnd);
}

function isVersionByte(byte: number, index: number): boolean {
  if (index < VERSION_PREFIX.length) {
    return byte === VERSION_PREFIX.charCodeAt(index);
  }
  return index === 6 ? byte === 0x2e : byte >= DIGIT_ZERO && byte <= DIGIT_NINE;
}
