import { datatypeByteSize } from "../tensor/datatype.ts";
import { smallElementCount, wrapToInt64 } from "./element-count.ts";
import { exactInteger } from "./json-number.ts";
import { JsonKind, type JsonReader } from "./json-reader.ts";
import { isJsonDatatype, readJsonTensor } from "./json-tensor.ts";
import { KeyTable } from "./key-table.ts";
import { scanTensorParameters, scanText, scanUnsigned } from "./scan-parameters.ts";
import { InputScan, OutputScan } from "./tensor-scan.ts";

const INPUT_KEYS = new KeyTable(["name", "shape", "datatype", "parameters", "data"]);
const OUTPUT_KEYS = new KeyTable(["name", "parameters"]);

/** Is given the elements of a list in order. The scan is used again afterwards. Returns false to be given no more. */
export type TakeScan<Scan> = (scan: Scan) => boolean;

/**
 * Passes a list of tensors: the `inputs` of a request, or the `outputs` of a response. JSON data that stand behind their
 * datatype and shape are decoded on the way. Returns false if there is no list.
 *
 * @param decodedSizeMax JSON tensors of more bytes are not decoded on the way
 * @throws {TritonError} Internal for malformed JSON, and what `take` throws
 * @internal
 */
export function scanTensors(
  reader: JsonReader,
  decodedSizeMax: number,
  take: TakeScan<InputScan>,
): boolean {
  const scan = new InputScan();
  return scanList(reader, () => {
    scan.reset();
    if (reader.kind() === JsonKind.Object) {
      scanInput(reader, scan, decodedSizeMax);
    } else {
      reader.skipValue();
    }
    return take(scan);
  });
}

/**
 * Passes the `outputs` of a request. Returns false if there is no list.
 *
 * @throws {TritonError} Internal for malformed JSON, and what `take` throws
 * @internal
 */
export function scanOutputs(reader: JsonReader, take: TakeScan<OutputScan>): boolean {
  const scan = new OutputScan();
  return scanList(reader, () => {
    scan.reset();
    if (reader.kind() === JsonKind.Object) {
      scanOutput(reader, scan);
    } else {
      reader.skipValue();
    }
    return take(scan);
  });
}

/** Passes an array with `passElement`, and with `skipValue` once that has returned false. */
function scanList(reader: JsonReader, passElement: () => boolean): boolean {
  if (reader.kind() !== JsonKind.Array) {
    reader.skipValue();
    return false;
  }
  let isTaking = true;
  let isMore = reader.enterArray();
  while (isMore) {
    if (isTaking) {
      isTaking = passElement();
    } else {
      reader.skipValue();
    }
    isMore = reader.nextElement();
  }
  return true;
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
      scanTensorParameters(reader, input.parameters);
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
      scanTensorParameters(reader, output.parameters);
    } else {
      reader.skipValue();
    }
  } while (reader.nextMember());
}
