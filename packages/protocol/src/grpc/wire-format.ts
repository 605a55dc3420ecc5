/**
 * How a field's value stands in a message; the low three bits of a tag. The groups are an old form of embedded message: none
 * of ours has any, but an unknown field may be one.
 *
 * @see Protocol Buffers, "Encoding"
 * @internal
 */
export const WireType = {
  Varint: 0,
  Fixed64: 1,
  Bytes: 2,
  GroupStart: 3,
  GroupEnd: 4,
  Fixed32: 5,
} as const;

/** The most bytes of a message, of a field's value, and of a gRPC message in the real server. */
export const MESSAGE_SIZE_MAX: number = 2 ** 31 - 1;

/** The most messages and groups in each other, as in the real server's parser. @internal */
export const DEPTH_MAX = 100;
