import { assert } from "../../../base/assert.ts";
import { staticIndexOf, staticIndexOfField } from "./hpack/static-table.ts";

/**
 * Encoded header fields. They use no dynamic table, so one block serves every connection: constant heads and trailers are
 * encoded once and kept.
 */
export type HeaderBlock = Uint8Array;

/** A field to send: the name in lower case; the value a character per byte, without line ends or surrounding white space. */
export type HeaderField = readonly [name: string, value: string];

const INDEXED = 0x80;
const INDEXED_MASK = 0x7f;
const WITHOUT_INDEXING = 0x00;
const WITHOUT_INDEXING_MASK = 0x0f;
const LENGTH_MASK = 0x7f;
/** Bytes of an integer at most, prefix included. */
const INTEGER_SIZE_MAX = 6;

const NAME = /^:?[\x21-\x39\x3b-\x40\x5b-\x7e]+$/;
const VALUE =
  /^(?:[^\0\r\n\t \u0100-\uffff](?:[^\0\r\n\u0100-\uffff]*[^\0\r\n\t \u0100-\uffff])?)?$/;

/**
 * Encodes a head or trailers: `:status` first, where there is one. Fields of the static table are named by their index,
 * others are literal, without Huffman code: what is sent often is encoded once, and what is not is not worth it.
 *
 * @throws {AssertionError} if a field is not well-formed, which is a bug: whoever forwards text escapes it first
 * @see RFC 7541, section 6
 */
export function encodeHeaderBlock(fields: readonly HeaderField[]): HeaderBlock {
  let sizeMax = 0;
  for (const [name, value] of fields) {
    sizeMax += name.length + value.length + 2 * INTEGER_SIZE_MAX + 1;
  }
  const block = Buffer.allocUnsafe(sizeMax);
  let position = 0;
  for (const [name, value] of fields) {
    assert(NAME.test(name), "a header name is a token in lower case");
    assert(VALUE.test(value), "a header value has no line ends and no white space around it");
    position = putField(block, position, name, value);
  }
  // A copy of its own: blocks are kept, and must not keep a pool's slab.
  return Uint8Array.prototype.slice.call(block, 0, position);
}

function putField(block: Buffer, start: number, name: string, value: string): number {
  const index = staticIndexOfField(name, value);
  if (index > 0) {
    return putInteger(block, start, INDEXED, INDEXED_MASK, index);
  }
  const nameIndex = staticIndexOf(name);
  let position = putInteger(block, start, WITHOUT_INDEXING, WITHOUT_INDEXING_MASK, nameIndex);
  if (nameIndex === 0) {
    position = putString(block, position, name);
  }
  return putString(block, position, value);
}

function putString(block: Buffer, start: number, text: string): number {
  const position = putInteger(block, start, 0, LENGTH_MASK, text.length);
  return position + block.write(text, position, "latin1");
}

function putInteger(
  block: Buffer,
  start: number,
  pattern: number,
  mask: number,
  value: number,
): number {
  let position = start;
  if (value < mask) {
    block[position++] = pattern | value;
    return position;
  }
  block[position++] = pattern | mask;
  let rest = value - mask;
  while (rest >= 0x80) {
    block[position++] = 0x80 | (rest & 0x7f);
    rest = Math.floor(rest / 0x80);
  }
  block[position++] = rest;
  return position;
}
