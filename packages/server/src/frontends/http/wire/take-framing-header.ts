import { CLASS_HOST, CLASS_TOKEN, endOfRun, SPACE, TAB, tokenEquals } from "./byte-classes.ts";
import type { HeadFields } from "./head-fields.ts";
import { type WireFault, wireFaults } from "./wire-fault.ts";

const DIGIT_ZERO = 0x30;
const DIGIT_NINE = 0x39;
const COMMA = 0x2c;
const ELEMENT_SIZE_MAX = 32;
/** Stands for an element that is no short token. */
const OTHER_ELEMENT = "?";

/**
 * Looks at one header, and keeps what it says if it is one of those that the wire layer itself acts on: Host,
 * Connection, Expect, Content-Length and Transfer-Encoding. The name is a token, the value has no white space around it.
 *
 * @returns why the request must be refused, or null
 */
export function takeFramingHeader(
  fields: HeadFields,
  bytes: Uint8Array,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
): WireFault | null {
  // Most headers are none of these; their lengths tell nearly all of them apart.
  switch (nameEnd - nameStart) {
    case 4:
      if (tokenEquals(bytes, nameStart, "host")) {
        return takeHost(fields, bytes, valueStart, valueEnd);
      }
      break;
    case 6:
      if (tokenEquals(bytes, nameStart, "expect") && valueEnd - valueStart === 12) {
        fields.hasExpectContinue ||= tokenEquals(bytes, valueStart, "100-continue");
      }
      break;
    case 10:
      if (tokenEquals(bytes, nameStart, "connection")) {
        takeConnection(fields, bytes, valueStart, valueEnd);
      }
      break;
    case 14:
      if (tokenEquals(bytes, nameStart, "content-length")) {
        return takeContentLength(fields, bytes, valueStart, valueEnd);
      }
      break;
    case 17:
      if (tokenEquals(bytes, nameStart, "transfer-encoding")) {
        return takeTransferEncoding(fields, bytes, valueStart, valueEnd);
      }
      break;
    default:
  }
  return null;
}

function takeHost(
  fields: HeadFields,
  bytes: Uint8Array,
  from: number,
  to: number,
): WireFault | null {
  if (fields.hasHost || endOfRun(bytes, from, to, CLASS_HOST) !== to) {
    return wireFaults.host;
  }
  fields.hasHost = true;
  return null;
}

function takeConnection(fields: HeadFields, bytes: Uint8Array, from: number, to: number): void {
  if (to - from === 10 && tokenEquals(bytes, from, "keep-alive")) {
    fields.hasKeepAlive = true;
    return;
  }
  for (const option of listOf(bytes, from, to)) {
    fields.hasClose ||= option === "close";
    fields.hasKeepAlive ||= option === "keep-alive";
  }
}

function takeContentLength(
  fields: HeadFields,
  bytes: Uint8Array,
  from: number,
  to: number,
): WireFault | null {
  if (fields.contentLength >= 0 || from === to) {
    return wireFaults.contentLength;
  }
  let value = 0;
  for (let position = from; position < to; position++) {
    const byte = bytes[position] ?? 0;
    value = value * 10 + (byte - DIGIT_ZERO);
    if (byte < DIGIT_ZERO || byte > DIGIT_NINE || value > Number.MAX_SAFE_INTEGER) {
      return wireFaults.contentLength;
    }
  }
  fields.contentLength = value;
  return null;
}

function takeTransferEncoding(
  fields: HeadFields,
  bytes: Uint8Array,
  from: number,
  to: number,
): WireFault | null {
  for (const coding of listOf(bytes, from, to)) {
    if (fields.isChunked || coding === "") {
      return wireFaults.transferEncoding;
    }
    if (coding !== "chunked") {
      return wireFaults.transferCoding;
    }
    fields.isChunked = true;
  }
  return null;
}

/** The elements of a comma-separated list, in lower case and without the white space around them. */
function listOf(bytes: Uint8Array, from: number, to: number): string[] {
  const elements: string[] = [];
  let start = from;
  for (let position = from; position <= to; position++) {
    if (position === to || bytes[position] === COMMA) {
      elements.push(elementOf(bytes, start, position));
      start = position + 1;
    }
  }
  return elements;
}

function elementOf(bytes: Uint8Array, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && (bytes[start] === SPACE || bytes[start] === TAB)) {
    start++;
  }
  while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) {
    end--;
  }
  // An option or coding that matters is a short word; the rest need not be spelt out to be told apart from those.
  const isWord =
    end - start <= ELEMENT_SIZE_MAX && endOfRun(bytes, start, end, CLASS_TOKEN) === end;
  return isWord ? String.fromCharCode(...bytes.subarray(start, end)).toLowerCase() : OTHER_ELEMENT;
}
