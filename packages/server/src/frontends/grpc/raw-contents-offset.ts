/** Tag of `raw_input_contents` in a ModelInferRequest. */
const RAW_INPUT_CONTENTS = 0x3a;
const WIRE_TYPE_MASK = 7;
const WIRE_TYPE_BYTES = 2;
const VARINT_SIZE_MAX = 5;

/**
 * Where the first raw tensor of a ModelInferRequest begins, counted from the message's start, as far as what has come of
 * the message tells; 0 if it does not. Whether the message is well-formed is for the decoder to find out.
 *
 * @param bytes hold what has come of the message, from `start` to `end`
 */
export function rawContentsOffset(bytes: Uint8Array, start: number, end: number): number {
  let position = start;
  while (position < end) {
    // In range by the loop's condition.
    const tag = bytes[position++] as number;
    if ((tag & WIRE_TYPE_MASK) !== WIRE_TYPE_BYTES) {
      return 0;
    }
    let size = 0;
    let scale = 1;
    let byte = 0x80;
    for (let count = 0; byte >= 0x80; count++) {
      if (position >= end || count === VARINT_SIZE_MAX) {
        return 0;
      }
      byte = bytes[position++] ?? 0;
      size += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
    if (tag === RAW_INPUT_CONTENTS) {
      return position - start;
    }
    position += size;
  }
  return 0;
}
