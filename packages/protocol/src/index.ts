export { StatusCode, statusCodeName } from "./status-code.ts";
export { DATATYPES, type Datatype, datatypeByteSize, isDatatype } from "./tensor/datatype.ts";
export { elementCount, formatShape, isSameShape } from "./tensor/shape.ts";
export { TritonError, tritonErrorFrom } from "./triton-error.ts";
