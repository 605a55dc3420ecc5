import type { Datatype } from "@nereid/protocol";

/** `ONNXTensorElementDataType`: the numbers of the C API. */
export const OrtElementType = {
  Undefined: 0,
  Float: 1,
  Uint8: 2,
  Int8: 3,
  Uint16: 4,
  Int16: 5,
  Int32: 6,
  Int64: 7,
  String: 8,
  Bool: 9,
  Float16: 10,
  Double: 11,
  Uint32: 12,
  Uint64: 13,
  Complex64: 14,
  Complex128: 15,
  Bfloat16: 16,
} as const;

const ELEMENT_TYPES: Readonly<Record<Datatype, number>> = {
  BOOL: OrtElementType.Bool,
  UINT8: OrtElementType.Uint8,
  UINT16: OrtElementType.Uint16,
  UINT32: OrtElementType.Uint32,
  UINT64: OrtElementType.Uint64,
  INT8: OrtElementType.Int8,
  INT16: OrtElementType.Int16,
  INT32: OrtElementType.Int32,
  INT64: OrtElementType.Int64,
  FP16: OrtElementType.Float16,
  FP32: OrtElementType.Float,
  FP64: OrtElementType.Double,
  BYTES: OrtElementType.String,
  BF16: OrtElementType.Bfloat16,
};

const DATATYPES_BY_NUMBER: ReadonlyMap<number, Datatype> = new Map(
  Object.entries(ELEMENT_TYPES).map(([datatype, number]) => [
    number,
    datatype as Datatype, // a key of the record above
  ]),
);

/** The element type of a protocol datatype; BYTES are STRING. */
export function elementTypeFromDatatype(datatype: Datatype): number {
  return ELEMENT_TYPES[datatype];
}

/** The protocol datatype of an element type; null for those that the protocol has no name for (complex, 8-bit floats, …). */
export function datatypeFromElementType(elementType: number): Datatype | null {
  return DATATYPES_BY_NUMBER.get(elementType) ?? null;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(OrtElementType).map(([name, number]) => [number, name.toUpperCase()]),
);

/** `FLOAT`, `INT64`: as Triton prints the model's own types; `UNDEFINED` for those it does not know. */
export function elementTypeName(elementType: number): string {
  return NAMES.get(elementType) ?? "UNDEFINED";
}
