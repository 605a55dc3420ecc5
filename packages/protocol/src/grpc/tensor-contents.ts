/**
 * An InferTensorContents: eight lists, of which a tensor uses one. Elements are little-endian and packed; a list that came in
 * one packed piece of fixed-size elements is a view of the message's bytes.
 */
export class TensorContents {
  /** 1 byte each, 0 or 1. */
  bools: Uint8Array = NO_BYTES;
  /** int32, 4 bytes each. */
  ints: Uint8Array = NO_BYTES;
  /** int64, 8 bytes each. */
  int64s: Uint8Array = NO_BYTES;
  /** uint32, 4 bytes each. */
  uints: Uint8Array = NO_BYTES;
  /** uint64, 8 bytes each. */
  uint64s: Uint8Array = NO_BYTES;
  /** 4 bytes each. */
  fp32s: Uint8Array = NO_BYTES;
  /** 8 bytes each. */
  fp64s: Uint8Array = NO_BYTES;
  /** As a BYTES tensor: a u32 length and the bytes each. */
  byteStrings: Uint8Array = NO_BYTES;
}

const NO_BYTES = new Uint8Array(0);
