import { type DataType, dataTypeFromDatatype, StatusCode, TritonError } from "@nereid/protocol";
import { datatypeFromElementType } from "../../ffi/ort/ort-element-type.ts";
import type { OrtSession } from "../../ffi/ort/ort-session.ts";
import type { OrtOtherInfo, OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";

/** What a session takes and gives, all of it tensors. */
export interface SessionSignature {
  /** In the model file's order, without overridable initializers. */
  readonly inputs: readonly OrtTensorInfo[];
  readonly outputs: readonly OrtTensorInfo[];
  readonly overridableInitializers: readonly OrtTensorInfo[];
}

/** @throws {TritonError} Unsupported for inputs or outputs that are not tensors */
export function readSignature(session: OrtSession): SessionSignature {
  return {
    inputs: session.inputs.map(tensorInfo),
    outputs: session.outputs.map(tensorInfo),
    overridableInitializers: session.overridableInitializers.map(tensorInfo),
  };
}

function tensorInfo(info: OrtTensorInfo | OrtOtherInfo): OrtTensorInfo {
  if ("onnxType" in info) {
    throw new TritonError(
      StatusCode.Unsupported,
      `Unsupported ONNX Type '${info.onnxType}' for I/O '${info.name}', expected 'ONNX_TYPE_TENSOR'.`,
    );
  }
  return info;
}

/** The configuration's data type of an element type; TYPE_INVALID (0) where it has none. */
export function dataTypeFromElementType(elementType: number): DataType {
  const datatype = datatypeFromElementType(elementType);
  return datatype === null ? 0 : dataTypeFromDatatype(datatype);
}
