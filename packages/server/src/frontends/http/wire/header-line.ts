import { assert } from "../../../base/assert.ts";

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible bytes, spaces and tabs, none of the latter at the ends; a character per byte. */
const VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/**
 * One header line with its line end, checked so that nothing in it can end the line early.
 *
 * @param value a character per byte
 * @throws {AssertionError} if the name is no token or the value has a control byte or white space at an end
 */
export function headerLine(name: string, value: string): string {
  assert(NAME.test(name), "a header's name is a token");
  assert(VALUE.test(value), "a header's value has no control bytes");
  return `${name}: ${value}\r\n`;
}
