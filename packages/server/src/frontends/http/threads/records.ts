import { assert } from "../../../base/assert.ts";

/*
 * What the records between an HTTP thread and the core say. Each is a run of 32-bit words, then bytes. Words 0 and 1 are
 * the record's kind and the id of its request; the words after these are named with the kind. A size that may pass 2^32
 * takes two words, low and high.
 *
 * Content (a body, a piece) lies in the record itself or in a shared buffer, and is described by five words:
 *
 * ```
 *   buffer, or NO_BUFFER │ start, low and high │ size, low and high
 * ```
 * where the start counts from the record's first byte or from the buffer's.
 */

// From the thread.

/** A request that has come whole, or whose body is too large: see `head-record.ts`. */
export const REQUEST = 1;
/** The client has gone: [2] whether it can still be answered. */
export const GONE = 2;
/** Nothing more will be said of the request: [2] whether its answer has been delivered. */
export const OVER = 3;
/** Bytes of a streamed answer that the client's connection has taken: [2] how many. */
export const TAKEN = 4;

// From the core.

/** A complete answer: [2] status, [3] bytes of the header lines, [4…8] the content; the header lines. */
export const ANSWER = 16;
/** The head of a streamed answer: [2] status, [3] bytes of the header lines; these. */
export const STREAM_START = 17;
/** A piece of a streamed answer: [4…8] the content. */
export const STREAM_PIECE = 18;
/** The streamed answer is complete. */
export const STREAM_END = 19;
/** The streamed answer is to be broken off. */
export const STREAM_ABORT = 20;

// From either. There is no request, so word 1 is 0.

/** The buffer [2] of this record's receiver is no longer read by the sender. */
export const RELEASE = 32;
/** The buffer [2] of this record's sender will not be named again. */
export const FORGET = 33;

/** Where every kind has its first own word. */
export const FIRST = 2;
/** Where the header lines' size stands in the records that have them. */
export const LINES_SIZE = 3;
/** Where the content is described in the records of the core that have one. */
export const CONTENT = 4;
/** Words that describe content. */
export const CONTENT_WORDS = 5;
/** Bytes of the records that have one word of their own. */
export const SHORT_RECORD_SIZE: number = 3 * 4;
/** Bytes of an answer's record before its header lines; also of a stream's start and piece, which leave words unused. */
export const ANSWER_HEAD_SIZE: number = (CONTENT + CONTENT_WORDS) * 4;

/** Instead of a buffer: there is none. */
export const NO_BUFFER = -1;

const TWO_TO_32 = 2 ** 32;

/** Describes content. */
export function writeContent(words: Int32Array, index: number, content: ContentPlace): void {
  words[index] = content.buffer;
  writeSize(words, index + 1, content.start);
  writeSize(words, index + 3, content.size);
}

/** Where content lies. */
export interface ContentPlace {
  readonly buffer: number;
  readonly start: number;
  readonly size: number;
}

/**
 * Reads what `writeContent` wrote.
 *
 * @param end of what the record itself has, counted like its start
 */
export function readContent(words: Int32Array, index: number, end: number): ContentPlace {
  const place = {
    buffer: words[index] ?? NO_BUFFER,
    start: readSize(words, index + 1),
    size: readSize(words, index + 3),
  };
  assert(
    place.start >= 0 &&
      place.size >= 0 &&
      (place.buffer !== NO_BUFFER || place.start + place.size <= end),
    "content lies within its record",
  );
  return place;
}

/** Writes a size as two words. */
export function writeSize(words: Int32Array, index: number, size: number): void {
  words[index] = size | 0;
  words[index + 1] = Math.floor(size / TWO_TO_32);
}

/** Reads what `writeSize` wrote. */
export function readSize(words: Int32Array, index: number): number {
  return ((words[index] ?? 0) >>> 0) + (words[index + 1] ?? 0) * TWO_TO_32;
}
