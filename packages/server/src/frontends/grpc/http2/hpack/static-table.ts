import { HpackField } from "./hpack-field.ts";

const FIELDS: readonly (readonly [name: string, value: string])[] = [
  [":authority", ""],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset", ""],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language", ""],
  ["accept-ranges", ""],
  ["accept", ""],
  ["access-control-allow-origin", ""],
  ["age", ""],
  ["allow", ""],
  ["authorization", ""],
  ["cache-control", ""],
  ["content-disposition", ""],
  ["content-encoding", ""],
  ["content-language", ""],
  ["content-length", ""],
  ["content-location", ""],
  ["content-range", ""],
  ["content-type", ""],
  ["cookie", ""],
  ["date", ""],
  ["etag", ""],
  ["expect", ""],
  ["expires", ""],
  ["from", ""],
  ["host", ""],
  ["if-match", ""],
  ["if-modified-since", ""],
  ["if-none-match", ""],
  ["if-range", ""],
  ["if-unmodified-since", ""],
  ["last-modified", ""],
  ["link", ""],
  ["location", ""],
  ["max-forwards", ""],
  ["proxy-authenticate", ""],
  ["proxy-authorization", ""],
  ["range", ""],
  ["referer", ""],
  ["refresh", ""],
  ["retry-after", ""],
  ["server", ""],
  ["set-cookie", ""],
  ["strict-transport-security", ""],
  ["transfer-encoding", ""],
  ["user-agent", ""],
  ["vary", ""],
  ["via", ""],
  ["www-authenticate", ""],
];

/**
 * The fields that every connection knows; the index of a field on the wire is one more than here.
 *
 * @see RFC 7541, appendix A
 */
export const staticTable: readonly HpackField[] = FIELDS.map(
  ([name, value]) => new HpackField(name, value, null),
);

/** The wire index of the first field of the dynamic table. */
export const DYNAMIC_INDEX_MIN: number = FIELDS.length + 1;

/** The wire index of the first static field with that name, 0 if there is none. */
export function staticIndexOf(name: string): number {
  return FIELDS.findIndex(([each]) => each === name) + 1;
}

/** The wire index of the static field with that name and value, 0 if there is none. */
export function staticIndexOfField(name: string, value: string): number {
  return FIELDS.findIndex((each) => each[0] === name && each[1] === value) + 1;
}
