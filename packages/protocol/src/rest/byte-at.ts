/**
 * The byte at `position`, or 0 at or after `end`. The JSON reader treats the end of its input and a zero byte alike, as
 * rapidjson does.
 *
 * @internal
 */
export function byteAt(bytes: Uint8Array, position: number, end: number): number {
  // Never undefined: every caller keeps 0 ≤ position and end ≤ byteLength.
  return position < end ? (bytes[position] as number) : 0;
}

/**
 * Whether `byte` is one of the four white-space bytes of JSON.
 *
 * @internal
 */
export function isJsonSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}
