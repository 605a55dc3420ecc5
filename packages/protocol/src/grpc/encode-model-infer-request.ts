import type { ParameterValue } from "../rest/decoded-infer-request.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { RequestedOutputTag, RequestTag, TensorTag } from "./infer-tags.ts";
import {
  shapeSize,
  sizedFieldSize,
  textFieldSize,
  writeBytes,
  writeShapeField,
  writeSizedHead,
  writeTextField,
} from "./wire-writer.ts";
import { parametersSize, writeParameters } from "./write-parameters.ts";

/** An input as a gRPC client gives it. */
export interface GrpcClientInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major, little-endian, packed; BYTES elements length-prefixed (see `encodeBytesTensor`). */
  readonly bytes: Uint8Array;
}

/** An output as a gRPC client asks for it. */
export interface GrpcClientOutput {
  readonly name: string;
  /** Classes wanted; 0 returns the tensor itself. */
  readonly classCount: number;
}

/** An infer request as a gRPC client makes it. */
export interface GrpcClientInferRequest {
  readonly modelName: string;
  /** Empty for the greatest version that is ready. */
  readonly modelVersion: string;
  /** Empty for none. */
  readonly id: string;
  readonly inputs: readonly GrpcClientInput[];
  /** Empty for every output of the model. */
  readonly outputs: readonly GrpcClientOutput[];
  /** A bigint above the int64 is sent as a uint64. */
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/** Encodes a ModelInferRequest. All inputs travel in raw_input_contents. */
export function encodeModelInferRequest(request: GrpcClientInferRequest): Uint8Array {
  const { modelName, modelVersion, id, inputs, parameters } = request;
  const outputs = request.outputs.map(({ name, classCount }) => ({
    name,
    parameters: classificationOf(classCount),
  }));
  let size =
    textFieldSize(modelName) +
    textFieldSize(modelVersion) +
    textFieldSize(id) +
    parametersSize(parameters);
  for (const input of inputs) {
    size += sizedFieldSize(inputSize(input)) + sizedFieldSize(input.bytes.byteLength);
  }
  for (const output of outputs) {
    size += sizedFieldSize(outputSize(output));
  }
  const bytes = new Uint8Array(size);
  let position = writeTextField(bytes, 0, RequestTag.ModelName, modelName);
  position = writeTextField(bytes, position, RequestTag.ModelVersion, modelVersion);
  position = writeTextField(bytes, position, RequestTag.Id, id);
  position = writeParameters(bytes, position, RequestTag.Parameters, parameters);
  for (const input of inputs) {
    position = writeInput(bytes, position, input);
  }
  for (const output of outputs) {
    position = writeOutput(bytes, position, output);
  }
  for (const input of inputs) {
    const { byteLength } = input.bytes;
    position = writeSizedHead(bytes, position, RequestTag.RawInputContents, byteLength);
    position = writeBytes(bytes, position, input.bytes);
  }
  return bytes;
}

function inputSize({ name, datatype, shape }: GrpcClientInput): number {
  const dimensionsSize = shapeSize(shape);
  return (
    textFieldSize(name) +
    textFieldSize(datatype) +
    (dimensionsSize === 0 ? 0 : sizedFieldSize(dimensionsSize))
  );
}

function writeInput(target: Uint8Array, position: number, input: GrpcClientInput): number {
  const { name, datatype, shape } = input;
  let end = writeSizedHead(target, position, RequestTag.Inputs, inputSize(input));
  end = writeTextField(target, end, TensorTag.Name, name);
  end = writeTextField(target, end, TensorTag.Datatype, datatype);
  return writeShapeField(target, end, TensorTag.Shape, shape, shapeSize(shape));
}

interface RequestedOutputFields {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, ParameterValue> | null;
}

function classificationOf(classCount: number): ReadonlyMap<string, ParameterValue> | null {
  return classCount === 0 ? null : new Map([["classification", BigInt(classCount)]]);
}

function outputSize({ name, parameters }: RequestedOutputFields): number {
  return textFieldSize(name) + parametersSize(parameters);
}

function writeOutput(target: Uint8Array, position: number, output: RequestedOutputFields): number {
  let end = writeSizedHead(target, position, RequestTag.Outputs, outputSize(output));
  end = writeTextField(target, end, RequestedOutputTag.Name, output.name);
  return writeParameters(target, end, RequestedOutputTag.Parameters, output.parameters);
}
