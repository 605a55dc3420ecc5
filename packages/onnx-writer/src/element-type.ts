/** ONNX tensor element types by the numbers of `TensorProto.DataType`. */
export const ELEMENT_TYPE_NUMBERS = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  COMPLEX64: 14,
  COMPLEX128: 15,
  BFLOAT16: 16,
  FLOAT8E4M3FN: 17,
  FLOAT8E5M2: 19,
  UINT4: 21,
  INT4: 22,
} as const;

/** An ONNX tensor element type, by its ONNX name. */
export type ElementType = keyof typeof ELEMENT_TYPE_NUMBERS;

/** A protocol datatype, by its KServe name. */
export type DatatypeName =
  | "BOOL"
  | "UINT8"
  | "UINT16"
  | "UINT32"
  | "UINT64"
  | "INT8"
  | "INT16"
  | "INT32"
  | "INT64"
  | "FP16"
  | "FP32"
  | "FP64"
  | "BYTES"
  | "BF16";

/** The ONNX element type of each protocol datatype. */
export const ELEMENT_TYPE_OF_DATATYPE: Readonly<Record<DatatypeName, ElementType>> = {
  BOOL: "BOOL",
  UINT8: "UINT8",
  UINT16: "UINT16",
  UINT32: "UINT32",
  UINT64: "UINT64",
  INT8: "INT8",
  INT16: "INT16",
  INT32: "INT32",
  INT64: "INT64",
  FP16: "FLOAT16",
  FP32: "FLOAT",
  FP64: "DOUBLE",
  BYTES: "STRING",
  BF16: "BFLOAT16",
};

const BYTE_SIZES: Readonly<Partial<Record<ElementType, number>>> = {
  FLOAT: 4,
  UINT8: 1,
  INT8: 1,
  UINT16: 2,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  BOOL: 1,
  FLOAT16: 2,
  DOUBLE: 8,
  UINT32: 4,
  UINT64: 8,
  COMPLEX64: 8,
  COMPLEX128: 16,
  BFLOAT16: 2,
  FLOAT8E4M3FN: 1,
  FLOAT8E5M2: 1,
};

/** Bytes of one element in raw data; null for STRING, which has none, and for the packed four-bit types. */
export function elementByteSize(elementType: ElementType): number | null {
  return BYTE_SIZES[elementType] ?? null;
}
