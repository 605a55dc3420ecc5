import {
  type ModelSequenceBatching_Control as Control,
  ModelSequenceBatching_Control_Kind as ControlKind,
  type DataType,
  DataType as DataTypes,
  dataTypeName,
  formatShape,
  type ModelConfig,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import { elementTypeName } from "../../ffi/ort/ort-element-type.ts";
import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";
import { dataTypeFromElementType } from "./session-signature.ts";

/** In the order in which Triton looks for them. */
const CONTROL_KINDS = [
  ControlKind.CONTROL_SEQUENCE_START,
  ControlKind.CONTROL_SEQUENCE_END,
  ControlKind.CONTROL_SEQUENCE_READY,
  ControlKind.CONTROL_SEQUENCE_CORRID,
] as const;

/**
 * Checks that the model has the control tensors that its sequence batcher will feed.
 *
 * @returns how many inputs the sequence batcher feeds: control tensors and states
 * @throws {TritonError} Internal for a control tensor that the model does not have, InvalidArg for one of another kind
 * @see onnxruntime_backend src/onnxruntime.cc, ValidateBooleanSequenceControl and ValidateTypedSequenceControl
 */
export function validateSequenceControls(
  name: string,
  config: ModelConfig,
  inputs: readonly OrtTensorInfo[],
): number {
  if (config.schedulingChoice.case !== "sequenceBatching") {
    return 0;
  }
  const batching = config.schedulingChoice.value;
  let count = batching.state.length;
  for (const kind of CONTROL_KINDS) {
    for (const input of batching.controlInput) {
      const control = input.control.find((candidate) => candidate.kind === kind);
      if (control !== undefined) {
        count++;
        validateControl({ name, config, inputs, tensor: input.name, control });
        break;
      }
    }
  }
  return count;
}

function validateControl(check: {
  readonly name: string;
  readonly config: ModelConfig;
  readonly inputs: readonly OrtTensorInfo[];
  readonly tensor: string;
  readonly control: Control;
}): void {
  const { name, config, inputs, tensor, control } = check;
  const info = inputs.find((input) => input.name === tensor);
  if (info === undefined) {
    throw new TritonError(
      StatusCode.Internal,
      `configuration specified sequence control '${tensor}', but model does not provide that input`,
    );
  }
  const subject = `unable to load model '${name}', sequence control '${tensor}'`;
  const dims = info.shape.slice(config.maxBatchSize > 0 ? 1 : 0);
  if (dims.length !== 1 || dims[0] !== 1) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${subject} in model has dims ${formatShape(dims)} but dims [1] is expected`,
    );
  }
  const dataType = controlDataType(control);
  if (dataType !== dataTypeFromElementType(info.elementType)) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${subject}, the model expects data-type ${elementTypeName(info.elementType)} but the model configuration ` +
        `specifies data-type ${dataTypeName(dataType)}`,
    );
  }
}

/** A boolean control has the type of its two values, the correlation id its own. */
function controlDataType(control: Control): DataType {
  if (control.kind === ControlKind.CONTROL_SEQUENCE_CORRID) {
    return control.dataType;
  }
  if (control.int32FalseTrue.length > 0) {
    return DataTypes.TYPE_INT32;
  }
  return control.fp32FalseTrue.length > 0 ? DataTypes.TYPE_FP32 : DataTypes.TYPE_BOOL;
}
