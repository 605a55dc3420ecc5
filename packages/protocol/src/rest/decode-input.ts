import { datatypeByteSize, isDatatype } from "../tensor/datatype.ts";
import { formatShape } from "../tensor/shape.ts";
import { TritonError } from "../triton-error.ts";
import { DecodedInput, type WireDatatype } from "./decoded-infer-request.ts";
import { CountFault, exactElementCount, smallElementCount, wrapToInt64 } from "./element-count.ts";
import type { InferRequestContext } from "./infer-request-context.ts";
import { exactInteger } from "./json-number.ts";
import { JsonReader } from "./json-reader.ts";
import { type JsonDatatype, readJsonTensor } from "./json-tensor.ts";
import {
  internalError,
  invalidError,
  requireBinaryDataSize,
  requireText,
  sharedMemoryOf,
} from "./request-checks.ts";
import { ABSENT, type InputScan, type TensorParametersScan } from "./tensor-scan.ts";

const NO_BYTES = new Uint8Array(0);
const INT64_MAX = 2n ** 63n - 1n;

/** Name, datatype and shape of an input whose data are still to be found. */
export interface InputHead {
  readonly name: string;
  readonly datatype: WireDatatype;
  readonly shape: readonly number[];
}

/**
 * The head of an input, checked.
 *
 * @throws {TritonError} Internal or InvalidArg with the real server's text
 * @see Triton server src/http_server.cc, ParseJsonTritonIO
 * @internal
 */
export function decodeInputHead(scan: InputScan): InputHead {
  checkOneSource(scan);
  const name = requireText("name", { isGiven: scan.hasName, text: scan.name });
  const datatype = requireText("datatype", { isGiven: scan.hasDatatype, text: scan.datatype });
  if (!scan.hasShape) {
    throw internalError(
      "Unable to parse 'shape': attempt to access non-existing object member 'shape'",
    );
  }
  if (scan.shape === null) {
    throw internalError(
      scan.isShapeArray
        ? "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer"
        : "Unable to parse 'shape': attempt to access JSON non-array as array",
    );
  }
  return { name, datatype: isDatatype(datatype) ? datatype : "<invalid>", shape: scan.shape };
}

/**
 * The input with its bytes.
 *
 * @throws {TritonError} Internal or InvalidArg with the real server's text
 * @internal
 */
export function decodeInputData(
  head: InputHead,
  scan: InputScan,
  source: InputSource,
): DecodedInput {
  const { name, datatype, shape } = head;
  const { parameters } = scan;
  if (parameters.binaryDataSize !== ABSENT) {
    return new DecodedInput(name, datatype, shape, source.takeBinary(name, parameters), null);
  }
  const sharedMemory = sharedMemoryOf(parameters);
  const bytes = sharedMemory === null ? source.readJson(head, scan) : NO_BYTES;
  return new DecodedInput(name, datatype, shape, bytes, sharedMemory);
}

/** @see Triton server src/http_server.cc, ValidateInputContentType */
function checkOneSource({ hasData, parameters }: InputScan): void {
  const hasBinary = parameters.binaryDataSize !== ABSENT;
  const { hasRegion } = parameters;
  if (Number(hasData) + Number(hasBinary) + Number(hasRegion) === 1) {
    return;
  }
  const given = `${hasData ? " 'data'" : ""}${hasBinary ? " 'binary_data_size'" : ""}${
    hasRegion ? " 'shared_memory_region'" : ""
  }`;
  throw invalidError(
    "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', " +
      `'shared_memory_region' in 'parameters'. But${given === "" ? " no field is set" : ` set${given}`}`,
  );
}

/**
 * Where the bytes of inputs come from: the JSON text and the binary tail, which is used up in order.
 *
 * @internal
 */
export class InputSource {
  readonly #body: Uint8Array;
  readonly #jsonSize: number;
  readonly #context: InferRequestContext;
  /** Start of the part of the tail that no input has taken yet. */
  #position: number;

  constructor(body: Uint8Array, jsonSize: number, context: InferRequestContext) {
    this.#body = body;
    this.#jsonSize = jsonSize;
    this.#context = context;
    this.#position = jsonSize;
  }

  /** A view of the next bytes of the tail. */
  takeBinary(name: string, parameters: TensorParametersScan): Uint8Array {
    const byteSize = requireBinaryDataSize(parameters);
    const body = this.#body;
    const available = body.byteLength - this.#position;
    if (byteSize > available) {
      const exactSize = this.#exactUnsigned(parameters.binaryDataSizeStart);
      throw invalidError(
        `unexpected size for input '${name}', expecting ${exactSize - BigInt(available)} additional bytes ` +
          `for model '${this.#context.modelName}'`,
      );
    }
    const start = body.byteOffset + this.#position;
    this.#position += byteSize;
    return new Uint8Array(body.buffer, start, byteSize);
  }

  /** The bytes of an input whose elements stand in the JSON text. */
  readJson(head: InputHead, scan: InputScan): Uint8Array {
    const { name, datatype } = head;
    const elementCount = smallElementCount(head.shape);
    const exactCount = elementCount < 0 ? this.#requireCount(head, scan) : null;
    if (elementCount === 0 || exactCount === 0n) {
      return NO_BYTES;
    }
    if (!scan.isDataArray) {
      throw internalError("Unable to parse 'data': attempt to access JSON non-array as array");
    }
    if (datatype === "<invalid>") {
      throw invalidError(`invalid datatype for input ${name}`);
    }
    // The shape says nothing about the size of BYTES.
    if (datatype !== "BYTES") {
      this.#checkSize(name, datatypeByteSize(datatype), exactCount ?? elementCount);
    }
    if (datatype === "FP16" || datatype === "BF16") {
      throw invalidError(
        `receiving ${datatype} data via JSON is not supported. Please use the binary data format for input ${name}`,
      );
    }
    const bytes = scan.data ?? this.#readData(scan, datatype, elementCount);
    if (bytes instanceof TritonError) {
      throw bytes;
    }
    if (datatype === "BYTES") {
      this.#checkSize(name, 1, bytes.byteLength);
    }
    return bytes;
  }

  /** To be called behind the last input: the tail must be used up. */
  finish(): void {
    if (this.#position !== this.#body.byteLength) {
      throw invalidError(`unexpected additional input data for model '${this.#context.modelName}'`);
    }
  }

  #readData(
    scan: InputScan,
    datatype: JsonDatatype,
    elementCount: number,
  ): Uint8Array | TritonError {
    return readJsonTensor(this.#readerAt(scan.dataStart), datatype, elementCount);
  }

  /** The count of a shape too large for a double, or of the wildcard shape (-1). */
  #requireCount({ name }: InputHead, scan: InputScan): bigint {
    const shape = this.#exactShape(scan.shapeStart);
    const count = exactElementCount(shape);
    if (count === CountFault.Negative) {
      throw invalidError(
        `invalid shape for input '${name}': shape ${formatShape(shape)} contains one or more invalid dimensions`,
      );
    }
    if (count === CountFault.Overflow) {
      throw invalidError(
        `invalid shape for input '${name}': shape ${formatShape(shape)} causes total element count to exceed ` +
          `maximum size of ${INT64_MAX}`,
      );
    }
    return count;
  }

  /** Refuses tensors above the limit. A wildcard's count wraps to a size near 2^64, as in the real server. */
  #checkSize(name: string, elementSize: number, count: number | bigint): void {
    const { inputSizeMax } = this.#context;
    if (typeof count === "number" && count * elementSize <= inputSizeMax) {
      return;
    }
    const exactCount = BigInt(count);
    const exactSize = BigInt(elementSize);
    if (elementSize > 1 && exactCount > INT64_MAX / exactSize) {
      throw invalidError(
        `byte size overflow for input '${name}': element count (${exactCount}) * data type size (${elementSize}) ` +
          `exceeds maximum allowed size (${INT64_MAX})`,
      );
    }
    throw invalidError(
      `JSON input '${name}' has a byte_size (${BigInt.asUintN(64, exactCount * exactSize)} bytes) that exceeds the ` +
        `maximum allowed value of ${inputSizeMax} bytes. Use --http-max-input-size to increase the limit.`,
    );
  }

  #readerAt(position: number): JsonReader {
    const reader = new JsonReader(this.#body, this.#jsonSize);
    reader.position = position;
    return reader;
  }

  #exactUnsigned(position: number): bigint {
    const reader = this.#readerAt(position);
    reader.readNumber();
    return exactInteger(this.#body, position, reader.position);
  }

  /** The dimensions of the shape at `position`, wrapped to int64. All are unsigned integers: that has been checked. */
  #exactShape(position: number): bigint[] {
    const reader = this.#readerAt(position);
    const shape: bigint[] = [];
    let isMore = reader.enterArray();
    while (isMore) {
      const start = reader.position;
      reader.readNumber();
      shape.push(wrapToInt64(exactInteger(this.#body, start, reader.position)));
      isMore = reader.nextElement();
    }
    return shape;
  }
}
