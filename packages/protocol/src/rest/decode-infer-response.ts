import { StatusCode } from "../status-code.ts";
import { type Datatype, datatypeByteSize, isDatatype } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";
import { smallElementCount } from "./element-count.ts";
import { JsonKind, JsonReader } from "./json-reader.ts";
import { isJsonDatatype, readJsonTensor } from "./json-tensor.ts";
import { ABSENT, type InputScan } from "./request-scan.ts";
import { scanParameterValue, scanText } from "./scan-parameters.ts";
import { scanTensors } from "./scan-request.ts";

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

/** What a pass over the text of a response found. */
class ResponseScan {
  readonly texts = new Map<string, string>();
  readonly parameters = new Map<string, ParameterValue>();
  outputs: readonly InputScan[] | null = null;
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
  if (modelName === undefined || scan.outputs === null) {
    throw malformed("it has no 'model_name' or no 'outputs'");
  }
  let position = jsonSize;
  const outputs = scan.outputs.map((outputScan) => {
    const output = decodeOutput(outputScan, new JsonReader(body, jsonSize), position);
    position += Math.max(0, outputScan.parameters?.binaryDataSize ?? 0);
    return output;
  });
  if (position !== body.byteLength) {
    throw malformed(`its outputs end at byte ${position} of ${body.byteLength}`);
  }
  return {
    id: scan.texts.get("id") ?? "",
    modelName,
    modelVersion: scan.texts.get("model_version") ?? "",
    parameters: scan.parameters,
    outputs,
  };
}

function malformed(reason: string): TritonError {
  return new TritonError(StatusCode.Internal, `malformed infer response: ${reason}`);
}

function scanResponse(reader: JsonReader): ResponseScan {
  const scan = new ResponseScan();
  reader.start();
  if (reader.kind() !== JsonKind.Object) {
    throw malformed("it is no JSON object");
  }
  let isMore = reader.enterObject();
  while (isMore) {
    const key = reader.readKey();
    if (key === "outputs") {
      scan.outputs = scanTensors(reader, Number.POSITIVE_INFINITY);
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

/** @param tailPosition where the output's bytes begin if it is binary */
function decodeOutput(
  scan: InputScan,
  reader: JsonReader,
  tailPosition: number,
): ClientOutputTensor {
  const { name, datatype, shape, parameters } = scan;
  if (name === null || datatype === null || !isDatatype(datatype) || shape === null) {
    throw malformed("an output lacks its name, datatype or shape");
  }
  const binaryDataSize = parameters?.binaryDataSize ?? ABSENT;
  if (binaryDataSize === ABSENT) {
    const bytes = scan.hasData ? readData(scan, { name, datatype, shape }, reader) : NO_BYTES;
    return { name, datatype, shape, bytes };
  }
  const end = tailPosition + binaryDataSize;
  // Not so if the size is NaN, for being no unsigned integer.
  if (!(end <= reader.bytes.byteLength)) {
    throw malformed(`output '${name}' is longer than the body`);
  }
  return { name, datatype, shape, bytes: reader.bytes.subarray(tailPosition, end) };
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
  reader.position = scan.dataStart;
  const bytes = scan.data ?? readJsonTensor(reader, datatype, elementCount);
  if (bytes instanceof TritonError) {
    throw malformed(`output '${name}': ${bytes.message}`);
  }
  if (datatype !== "BYTES" && bytes.byteLength !== elementCount * datatypeByteSize(datatype)) {
    throw malformed(`output '${name}' does not fit its shape`);
  }
  return bytes;
}
