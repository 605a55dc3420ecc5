import { DataType } from "../gen/inference/model_config_pb.ts";
import { DATATYPES, type Datatype } from "../tensor/datatype.ts";

/** The protocol's name of a configuration's data type: `BYTES` for TYPE_STRING; null for TYPE_INVALID and unknown numbers. */
export function datatypeFromDataType(dataType: DataType): Datatype | null {
  // DATATYPES follows the numbers of DataType, which begin with TYPE_INVALID.
  return DATATYPES[dataType - 1] ?? null;
}

/** The configuration's data type of a protocol name: TYPE_STRING for `BYTES`. */
export function dataTypeFromDatatype(datatype: Datatype): DataType {
  // A number of DataType's own range: both lists have the same order.
  return (DATATYPES.indexOf(datatype) + 1) as DataType;
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(DataType).map(([name, number]) => [number, name]),
);

/** `TYPE_FP32`: as the configuration and many messages print it; an unknown number prints as such. */
export function dataTypeName(dataType: DataType): string {
  const name = NAMES.get(dataType);
  return name ?? String(dataType);
}
