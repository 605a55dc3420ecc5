import assert from "node:assert/strict";
import { test } from "node:test";
import { DataType } from "../gen/inference/model_config_pb.ts";
import { DATATYPES } from "../tensor/datatype.ts";
import { dataTypeFromDatatype, dataTypeName, datatypeFromDataType } from "./data-type.ts";

test("every protocol name is its data type's, with BYTES for TYPE_STRING", () => {
  for (const datatype of DATATYPES) {
    const dataType = dataTypeFromDatatype(datatype);
    assert.equal(dataTypeName(dataType), `TYPE_${datatype === "BYTES" ? "STRING" : datatype}`);
    assert.equal(datatypeFromDataType(dataType), datatype);
  }
  assert.equal(datatypeFromDataType(DataType.TYPE_BF16), "BF16");
});

test("TYPE_INVALID and unknown numbers have no protocol name", () => {
  assert.equal(datatypeFromDataType(DataType.TYPE_INVALID), null);
  assert.equal(datatypeFromDataType(15 as DataType), null);
  assert.equal(dataTypeName(99 as DataType), "99");
});
