/** Protocol names of the tensor element types, in the order of `DataType` in the model configuration. */
export const DATATYPES = [
  "BOOL",
  "UINT8",
  "UINT16",
  "UINT32",
  "UINT64",
  "INT8",
  "INT16",
  "INT32",
  "INT64",
  "FP16",
  "FP32",
  "FP64",
  "BYTES",
  "BF16",
] as const;

/** One tensor element type, by its KServe name. Elements are little-endian and packed; BYTES elements are a u32 length and the bytes. */
export type Datatype = (typeof DATATYPES)[number];

const BYTE_SIZES: Readonly<Record<Datatype, number>> = {
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

/** Bytes of one element; 0 for BYTES, whose elements vary. */
export function datatypeByteSize(datatype: Datatype): number {
  return BYTE_SIZES[datatype];
}

/** Whether `text` is one of the fourteen protocol names (case-sensitive, as in Triton). */
export function isDatatype(text: string): text is Datatype {
  return Object.hasOwn(BYTE_SIZES, text);
}
