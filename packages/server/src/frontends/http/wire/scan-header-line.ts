import { CLASS_FIELD, CLASS_TOKEN, CR, endOfRun, LF, SPACE, TAB } from "./byte-classes.ts";
import { type HeadFields, LINE_INCOMPLETE, OFFSETS_PER_HEADER } from "./head-fields.ts";
import { takeFramingHeader } from "./take-framing-header.ts";
import { wireFaults } from "./wire-fault.ts";

const COLON = 0x3a;

/**
 * Scans the header line at `position`, keeps its offsets, and takes the headers that decide the message's framing.
 *
 * @returns the position after its line end, or `LINE_INCOMPLETE`, or `LINE_FAULT`
 */
export function scanHeaderLine(
  fields: HeadFields,
  bytes: Uint8Array,
  start: number,
  position: number,
  limit: number,
): number {
  const nameEnd = endOfRun(bytes, position, limit, CLASS_TOKEN);
  if (nameEnd === limit) {
    return LINE_INCOMPLETE;
  }
  if (nameEnd === position || bytes[nameEnd] !== COLON) {
    return refuseName(fields, bytes, position, nameEnd, limit);
  }
  let valueStart = nameEnd + 1;
  while (valueStart < limit && (bytes[valueStart] === SPACE || bytes[valueStart] === TAB)) {
    valueStart++;
  }
  const lineEnd = endOfRun(bytes, valueStart, limit, CLASS_FIELD);
  if (lineEnd === limit) {
    return LINE_INCOMPLETE;
  }
  if (bytes[lineEnd] !== CR) {
    return fields.fail(bytes[lineEnd] === LF ? wireFaults.lineEnd : wireFaults.headerValue);
  }
  if (lineEnd + 1 === limit) {
    return LINE_INCOMPLETE;
  }
  if (bytes[lineEnd + 1] !== LF) {
    return fields.fail(wireFaults.lineEnd);
  }
  let valueEnd = lineEnd;
  while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) {
    valueEnd--;
  }
  if (fields.headerCount === fields.limits.headerCountMax) {
    return fields.fail(wireFaults.headSize);
  }
  const index = fields.headerCount * OFFSETS_PER_HEADER;
  const offsets = fields.offsets;
  offsets[index] = position - start;
  offsets[index + 1] = nameEnd - start;
  offsets[index + 2] = valueStart - start;
  offsets[index + 3] = valueEnd - start;
  fields.headerCount++;
  const fault = takeFramingHeader(fields, bytes, position, nameEnd, valueStart, valueEnd);
  return fault === null ? lineEnd + 2 : fields.fail(fault);
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Says why the bytes at `position` are no header name followed by a colon. */
function refuseName(
  fields: HeadFields,
  bytes: Uint8Array,
  position: number,
  nameEnd: number,
  limit: number,
): number {
  const byte = bytes[nameEnd];
  if (nameEnd === position && byte === CR && position + 1 === limit) {
    // The first half of the empty line that ends the head.
    return LINE_INCOMPLETE;
  }
  if (nameEnd === position && isBlank(byte)) {
    return fields.fail(wireFaults.headerFolding);
  }
  return fields.fail(
    nameEnd === position && byte === LF ? wireFaults.lineEnd : wireFaults.headerName,
  );
}
