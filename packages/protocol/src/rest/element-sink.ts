import { StatusCode } from "../status-code.ts";
import { type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import { byteAt } from "./byte-at.ts";
import { ByteWriter } from "./byte-writer.ts";
import { exactInteger, NumberClass } from "./json-number.ts";
import { JsonKind, type JsonReader } from "./json-reader.ts";
import { copyString } from "./json-string.ts";
import { plainNumber, readPlainNumber } from "./plain-number.ts";

/** A value of a tensor may stand inside at most this many arrays less one, the tensor's own included. */
export const JSON_NESTING_MAX = 100;

const MINUS = 45;
const COMMA = 44;
const SPACE = 32;
const ZERO = 48;
const NINE = 57;
const LENGTH_PREFIX_SIZE = 4;
const INITIAL_SCRATCH_SIZE = 4096;
/** Scratch memory above this size is not kept for the next tensor. */
const KEPT_SCRATCH_SIZE = 1 << 20;
const UINT32_RANGE = 0x100000000;
const NO_BUFFER = new ArrayBuffer(0);

const NESTING_MESSAGE = `JSON nesting depth exceeds maximum allowed limit (${JSON_NESTING_MAX})`;

/** Takes the elements of one JSON tensor. */
export interface ElementSink {
  /**
   * Takes the scalar at the reader's position, and further ones that follow it in the same array if that is cheap. Stops
   * behind the last one taken. On an error the reader is at the value that is wrong.
   */
  take(reader: JsonReader): TritonError | null;
  /** The error for a value that is nested too deep. */
  nestingError(): TritonError;
  /** The tensor's bytes, or the error if elements are missing. */
  finish(): Uint8Array | TritonError;
}

function dataError(code: StatusCode, cause: string): TritonError {
  return new TritonError(code, `Unable to parse 'data': ${cause}`);
}

function tooManyElements(): TritonError {
  return dataError(StatusCode.Internal, "Shape does not match true shape of 'data' field");
}

function wrongType(expected: string, actual: string): TritonError {
  return dataError(StatusCode.Internal, `attempt to access JSON ${expected} as ${actual}`);
}

function nestingError(): TritonError {
  return dataError(StatusCode.InvalidArg, NESTING_MESSAGE);
}

function finished(bytes: Uint8Array, isComplete: boolean): Uint8Array | TritonError {
  return isComplete
    ? bytes
    : new TritonError(
        StatusCode.Internal,
        "Failed to parse 'data' field: shape does not match true shape",
      );
}

/**
 * Where the next number begins if it follows a comma, or a comma and one space; otherwise -1. This keeps runs of numbers
 * inside one call.
 */
function nextNumber(bytes: Uint8Array, position: number, end: number): number {
  if (byteAt(bytes, position, end) !== COMMA) {
    return -1;
  }
  let next = position + 1;
  let byte = byteAt(bytes, next, end);
  if (byte === SPACE) {
    byte = byteAt(bytes, ++next, end);
  }
  return (byte >= ZERO && byte <= NINE) || byte === MINUS ? next : -1;
}

/** FP32 and FP64: any number. */
export class FloatSink implements ElementSink {
  readonly #elementCount: number;
  readonly #values: Float32Array | Float64Array;
  #count = 0;

  constructor(elementCount: number, values: Float32Array | Float64Array) {
    this.#elementCount = elementCount;
    this.#values = values;
  }

  take(reader: JsonReader): TritonError | null {
    const values = this.#values;
    const elementCount = this.#elementCount;
    const { bytes, end } = reader;
    let count = this.#count;
    let { position } = reader;
    for (;;) {
      if (count >= elementCount) {
        reader.position = position;
        return tooManyElements();
      }
      const next = readPlainNumber(bytes, position, end);
      if (next >= 0) {
        position = next;
        // The text bounds the capacity, so the index is always in range. Both arrays have one element.
        values[count++] = plainNumber[0] as number;
      } else {
        reader.position = position;
        if (reader.kind() !== JsonKind.Number) {
          return wrongType("non-number", "double");
        }
        reader.readNumber();
        position = reader.position;
        // As above.
        values[count++] = reader.number[0] as number;
      }
      const following = nextNumber(bytes, position, end);
      if (following < 0) {
        break;
      }
      position = following;
    }
    reader.position = position;
    this.#count = count;
    return null;
  }

  nestingError(): TritonError {
    return nestingError();
  }

  finish(): Uint8Array | TritonError {
    const { buffer } = this.#values;
    return finished(new Uint8Array(buffer), this.#count === this.#elementCount);
  }
}

/** BOOL: true and false only. */
export class BoolSink implements ElementSink {
  readonly #elementCount: number;
  readonly #values: Uint8Array;
  #count = 0;

  constructor(elementCount: number, capacity: number) {
    this.#elementCount = elementCount;
    this.#values = new Uint8Array(capacity);
  }

  take(reader: JsonReader): TritonError | null {
    if (this.#count >= this.#elementCount) {
      return tooManyElements();
    }
    const kind = reader.kind();
    if (kind !== JsonKind.True && kind !== JsonKind.False) {
      return wrongType("non-boolean", "boolean");
    }
    reader.expect(kind === JsonKind.True ? "true" : "false");
    this.#values[this.#count++] = kind === JsonKind.True ? 1 : 0;
    return null;
  }

  nestingError(): TritonError {
    return nestingError();
  }

  finish(): Uint8Array | TritonError {
    return finished(this.#values, this.#count === this.#elementCount);
  }
}

/** The eight integer datatypes: integers that fit the 64-bit type of the same sign, cut to the element's width. */
export class IntegerSink implements ElementSink {
  readonly #elementCount: number;
  readonly #isSigned: boolean;
  readonly #byteSize: number;
  readonly #buffer: ArrayBuffer;
  readonly #bytes: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #words: Int32Array;
  #count = 0;

  constructor(datatype: Datatype, elementCount: number, capacity: number) {
    this.#elementCount = elementCount;
    this.#isSigned = datatype.startsWith("I");
    this.#byteSize = datatypeByteSize(datatype);
    this.#buffer = new ArrayBuffer(capacity * this.#byteSize);
    this.#bytes = new Uint8Array(this.#buffer);
    this.#halves = new Uint16Array(this.#byteSize === 2 ? this.#buffer : NO_BUFFER);
    this.#words = new Int32Array(this.#byteSize >= 4 ? this.#buffer : NO_BUFFER);
  }

  take(reader: JsonReader): TritonError | null {
    for (;;) {
      if (this.#count >= this.#elementCount) {
        return tooManyElements();
      }
      const start = reader.position;
      if (!this.#readInteger(reader)) {
        reader.position = start;
        return this.#isSigned
          ? wrongType("non-signed-integer", "signed-integer")
          : wrongType("non-unsigned-integer", "unsigned-integer");
      }
      this.#store(reader, start);
      const following = nextNumber(reader.bytes, reader.position, reader.end);
      if (following < 0) {
        return null;
      }
      reader.position = following;
    }
  }

  nestingError(): TritonError {
    return nestingError();
  }

  finish(): Uint8Array | TritonError {
    return finished(this.#bytes, this.#count === this.#elementCount);
  }

  #readInteger(reader: JsonReader): boolean {
    if (reader.kind() !== JsonKind.Number) {
      return false;
    }
    reader.readNumber();
    const { numberClass } = reader;
    return (
      numberClass === NumberClass.Both ||
      numberClass === (this.#isSigned ? NumberClass.Negative : NumberClass.Unsigned)
    );
  }

  #store(reader: JsonReader, start: number): void {
    const index = this.#count++;
    // Set by readNumber.
    const value = reader.number[0] as number;
    if (!Number.isSafeInteger(value)) {
      this.#storeExact(index, exactInteger(reader.bytes, start, reader.position));
    } else if (this.#byteSize === 1) {
      // Typed arrays wrap as a C conversion does.
      this.#bytes[index] = value;
    } else if (this.#byteSize === 2) {
      this.#halves[index] = value;
    } else if (this.#byteSize === 4) {
      this.#words[index] = value;
    } else {
      this.#words[index * 2] = value;
      this.#words[index * 2 + 1] = Math.floor(value / UINT32_RANGE);
    }
  }

  #storeExact(index: number, value: bigint): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt.asUintN(64, value), true);
    this.#bytes.set(new Uint8Array(view.buffer, 0, this.#byteSize), index * this.#byteSize);
  }
}

/** Where strings gather until their number is known. Used and left within one call of the decoder. */
let scratch = new ByteWriter(INITIAL_SCRATCH_SIZE);

/** BYTES: strings, each written as a u32 length and its bytes. */
export class BytesSink implements ElementSink {
  constructor() {
    scratch.position = 0;
  }

  take(reader: JsonReader): TritonError | null {
    if (reader.kind() !== JsonKind.String) {
      return new TritonError(
        StatusCode.Internal,
        "Unable to parse JSON bytes array: attempt to access JSON non-string as string",
      );
    }
    const start = scratch.position;
    scratch.ensure(LENGTH_PREFIX_SIZE);
    scratch.position += LENGTH_PREFIX_SIZE;
    copyString(reader, scratch);
    const size = scratch.position - start - LENGTH_PREFIX_SIZE;
    const { bytes } = scratch;
    bytes[start] = size;
    bytes[start + 1] = size >>> 8;
    bytes[start + 2] = size >>> 16;
    bytes[start + 3] = size >>> 24;
    return null;
  }

  nestingError(): TritonError {
    return new TritonError(StatusCode.InvalidArg, NESTING_MESSAGE);
  }

  finish(): Uint8Array {
    const bytes = scratch.bytes.slice(0, scratch.position);
    if (scratch.bytes.byteLength > KEPT_SCRATCH_SIZE) {
      scratch = new ByteWriter(INITIAL_SCRATCH_SIZE);
    }
    return bytes;
  }
}
