import { assert } from "../../../base/assert.ts";
import type { RingPort } from "../../../threads/ring-port.ts";
import { HeadFields, OFFSETS_PER_HEADER } from "../wire/head-fields.ts";
import type { RequestHead } from "../wire/request-head.ts";
import { wireLimitsDefault } from "../wire/wire-limits.ts";
import { CONTENT_WORDS, type ContentPlace, readContent, writeContent } from "./records.ts";

/**
 * A request in a record, in words after the record's kind and id:
 *
 * ```
 *   [2] flags    [3] bytes of the method   [4] start and [5] end of the target   [6] bytes of the head
 *   [7] header lines   [8] bytes of the client's address   [9…13] the body
 *   [14…] offsets of the header lines in the head; then the head, a byte per character; the address; the body, if here
 * ```
 */
const FLAGS = 2;
const METHOD_SIZE = 3;
const TARGET_START = 4;
const TARGET_END = 5;
const TEXT_SIZE = 6;
const HEADER_COUNT = 7;
const ADDRESS_SIZE = 8;
const BODY = 9;
const OFFSETS: number = BODY + CONTENT_WORDS;

const FLAG_VERSION_1_1 = 1;
const FLAG_TOO_LARGE = 2;

/** What a record says of a request beside its head. */
export interface RequestEnvelope {
  /** Empty if it is not known any more. */
  readonly remoteAddress: string;
  /** Whether the body was larger than allowed, and is not here. */
  readonly isTooLarge: boolean;
  /** The body's buffer, its start there, and its size. Of a body in the record itself only the size is looked at. */
  readonly body: ContentPlace;
}

/** Bytes of the record of a request whose body takes `inlineSize` of them. */
export function requestRecordSize(
  head: RequestHead,
  remoteAddress: string,
  inlineSize: number,
): number {
  const { headerOffsets, headText } = head;
  return (OFFSETS + headerOffsets.length) * 4 + headText.length + remoteAddress.length + inlineSize;
}

/**
 * Writes all but kind and id.
 *
 * @param position of the record's content in the port's bytes
 * @returns where in these bytes a body that travels in the record is to be put
 */
export function writeRequest(
  port: RingPort,
  position: number,
  head: RequestHead,
  { remoteAddress, isTooLarge, body }: RequestEnvelope,
): number {
  const { words, bytes } = port;
  const { headText, headerOffsets, method, versionMinor } = head;
  const base = position >> 2;
  // Neither a method nor a target has a space in it.
  const targetStart = headText.indexOf(" ") + 1;
  words[base + FLAGS] =
    (versionMinor === 1 ? FLAG_VERSION_1_1 : 0) | (isTooLarge ? FLAG_TOO_LARGE : 0);
  words[base + METHOD_SIZE] = method.length;
  words[base + TARGET_START] = targetStart;
  words[base + TARGET_END] = headText.indexOf(" ", targetStart);
  words[base + TEXT_SIZE] = headText.length;
  words[base + HEADER_COUNT] = headerOffsets.length / OFFSETS_PER_HEADER;
  words[base + ADDRESS_SIZE] = remoteAddress.length;
  const offsetsBase = base + OFFSETS;
  for (let index = 0; index < headerOffsets.length; index++) {
    words[offsetsBase + index] = headerOffsets[index] ?? 0;
  }
  let end = (offsetsBase + headerOffsets.length) << 2;
  end += bytes.write(headText, end, "latin1");
  end += bytes.write(remoteAddress, end, "latin1");
  const isInline = body.buffer < 0;
  writeContent(words, base + BODY, isInline ? { ...body, start: end - position } : body);
  return end;
}

/** Reads requests, one after the other, into the same fields. */
export class RequestRecordReader {
  /** Of the head read last, for the constructor of a `RequestHead`. */
  readonly fields: HeadFields = new HeadFields(wireLimitsDefault);
  text = "";
  remoteAddress = "";
  isTooLarge = false;
  body: ContentPlace = { buffer: -1, start: 0, size: 0 };

  /**
   * Reads the request whose record's content is the `size` bytes at `position`.
   *
   * @throws {AssertionError} if a size or an offset points out of it
   */
  read(port: RingPort, position: number, size: number): void {
    const { inWords: words, inBytes: bytes } = port;
    const { fields } = this;
    const base = position >> 2;
    const end = position + size;
    const flags = words[base + FLAGS] ?? 0;
    const targetStart = words[base + TARGET_START] ?? 0;
    const textSize = words[base + TEXT_SIZE] ?? 0;
    const addressSize = words[base + ADDRESS_SIZE] ?? 0;
    const headerCount = words[base + HEADER_COUNT] ?? 0;
    const offsetCount = headerCount * OFFSETS_PER_HEADER;
    const offsetsBase = base + OFFSETS;
    const textStart = (offsetsBase + offsetCount) << 2;
    const addressStart = textStart + textSize;
    assert(
      headerCount >= 0 &&
        textSize >= 0 &&
        addressSize >= 0 &&
        textStart + textSize + addressSize <= end,
      "a request's head lies within its record",
    );
    for (let index = 0; index < offsetCount; index++) {
      const offset = words[offsetsBase + index] ?? 0;
      assert(offset >= 0 && offset <= textSize, "a header line lies within its head");
      fields.offsets[index] = offset;
    }
    this.text = bytes.toString("latin1", textStart, addressStart);
    this.remoteAddress = bytes.toString("latin1", addressStart, addressStart + addressSize);
    fields.versionMinor = (flags & FLAG_VERSION_1_1) === 0 ? 0 : 1;
    fields.method = this.text.slice(
      targetStart - 1 - (words[base + METHOD_SIZE] ?? 0),
      targetStart - 1,
    );
    fields.targetStart = targetStart;
    fields.targetEnd = words[base + TARGET_END] ?? 0;
    fields.headerCount = headerCount;
    this.isTooLarge = (flags & FLAG_TOO_LARGE) !== 0;
    this.body = readContent(words, base + BODY, size);
  }
}
