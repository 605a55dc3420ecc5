import { datatypeByteSize } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { smallElementCount, wrapToInt64 } from "./element-count.ts";
import { exactInteger } from "./json-number.ts";
import { JsonKind, type JsonReader } from "./json-reader.ts";
import { isJsonDatatype, readJsonTensor } from "./json-tensor.ts";
import { KeyTable } from "./key-table.ts";
import { InputScan, OutputScan, RequestScan } from "./request-scan.ts";
import {
  scanRequestParameters,
  scanTensorParameters,
  scanText,
  scanUnsigned,
} from "./scan-parameters.ts";

const REQUEST_KEYS = new KeyTable(["inputs", "outputs", "id", "parameters"]);
const INPUT_KEYS = new KeyTable(["name", "shape", "datatype", "parameters", "data"]);
const OUTPUT_KEYS = new KeyTable(["name", "parameters"]);
/** A limit that no tensor keeps. */
const NO_DECODING = -1;

/**
 * Passes over the whole text of an infer request, checks its syntax, and notes what it holds. JSON tensors whose datatype
 * and shape stand before their data are decoded on the way.
 *
 * @throws {TritonError} Internal for malformed JSON
 * @internal
 */
export function scanInferRequest(reader: JsonReader, inputSizeMax: number): RequestScan {
  const scan = new RequestScan();
  reader.start();
  if (reader.kind() === JsonKind.Object) {
    if (reader.enterObject()) {
      do {
        scanMember(reader, reader.readKeyOf(REQUEST_KEYS), scan, inputSizeMax);
      } while (reader.nextMember());
    }
  } else {
    reader.skipValue();
  }
  reader.finish();
  return scan;
}

/** Of members with one name the first counts. */
function scanMember(
  reader: JsonReader,
  key: string,
  scan: RequestScan,
  decodedSizeMax: number,
): void {
  if (key === "inputs" && !scan.hasInputs) {
    scan.hasInputs = true;
    scan.inputs = scanTensors(reader, decodedSizeMax);
  } else if (key === "outputs" && !scan.hasOutputs) {
    scan.hasOutputs = true;
    scan.outputs = scanOutputs(reader);
  } else if (key === "id" && !scan.hasId) {
    scan.hasId = true;
    scan.id = scanText(reader);
  } else if (key === "parameters" && !scan.hasParameters) {
    scan.hasParameters = true;
    scanRequestParameters(reader, scan);
  } else {
    reader.skipValue();
  }
}

/**
 * Passes a list of tensors: the `inputs` of a request, or the `outputs` of a response. null if it is no array.
 *
 * @param decodedSizeMax JSON tensors of more bytes are not decoded on the way
 * @internal
 */
export function scanTensors(reader: JsonReader, decodedSizeMax: number): InputScan[] | null {
  if (reader.kind() !== JsonKind.Array) {
    reader.skipValue();
    return null;
  }
  const inputs: InputScan[] = [];
  if (!reader.enterArray()) {
    return inputs;
  }
  // After the first tensor that is wrong none is decoded: that error is reported before theirs.
  let isDecoding = true;
  do {
    const input = new InputScan();
    inputs.push(input);
    if (reader.kind() === JsonKind.Object) {
      scanInput(reader, input, isDecoding ? decodedSizeMax : NO_DECODING);
      isDecoding = isDecoding && !(input.data instanceof TritonError);
    } else {
      reader.skipValue();
    }
  } while (reader.nextElement());
  return inputs;
}

function scanInput(reader: JsonReader, input: InputScan, decodedSizeMax: number): void {
  if (!reader.enterObject()) {
    return;
  }
  do {
    const key = reader.readKeyOf(INPUT_KEYS);
    if (key === "name" && !input.hasName) {
      input.hasName = true;
      input.name = scanText(reader);
    } else if (key === "shape" && !input.hasShape) {
      input.hasShape = true;
      scanShape(reader, input);
    } else if (key === "datatype" && !input.hasDatatype) {
      input.hasDatatype = true;
      input.datatype = scanText(reader);
    } else if (key === "parameters" && !input.hasParameters) {
      input.hasParameters = true;
      input.parameters = scanTensorParameters(reader);
    } else if (key === "data" && !input.hasData) {
      input.hasData = true;
      scanData(reader, input, decodedSizeMax);
    } else {
      reader.skipValue();
    }
  } while (reader.nextMember());
}

function scanShape(reader: JsonReader, input: InputScan): void {
  input.shapeStart = reader.position;
  input.isShapeArray = reader.kind() === JsonKind.Array;
  if (!input.isShapeArray) {
    reader.skipValue();
    return;
  }
  const shape: number[] = [];
  let isUnsigned = true;
  if (reader.enterArray()) {
    do {
      const start = reader.position;
      const dimension = scanUnsigned(reader);
      isUnsigned = isUnsigned && !Number.isNaN(dimension);
      shape.push(
        dimension > Number.MAX_SAFE_INTEGER
          ? Number(wrapToInt64(exactInteger(reader.bytes, start, reader.position)))
          : dimension,
      );
    } while (reader.nextElement());
  }
  input.shape = isUnsigned ? shape : null;
}

function scanData(reader: JsonReader, input: InputScan, decodedSizeMax: number): void {
  input.dataStart = reader.position;
  input.isDataArray = reader.kind() === JsonKind.Array;
  const { datatype, shape } = input;
  if (input.isDataArray && datatype !== null && shape !== null && isJsonDatatype(datatype)) {
    const elementCount = smallElementCount(shape);
    if (elementCount > 0 && elementCount * datatypeByteSize(datatype) <= decodedSizeMax) {
      input.data = readJsonTensor(reader, datatype, elementCount);
      return;
    }
  }
  reader.skipValue();
}

function scanOutputs(reader: JsonReader): OutputScan[] | null {
  if (reader.kind() !== JsonKind.Array) {
    reader.skipValue();
    return null;
  }
  const outputs: OutputScan[] = [];
  if (!reader.enterArray()) {
    return outputs;
  }
  do {
    const output = new OutputScan();
    outputs.push(output);
    if (reader.kind() === JsonKind.Object) {
      scanOutput(reader, output);
    } else {
      reader.skipValue();
    }
  } while (reader.nextElement());
  return outputs;
}

function scanOutput(reader: JsonReader, output: OutputScan): void {
  if (!reader.enterObject()) {
    return;
  }
  do {
    const key = reader.readKeyOf(OUTPUT_KEYS);
    if (key === "name" && !output.hasName) {
      output.hasName = true;
      output.name = scanText(reader);
    } else if (key === "parameters" && !output.hasParameters) {
      output.hasParameters = true;
      output.parameters = scanTensorParameters(reader);
    } else {
      reader.skipValue();
    }
  } while (reader.nextMember());
}
