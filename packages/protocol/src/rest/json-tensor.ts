import { type Datatype, isDatatype } from "../tensor/datatype.ts";
import type { TritonError } from "../triton-error.ts";
import { byteAt } from "./byte-at.ts";
import {
  BoolSink,
  BytesSink,
  type ElementSink,
  FloatSink,
  IntegerSink,
  JSON_NESTING_MAX,
} from "./element-sink.ts";
import type { JsonReader } from "./json-reader.ts";

const LEFT_BRACKET = 91;

/** The shortest element is one digit and a comma. */
const ELEMENT_TEXT_SIZE_MIN = 2;

/** A datatype whose elements can be written as JSON. */
export type JsonDatatype = Exclude<Datatype, "FP16" | "BF16">;

/** Whether `text` names such a datatype. */
export function isJsonDatatype(text: string): text is JsonDatatype {
  return text !== "FP16" && text !== "BF16" && isDatatype(text);
}

/**
 * Reads the array at the reader's position, nested as it may be, as the row-major elements of a tensor, and passes it.
 *
 * What is wrong with its values is returned, not thrown: malformed JSON further on outranks it. Integers wrap to the width
 * of their datatype, as in the real server. For BYTES the count is not looked at.
 *
 * @param elementCount elements that the shape asks for
 * @returns the tensor's bytes in memory of their own, or the error
 * @throws {TritonError} Internal for malformed JSON
 * @see Triton server src/http_server.cc, ReadDataFromJson
 * @internal
 */
export function readJsonTensor(
  reader: JsonReader,
  datatype: JsonDatatype,
  elementCount: number,
): Uint8Array | TritonError {
  // The text left bounds the elements that can come, whatever the shape claims; so memory never outgrows the request.
  const capacity = Math.min(
    elementCount,
    Math.ceil((reader.end - reader.position) / ELEMENT_TEXT_SIZE_MIN),
  );
  const sink = createSink(datatype, elementCount, capacity);
  const error = walkElements(reader, sink);
  return error ?? sink.finish();
}

function createSink(datatype: JsonDatatype, elementCount: number, capacity: number): ElementSink {
  switch (datatype) {
    case "BOOL":
      return new BoolSink(elementCount, capacity);
    case "FP32":
      return new FloatSink(elementCount, new Float32Array(capacity));
    case "FP64":
      return new FloatSink(elementCount, new Float64Array(capacity));
    case "BYTES":
      return new BytesSink();
    default:
      return new IntegerSink(datatype, elementCount, capacity);
  }
}

/** Gives every scalar of the array to the sink, in order. After a fault the rest is only checked for its syntax. */
function walkElements(reader: JsonReader, sink: ElementSink): TritonError | null {
  let error: TritonError | null = null;
  let depth = 0;
  do {
    const isArray = byteAt(reader.bytes, reader.position, reader.end) === LEFT_BRACKET;
    if (error === null && depth >= JSON_NESTING_MAX) {
      error = sink.nestingError();
    }
    if (error !== null) {
      reader.skipValue();
    } else if (isArray) {
      if (reader.enterArray()) {
        depth++;
        continue;
      }
    } else {
      error = sink.take(reader);
      if (error !== null) {
        continue;
      }
    }
    while (depth > 0 && !reader.nextElement()) {
      depth--;
    }
  } while (depth > 0);
  return error;
}
