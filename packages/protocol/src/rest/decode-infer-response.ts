import { StatusCode } from "../status-code.ts";
import { type Datatype, datatypeByteSize, isDatatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";
import { smallElementCount } from "./element-count.ts";
import { JsonKind, JsonReader } from "./json-reader.ts";
import { isJsonDatatype, type JsonDatatype, readJsonTensor } from "./json-tensor.ts";
import { scanParameterValue, scanText } from "./scan-parameters.ts";
import { scanTensors } from "./scan-tensors.ts";
import { ABSENT, type InputScan } from "./tensor-scan.ts";

/** One output of a response, as bytes whichever way it travelled. */
export interface ClientOutputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major, little-endian, packed; BYTES elements length-prefixed. Empty for shared memory. */
  readonly bytes: Uint8Array;
}

/** A decoded infer response. */
export interface ClientInferResponse {
  readonly id: string;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
  readonly outputs: readonly ClientOutputTensor[];
}

const NO_BYTES = new Uint8Array(0);

/** What a pass over the text of a response has found so far. */
class ResponseScan {
  readonly texts = new Map<string, string>();
  readonly parameters = new Map<string, ParameterValue>();
  readonly outputs: ClientOutputTensor[] = [];
  hasOutputs = false;
  /** Where the bytes of the next binary output begin. */
  tailPosition: number;

  constructor(tailPosition: number) {
    this.tailPosition = tailPosition;
  }
}

/**
 * Decodes the body of a successful infer response. Binary outputs are views of `body`.
 *
 * @param headerSize value of Inference-Header-Content-Length, null if the answer had none
 * @throws {TritonError} Internal if the body is not a well-formed infer response
 */
export function decodeInferResponse(
  body: Uint8Array,
  headerSize: number | null,
): ClientInferResponse {
  const jsonSize = headerSize ?? body.byteLength;
  if (jsonSize > body.byteLength) {
    throw malformed(`its JSON part of ${jsonSize} bytes is longer than the body`);
  }
  const scan = scanResponse(new JsonReader(body, jsonSize));
  const modelName = scan.texts.get("model_name");
  if (modelName === undefined || !scan.hasOutputs) {
    throw malformed("it has no 'model_name' or no 'outputs'");
  }
  if (scan.tailPosition !== body.byteLength) {
    throw malformed(`its outputs end at byte ${scan.tailPosition} of ${body.byteLength}`);
  }
  return {
    id: scan.texts.get("id") ?? "",
    modelName,
    modelVersion: scan.texts.get("model_version") ?? "",
    parameters: scan.parameters,
    outputs: scan.outputs,
  };
}

function malformed(reason: string): TritonError {
  return new TritonError(StatusCode.Internal, `malformed infer response: ${reason}`);
}

function scanResponse(reader: JsonReader): ResponseScan {
  const scan = new ResponseScan(reader.end);
  reader.start();
  if (reader.kind() !== JsonKind.Object) {
    throw malformed("it is no JSON object");
  }
  let isMore = reader.enterObject();
  while (isMore) {
    const key = reader.readKey();
    if (key === "outputs") {
      scan.hasOutputs = scanTensors(reader, Number.POSITIVE_INFINITY, (output) => {
        scan.outputs.push(decodeOutput(output, reader, scan));
        return true;
      });
    } else if (key === "parameters" && reader.kind() === JsonKind.Object) {
      scanParameters(reader, scan.parameters);
    } else {
      const text = scanText(reader);
      if (text !== null) {
        scan.texts.set(key, text);
      }
    }
    isMore = reader.nextMember();
  }
  reader.finish();
  return scan;
}

function scanParameters(reader: JsonReader, parameters: Map<string, ParameterValue>): void {
  let isMore = reader.enterObject();
  while (isMore) {
    const key = reader.readKey();
    const value = scanParameterValue(reader);
    if (value !== null) {
      parameters.set(key, value);
    }
    isMore = reader.nextMember();
  }
}

function decodeOutput(
  output: InputScan,
  reader: JsonReader,
  response: ResponseScan,
): ClientOutputTensor {
  const { name, datatype, shape } = output;
  if (name === null || datatype === null || !isDatatype(datatype) || shape === null) {
    throw malformed("an output lacks its name, datatype or shape");
  }
  const { binaryDataSize } = output.parameters;
  if (binaryDataSize === ABSENT) {
    const bytes = output.hasData ? readData(output, { name, datatype, shape }, reader) : NO_BYTES;
    return { name, datatype, shape, bytes };
  }
  const start = response.tailPosition;
  response.tailPosition += binaryDataSize;
  // Not so if the size is NaN, for being no unsigned integer.
  if (!(response.tailPosition <= reader.bytes.byteLength)) {
    throw malformed(`output '${name}' is longer than the body`);
  }
  const bytes = reader.bytes.subarray(start, response.tailPosition);
  return { name, datatype, shape, bytes };
}

function readData(
  scan: InputScan,
  head: { readonly name: string; readonly datatype: Datatype; readonly shape: readonly number[] },
  reader: JsonReader,
): Uint8Array {
  const { name, datatype, shape } = head;
  const elementCount = shape.length === 0 ? 1 : smallElementCount(shape);
  if (!scan.isDataArray || !isJsonDatatype(datatype) || elementCount < 0) {
    throw malformed(`output '${name}' cannot be read as JSON`);
  }
  const bytes = scan.data ?? readLate(scan.dataStart, reader, datatype, elementCount);
  if (bytes instanceof TritonError) {
    throw malformed(`output '${name}': ${bytes.message}`);
  }
  if (datatype !== "BYTES" && bytes.byteLength !== elementCount * datatypeByteSize(datatype)) {
    throw malformed(`output '${name}' does not fit its shape`);
  }
  return bytes;
}

/** Reads data that stand before their shape; the text there has been checked. */
function readLate(
  dataStart: number,
  reader: JsonReader,
  datatype: JsonDatatype,
  elementCount: number,
): Uint8Array | TritonError {
  const late = new JsonReader(reader.bytes, reader.end);
  late.position = dataStart;
  return readJsonTensor(late, datatype, elementCount);
}
