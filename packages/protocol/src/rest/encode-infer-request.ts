import { StatusCode } from "../status-code.ts";
import { type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { elementCount } from "../tensor/shape.ts";
import { TritonError } from "../triton-error.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";
import { writeAscii, writeInteger, writeJsonText } from "./json-writer.ts";
import { writeParameters } from "./write-parameters.ts";
import { writeTensorData } from "./write-tensor-data.ts";

/** An input as a client gives it. */
export interface ClientInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major, little-endian, packed; BYTES elements length-prefixed (see `encodeBytesTensor`). */
  readonly bytes: Uint8Array;
  /** False sends JSON numbers or strings instead. */
  readonly isBinary: boolean;
}

/** An output as a client asks for it. */
export interface ClientOutput {
  readonly name: string;
  readonly isBinary: boolean;
  /** Classes wanted; 0 returns the tensor itself. */
  readonly classCount: number;
}

/** An infer request as a client makes it. */
export interface ClientInferRequest {
  /** Empty for none. */
  readonly id: string;
  readonly inputs: readonly ClientInput[];
  /** Empty for every output of the model. */
  readonly outputs: readonly ClientOutput[];
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/** A request body, and the value of Inference-Header-Content-Length (null: do not send it, the body is all JSON). */
export interface EncodedInferRequest {
  readonly body: Uint8Array;
  readonly headerSize: number | null;
}

const INITIAL_SIZE = 1024;

/**
 * Encodes an infer request: JSON, followed by the bytes of the binary inputs.
 *
 * @throws {TritonError} InvalidArg for FP16 or BF16 as JSON, or bytes that do not fit the shape; Internal for BYTES that
 * are not length-prefixed elements, as many as the shape says
 */
export function encodeInferRequest(request: ClientInferRequest): EncodedInferRequest {
  const writer = new ByteWriter(INITIAL_SIZE);
  writeAscii(writer, "{");
  if (request.id !== "") {
    writeAscii(writer, '"id":');
    writeJsonText(writer, request.id);
    writeAscii(writer, ",");
  }
  if (request.parameters.size > 0) {
    writeAscii(writer, '"parameters":');
    writeParameters(writer, request.parameters);
    writeAscii(writer, ",");
  }
  writeAscii(writer, '"inputs":');
  writeList(writer, request.inputs, writeInput);
  if (request.outputs.length > 0) {
    writeAscii(writer, ',"outputs":');
    writeList(writer, request.outputs, writeOutput);
  }
  writeAscii(writer, "}");
  const jsonSize = writer.position;
  for (const input of request.inputs) {
    if (input.isBinary) {
      writer.append(input.bytes);
    }
  }
  const hasBinary = request.inputs.some((input) => input.isBinary);
  return {
    body: writer.bytes.subarray(0, writer.position),
    headerSize: hasBinary ? jsonSize : null,
  };
}

function writeList<Item>(
  writer: ByteWriter,
  items: readonly Item[],
  write: (writer: ByteWriter, item: Item) => void,
): void {
  let separator = "[";
  for (const item of items) {
    writeAscii(writer, separator);
    separator = ",";
    write(writer, item);
  }
  writeAscii(writer, items.length === 0 ? "[]" : "]");
}

function writeInput(writer: ByteWriter, input: ClientInput): void {
  writeAscii(writer, '{"name":');
  writeJsonText(writer, input.name);
  writeAscii(writer, `,"datatype":"${input.datatype}","shape":[${input.shape.join(",")}]`);
  if (input.isBinary) {
    writeAscii(writer, ',"parameters":{"binary_data_size":');
    writeInteger(writer, input.bytes.byteLength);
    writeAscii(writer, "}}");
    return;
  }
  checkWritable(input);
  writeAscii(writer, ',"data":');
  writeTensorData(writer, input, elementCount(input.shape));
  writeAscii(writer, "}");
}

function checkWritable({ name, datatype, shape, bytes }: ClientInput): void {
  if (datatype === "FP16" || datatype === "BF16") {
    throw new TritonError(
      StatusCode.InvalidArg,
      `input '${name}' is ${datatype}, which can only be sent as binary`,
    );
  }
  if (
    datatype !== "BYTES" &&
    bytes.byteLength !== elementCount(shape) * datatypeByteSize(datatype)
  ) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `the bytes of input '${name}' do not fit its shape`,
    );
  }
}

function writeOutput(writer: ByteWriter, output: ClientOutput): void {
  writeAscii(writer, '{"name":');
  writeJsonText(writer, output.name);
  writeAscii(writer, `,"parameters":{"binary_data":${output.isBinary}`);
  if (output.classCount > 0) {
    writeAscii(writer, ',"classification":');
    writeInteger(writer, output.classCount);
  }
  writeAscii(writer, "}}");
}
