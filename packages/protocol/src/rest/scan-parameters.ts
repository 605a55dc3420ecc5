import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import type { DecodedInferRequest, ParameterValue } from "./decoded-infer-request.ts";
import { exactInteger, NumberClass } from "./json-number.ts";
import { JsonKind, type JsonReader } from "./json-reader.ts";
import { KeyTable } from "./key-table.ts";
import { ABSENT, type TensorParametersScan } from "./tensor-scan.ts";
import { utf8FromText } from "./utf8.ts";

const CORRELATION_ID_SIZE_MAX = 128;
const TENSOR_PARAMETER_KEYS = new KeyTable([
  "binary_data_size",
  "binary_data",
  "classification",
  "shared_memory_region",
  "shared_memory_offset",
  "shared_memory_byte_size",
]);

const NOT_BOOLEAN = "attempt to access JSON non-boolean as boolean";
const NOT_STRING = "attempt to access JSON non-string as string";
const NOT_UNSIGNED = "attempt to access JSON non-unsigned-integer as unsigned-integer";

function internal(message: string): TritonError {
  return new TritonError(StatusCode.Internal, message);
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}

/** Passes the value at the position; an unsigned integer is returned (rounded above 2^53), anything else is NaN. */
export function scanUnsigned(reader: JsonReader): number {
  if (reader.kind() !== JsonKind.Number) {
    reader.skipValue();
    return Number.NaN;
  }
  reader.readNumber();
  // Set by readNumber.
  const value = reader.number[0] as number;
  return reader.numberClass === NumberClass.Both || reader.numberClass === NumberClass.Unsigned
    ? value
    : Number.NaN;
}

/** Passes the value at the position; null unless it is true or false. */
export function scanBoolean(reader: JsonReader): boolean | null {
  const kind = reader.kind();
  reader.skipValue();
  return kind === JsonKind.True ? true : kind === JsonKind.False ? false : null;
}

/** Passes the value at the position; null unless it is a string. */
export function scanText(reader: JsonReader): string | null {
  if (reader.kind() !== JsonKind.String) {
    reader.skipValue();
    return null;
  }
  return reader.readCText();
}

/** Passes the `parameters` of an input or output; what is no object says nothing. */
export function scanTensorParameters(reader: JsonReader, scan: TensorParametersScan): void {
  if (reader.kind() !== JsonKind.Object) {
    reader.skipValue();
    return;
  }
  if (!reader.enterObject()) {
    return;
  }
  do {
    scanTensorParameter(reader, reader.readKeyOf(TENSOR_PARAMETER_KEYS), scan);
  } while (reader.nextMember());
}

/** Of members with one name the first counts. */
function scanTensorParameter(reader: JsonReader, key: string, scan: TensorParametersScan): void {
  if (key === "binary_data_size" && scan.binaryDataSize === ABSENT) {
    scan.binaryDataSizeStart = reader.position;
    scan.binaryDataSize = scanUnsigned(reader);
  } else if (key === "binary_data" && !scan.hasBinaryData) {
    scan.hasBinaryData = true;
    scan.binaryData = scanBoolean(reader);
  } else if (key === "classification" && scan.classification === ABSENT) {
    scan.classification = scanUnsigned(reader);
  } else if (key === "shared_memory_region" && !scan.hasRegion) {
    scan.hasRegion = true;
    scan.region = scanText(reader);
  } else if (key === "shared_memory_offset" && scan.offset === ABSENT) {
    scan.offset = scanUnsigned(reader);
  } else if (key === "shared_memory_byte_size" && scan.byteSize === ABSENT) {
    scan.byteSize = scanUnsigned(reader);
  } else {
    reader.skipValue();
  }
}

/** Passes a request's `parameters`, sets what they say, and returns the first thing wrong with them. */
export function scanRequestParameters(
  reader: JsonReader,
  request: DecodedInferRequest,
): TritonError | null {
  if (reader.kind() !== JsonKind.Object) {
    reader.skipValue();
    return internal("failed to get request params.: attempt to get members for non-object");
  }
  if (!reader.enterObject()) {
    return null;
  }
  let error: TritonError | null = null;
  const seen = new Set<string>();
  do {
    const key = reader.readKey();
    if (error !== null || seen.has(key)) {
      reader.skipValue();
    } else {
      seen.add(key);
      error = scanRequestParameter(reader, key, request);
    }
  } while (reader.nextMember());
  return error;
}

/** @see Triton server src/http_server.cc, ParseJsonTritonParams */
function scanRequestParameter(
  reader: JsonReader,
  key: string,
  request: DecodedInferRequest,
): TritonError | null {
  switch (key) {
    case "sequence_id":
      return scanSequenceId(reader, request);
    case "sequence_start":
    case "sequence_end":
    case "binary_data_output":
      return scanFlag(reader, key, request);
    case "priority":
    case "timeout": {
      const value = scanUnsigned(reader);
      if (Number.isNaN(value)) {
        return internal(`Unable to parse '${key}': ${NOT_UNSIGNED}`);
      }
      request[key === "priority" ? "priority" : "timeoutUs"] = value;
      return null;
    }
    default:
      return scanCustomParameter(reader, key, request);
  }
}

function scanFlag(
  reader: JsonReader,
  key: "sequence_start" | "sequence_end" | "binary_data_output",
  request: DecodedInferRequest,
): TritonError | null {
  const value = scanBoolean(reader);
  if (value === null) {
    return internal(`Unable to parse '${key}': ${NOT_BOOLEAN}`);
  }
  if (key === "binary_data_output") {
    request.isBinaryOutputDefault = value;
  } else if (key === "sequence_start") {
    request.isSequenceStart = value;
  } else {
    request.isSequenceEnd = value;
  }
  return null;
}

function scanSequenceId(reader: JsonReader, request: DecodedInferRequest): TritonError | null {
  if (reader.kind() === JsonKind.Number) {
    const start = reader.position;
    if (Number.isNaN(scanUnsigned(reader))) {
      return internal(`Unable to parse 'sequence_id': ${NOT_STRING}`);
    }
    request.correlationId = exactInteger(reader.bytes, start, reader.position);
    return null;
  }
  const text = scanText(reader);
  if (text === null) {
    return internal(`Unable to parse 'sequence_id': ${NOT_STRING}`);
  }
  if (utf8FromText(text).byteLength > CORRELATION_ID_SIZE_MAX) {
    return new TritonError(
      StatusCode.Unsupported,
      `string correlation ID cannot be longer than ${CORRELATION_ID_SIZE_MAX} characters`,
    );
  }
  request.correlationId = text;
  return null;
}

function scanCustomParameter(
  reader: JsonReader,
  key: string,
  request: DecodedInferRequest,
): TritonError | null {
  if (key.startsWith("triton_")) {
    reader.skipValue();
    return invalid(
      "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.",
    );
  }
  const zero = key.indexOf("\0");
  if (zero >= 0) {
    // C strings end here: the real server looks for the shortened name.
    const name = key.slice(0, zero);
    reader.skipValue();
    return request.parameters?.has(name)
      ? null
      : internal(`parameter key '${name}' was not found in the JSON`);
  }
  const value = scanParameterValue(reader);
  if (value === null) {
    return invalid(
      `parameter '${key}' has invalid type. It should be either 'int', 'bool', or 'string'.`,
    );
  }
  request.parameters ??= new Map();
  request.parameters.set(key, value);
  return null;
}

/** Passes the value at the position: a string, an int64 (bigint), a boolean or a double; null for anything else. */
export function scanParameterValue(reader: JsonReader): ParameterValue | null {
  const kind = reader.kind();
  if (kind === JsonKind.Number) {
    const start = reader.position;
    reader.readNumber();
    const isInt64 =
      reader.numberClass === NumberClass.Both || reader.numberClass === NumberClass.Negative;
    // Set by readNumber.
    return isInt64
      ? exactInteger(reader.bytes, start, reader.position)
      : (reader.number[0] as number);
  }
  return kind === JsonKind.String ? scanText(reader) : scanBoolean(reader);
}
