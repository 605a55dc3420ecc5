import type { Datatype } from "@nereid/protocol";

/**
 * Bytes of one element of each datatype, 0 for BYTES; their order is their code on the wire between the threads. Here and not
 * imported, so that a worker loads nothing of the protocol's code.
 */
export const ELEMENT_BYTE_SIZES: Readonly<Record<Datatype, number>> = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
  BF16: 2,
};

/** Whether a text, perhaps not from typed code, names a datatype. */
export function isElementType(text: unknown): text is Datatype {
  return typeof text === "string" && Object.hasOwn(ELEMENT_BYTE_SIZES, text);
}

/** Elements of a shape. */
export function countElements(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) {
    count *= size;
  }
  return count;
}
