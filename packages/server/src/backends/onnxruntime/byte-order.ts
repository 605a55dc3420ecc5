/**
 * Compares two texts by their UTF-8 bytes, as `std::map` and `std::set` of strings do: the order in which Triton lists
 * names and returns outputs. (UTF-16 order differs beyond U+FFFF.)
 */
export function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
