import { StatusCode } from "../status-code.ts";
import { TritonError } from "../triton-error.ts";
import { NumberClass } from "./json-number.ts";
import { JsonKind, JsonReader } from "./json-reader.ts";

/** A JSON object: of repeated names the first wins, as in rapidjson's lookup. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A JSON value: integers that fit 64 bits are bigint, all other numbers double. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | JsonObject;

/** Whether a value (or what a lookup found) is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Levels of nesting that a document may have; the limit that Triton sets for tensor data. */
const NESTING_DEPTH_MAX = 100;

const textDecoder = new TextDecoder();

/**
 * Parses the JSON text of a control request, with the real server's leniency and messages. For tensors there is
 * `decodeInferRequest`, which builds no document.
 *
 * @throws {TritonError} Internal with rapidjson's message and offset; InvalidArg if it is nested too deeply
 */
export function parseJsonDocument(text: Uint8Array): JsonValue {
  const reader = new JsonReader(text, text.byteLength);
  reader.start();
  const value = readValue(reader, 0);
  reader.finish();
  return value;
}

function readValue(reader: JsonReader, depth: number): JsonValue {
  if (depth > NESTING_DEPTH_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `JSON nesting depth exceeds maximum allowed limit (${NESTING_DEPTH_MAX})`,
    );
  }
  switch (reader.kind()) {
    case JsonKind.Object:
      return readObject(reader, depth);
    case JsonKind.Array:
      return readArray(reader, depth);
    case JsonKind.String:
      return reader.readText();
    case JsonKind.True:
      reader.expect("true");
      return true;
    case JsonKind.False:
      reader.expect("false");
      return false;
    case JsonKind.Null:
      reader.expect("null");
      return null;
    case JsonKind.Number:
      return readNumber(reader);
  }
}

function readObject(reader: JsonReader, depth: number): JsonObject {
  const members = new Map<string, JsonValue>();
  let hasNext = reader.enterObject();
  while (hasNext) {
    const key = reader.readKey();
    const value = readValue(reader, depth + 1);
    if (!members.has(key)) {
      members.set(key, value);
    }
    hasNext = reader.nextMember();
  }
  return members;
}

function readArray(reader: JsonReader, depth: number): readonly JsonValue[] {
  const elements: JsonValue[] = [];
  let hasNext = reader.enterArray();
  while (hasNext) {
    elements.push(readValue(reader, depth + 1));
    hasNext = reader.nextElement();
  }
  return elements;
}

function readNumber(reader: JsonReader): number | bigint {
  const start = reader.position;
  reader.readNumber();
  if (reader.numberClass === NumberClass.Double) {
    return reader.number[0] as number; // the array has one element
  }
  return BigInt(textDecoder.decode(reader.bytes.subarray(start, reader.position)));
}
