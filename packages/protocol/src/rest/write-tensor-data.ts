import { StatusCode } from "../status-code.ts";
import { type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { typedViewOf } from "../tensor/typed-view.ts";
import { TritonError } from "../triton-error.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { DIGITS_ROOM } from "./digit-groups.ts";
import { doubleIn } from "./double-digits.ts";
import { DOUBLE_TEXT_ROOM, writeDoubleIn } from "./double-writer.ts";
import { cacheHits, writeCachedFloat } from "./float-text-cache.ts";
import { placeInteger, writeAscii, writeBigint, writeJsonBytes } from "./json-writer.ts";

const LEFT_BRACKET = 91;
const RIGHT_BRACKET = 93;
const COMMA = 44;
const LENGTH_PREFIX_SIZE = 4;
/** The longest element and its comma. */
const DOUBLE_SIZE_MAX = 26;
const INTEGER_SIZE_MAX = 21;
/** What elements mostly take: room for all of them at once saves moving them while memory grows. */
const DOUBLE_SIZE_USUAL = 20;
const INTEGER_SIZE_USUAL = 3;
/** Elements for which room is made at a time: few calls, little memory left unused. */
const CHUNK_COUNT = 1024;
/** Tensors of fewer floats are not worth the cache's memory traffic. */
const CACHED_COUNT_MIN = 256;
/** The share of a chunk that must be found for the cache to be used for the next one, too. */
const CACHE_HIT_SHARE_MIN = 0.25;
/** Every so many chunks the cache is tried again. */
const CACHE_LOOK_CHUNKS = 16;
const UINT32_RANGE = 0x100000000;
/** Beyond this the upper half of a 64-bit integer no longer fits a double with the lower. */
const SAFE_UPPER_HALF = 0x200000;

/** A tensor to be written as JSON. */
export interface JsonTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly bytes: Uint8Array;
}

/**
 * Appends a tensor's elements as a flat JSON array, in the real server's number formats. Strings are copied byte by byte,
 * escaped where JSON needs it.
 *
 * @param elementCount elements that the shape asks for
 * @throws {TritonError} InvalidArg for FP16 and BF16; Internal if the bytes are not those of so many elements
 * @see Triton server src/http_server.cc, WriteDataToJson
 * @internal
 */
export function writeTensorData(
  writer: ByteWriter,
  tensor: JsonTensor,
  elementCount: number,
): void {
  const { datatype, bytes } = tensor;
  switch (datatype) {
    case "FP16":
    case "BF16":
      throw new TritonError(
        StatusCode.InvalidArg,
        `sending ${datatype} data via JSON is not supported. Please use the binary data format for output`,
      );
    case "BYTES":
      writeStrings(writer, tensor, elementCount);
      return;
    default:
  }
  if (bytes.byteLength !== elementCount * datatypeByteSize(datatype)) {
    throw new TritonError(
      StatusCode.Internal,
      `Failed to write 'data' field: output tensor shape does not match size of output for '${tensor.name}'`,
    );
  }
  const values = typedViewOf(datatype, bytes);
  if (values instanceof Float32Array) {
    writeFloats(writer, values);
  } else if (values instanceof Float64Array) {
    writeDoubles(writer, values);
  } else if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    writeBigints(writer, values);
  } else if (datatype === "BOOL") {
    writeBooleans(writer, bytes);
  } else {
    writeIntegers(writer, values);
  }
}

function writeDoubles(writer: ByteWriter, values: Float64Array): void {
  writer.ensure(values.length * DOUBLE_SIZE_USUAL);
  openArray(writer);
  for (let start = 0; start < values.length; start += CHUNK_COUNT) {
    const end = Math.min(values.length, start + CHUNK_COUNT);
    writer.ensure((end - start) * DOUBLE_SIZE_MAX + DOUBLE_TEXT_ROOM);
    const { view } = writer;
    let { position } = writer;
    for (let index = start; index < end; index++) {
      // In range by the loop's bound.
      doubleIn[0] = values[index] as number;
      position = writeDoubleIn(view, position);
      view.setUint8(position++, COMMA);
    }
    writer.position = position;
  }
  closeArray(writer);
}

/** Floats whose values repeat are written from a cache; whether they do is looked at again every few chunks. */
function writeFloats(writer: ByteWriter, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  writer.ensure(values.length * DOUBLE_SIZE_USUAL);
  openArray(writer);
  let usesCache = values.length >= CACHED_COUNT_MIN;
  for (let start = 0; start < values.length; start += CHUNK_COUNT) {
    const end = Math.min(values.length, start + CHUNK_COUNT);
    writer.ensure((end - start) * DOUBLE_SIZE_MAX + DOUBLE_TEXT_ROOM);
    if (usesCache) {
      cacheHits[0] = 0;
      writeCachedFloats(writer, { values, bits, start, end });
      usesCache = cacheHits[0] >= (end - start) * CACHE_HIT_SHARE_MIN;
    } else {
      writePlainFloats(writer, values, start, end);
      usesCache =
        values.length >= CACHED_COUNT_MIN && (end / CHUNK_COUNT) % CACHE_LOOK_CHUNKS === 0;
    }
  }
  closeArray(writer);
}

function writePlainFloats(
  writer: ByteWriter,
  values: Float32Array,
  start: number,
  end: number,
): void {
  const { view } = writer;
  let { position } = writer;
  for (let index = start; index < end; index++) {
    // In range by the caller.
    doubleIn[0] = values[index] as number;
    position = writeDoubleIn(view, position);
    view.setUint8(position++, COMMA);
  }
  writer.position = position;
}

function writeCachedFloats(
  writer: ByteWriter,
  run: {
    readonly values: Float32Array;
    readonly bits: Uint32Array;
    readonly start: number;
    readonly end: number;
  },
): void {
  const { values, bits, start, end } = run;
  const { view } = writer;
  let { position } = writer;
  for (let index = start; index < end; index++) {
    // In range by the caller.
    const value = values[index] as number;
    // As above: both arrays view the same elements.
    position = writeCachedFloat(view, position, bits[index] as number, value);
    view.setUint8(position++, COMMA);
  }
  writer.position = position;
}

function writeIntegers(
  writer: ByteWriter,
  values: Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array,
): void {
  writer.ensure(values.byteLength * INTEGER_SIZE_USUAL);
  openArray(writer);
  for (let start = 0; start < values.length; start += CHUNK_COUNT) {
    const end = Math.min(values.length, start + CHUNK_COUNT);
    writer.ensure((end - start) * INTEGER_SIZE_MAX + DIGITS_ROOM);
    const { view } = writer;
    let { position } = writer;
    for (let index = start; index < end; index++) {
      // In range by the loop's bound.
      position = placeInteger(view, position, values[index] as number);
      view.setUint8(position++, COMMA);
    }
    writer.position = position;
  }
  closeArray(writer);
}

/** 64-bit integers as their halves: most fit a double, and making a bigint of each would be slow. */
function writeBigints(writer: ByteWriter, values: BigInt64Array | BigUint64Array): void {
  const isSigned = values instanceof BigInt64Array;
  const halves = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  writer.ensure(values.byteLength);
  openArray(writer);
  for (let index = 0; index < values.length; index++) {
    // In range by the loop's bound: there are two halves a value.
    const low = halves[index * 2] as number;
    // As above.
    const high = halves[index * 2 + 1] as number;
    const signedHigh = isSigned ? high | 0 : high;
    if (signedHigh < SAFE_UPPER_HALF && signedHigh >= -SAFE_UPPER_HALF) {
      writer.ensure(INTEGER_SIZE_MAX + DIGITS_ROOM);
      writer.position = placeInteger(writer.view, writer.position, signedHigh * UINT32_RANGE + low);
    } else {
      // In range by the loop's bound.
      writeBigint(writer, values[index] as bigint);
    }
    writeComma(writer);
  }
  closeArray(writer);
}

function writeBooleans(writer: ByteWriter, bytes: Uint8Array): void {
  openArray(writer);
  for (const byte of bytes) {
    writeAscii(writer, byte === 0 ? "false," : "true,");
  }
  closeArray(writer);
}

/** The shape says how many; further bytes are left out, as in the real server. */
function writeStrings(writer: ByteWriter, tensor: JsonTensor, elementCount: number): void {
  const { bytes } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  openArray(writer);
  let position = 0;
  for (let index = 0; index < elementCount; index++) {
    const start = position + LENGTH_PREFIX_SIZE;
    const end = start <= bytes.byteLength ? start + view.getUint32(position, true) : start;
    if (end > bytes.byteLength) {
      throw new TritonError(
        StatusCode.Internal,
        `output tensor shape does not match size of output for '${tensor.name}'`,
      );
    }
    writeJsonBytes(writer, bytes, start, end);
    writeComma(writer);
    position = end;
  }
  closeArray(writer);
}

function openArray(writer: ByteWriter): void {
  writer.ensure(2);
  writer.bytes[writer.position++] = LEFT_BRACKET;
}

function writeComma(writer: ByteWriter): void {
  writer.ensure(1);
  writer.bytes[writer.position++] = COMMA;
}

/** Ends an array whose elements each left a comma: the last one becomes the bracket. */
function closeArray(writer: ByteWriter): void {
  writer.ensure(1);
  if (writer.bytes[writer.position - 1] === COMMA) {
    writer.position--;
  }
  writer.bytes[writer.position++] = RIGHT_BRACKET;
}
