import { type Datatype, datatypeByteSize } from "../tensor/datatype.ts";
import { TritonError } from "../triton-error.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";
import { cText, GenerateMembers } from "./generate-members.ts";
import { generateShape } from "./generate-shape.ts";
import { JsonKind, JsonReader } from "./json-reader.ts";
import { isJsonDatatype, type JsonDatatype, readJsonTensor } from "./json-tensor.ts";
import { internalError, invalidError } from "./request-checks.ts";
import { scanParameterValue, scanText } from "./scan-parameters.ts";

/** The only member that has members of its own. */
const NESTED_KEY = "parameters";
const NO_BYTES = new Uint8Array(0);

/** What a generate request may name. The server's ModelSpec is one. */
export interface GenerateModel {
  readonly inputsByName: ReadonlyMap<string, GenerateModelInput>;
}

/** One input of the model: values become tensors of its datatype and shape. */
export interface GenerateModelInput {
  readonly datatype: Datatype;
  /** With the batch dimension, wildcards as -1. */
  readonly fullShape: readonly number[];
}

/** An input tensor that was one value or a list of them. */
export interface GenerateInput {
  readonly name: string;
  readonly datatype: Datatype;
  /** Empty for a list without values. */
  readonly shape: readonly number[];
  /** Row-major, little-endian, packed; memory of its own. */
  readonly bytes: Uint8Array;
}

/** A decoded generate request. */
export interface GenerateRequest {
  /** Empty if the client gave none. */
  readonly id: string;
  readonly inputs: readonly GenerateInput[];
  /** What is no input, the id included; null if there is nothing else. */
  readonly parameters: Map<string, ParameterValue> | null;
}

/**
 * Decodes the body of a generate request: a JSON object whose members are inputs of the model, given as a value or a list of
 * values, or else parameters. `parameters` is an object with more of both.
 *
 * @param inputSizeMax bytes that the tensors of one object may have
 * @throws {TritonError} Internal for malformed JSON and wrong JSON types, otherwise InvalidArg, with the real server's texts
 * @see Triton server src/http_server.cc, GenerateRequestClass::ConvertGenerateRequest, ExactMappingInput
 */
export function decodeGenerateRequest(
  body: Uint8Array,
  model: GenerateModel,
  inputSizeMax: number,
): GenerateRequest {
  const reader = new JsonReader(body, body.byteLength);
  reader.start();
  const start = reader.position;
  // Malformed JSON outranks whatever its members say.
  reader.skipValue();
  reader.finish();
  return new GenerateDecoder(body, model, inputSizeMax).decode(start);
}

class GenerateDecoder {
  readonly #body: Uint8Array;
  readonly #model: GenerateModel;
  readonly #inputSizeMax: number;
  readonly #inputs = new Map<string, GenerateInput>();
  #parameters: Map<string, ParameterValue> | null = null;
  #id = "";

  constructor(body: Uint8Array, model: GenerateModel, inputSizeMax: number) {
    this.#body = body;
    this.#model = model;
    this.#inputSizeMax = inputSizeMax;
  }

  decode(start: number): GenerateRequest {
    const reader = this.#readerAt(start);
    if (reader.kind() !== JsonKind.Object) {
      throw internalError("attempt to get members for non-object");
    }
    const members = new GenerateMembers(reader);
    this.#readId(members);
    this.#readMembers(members, true);
    return { id: this.#id, inputs: [...this.#inputs.values()], parameters: this.#parameters };
  }

  #readId(members: GenerateMembers): void {
    const position = members.positionOf("id");
    if (position !== null) {
      const id = scanText(this.#readerAt(position));
      if (id === null) {
        throw internalError("Unable to parse 'id': attempt to access JSON non-string as string");
      }
      this.#id = id;
    }
  }

  #readMembers(members: GenerateMembers, isOutermost: boolean): void {
    let inputSize = 0;
    for (const key of members.names) {
      const name = cText(key);
      if (isOutermost && name === NESTED_KEY) {
        this.#readNested(members);
      } else if (this.#model.inputsByName.has(name)) {
        inputSize += this.#readInput(name, members.positionOf(name), inputSize);
      } else {
        this.#readParameter(name, members.positionOf(name));
      }
    }
  }

  #readNested(members: GenerateMembers): void {
    if (this.#model.inputsByName.has(NESTED_KEY)) {
      throw invalidError(
        `Keyword '${NESTED_KEY}' for nested schema also given as input tensor name`,
      );
    }
    const position = members.positionOf(NESTED_KEY);
    const reader = position === null ? null : this.#readerAt(position);
    if (reader?.kind() !== JsonKind.Object) {
      throw internalError(
        `Expected JSON object for keyword: '${NESTED_KEY}': attempt to access JSON non-object as object`,
      );
    }
    try {
      this.#readMembers(new GenerateMembers(reader), false);
    } catch (error) {
      throw error instanceof TritonError
        ? new TritonError(error.code, `Converting keyword: '${NESTED_KEY}': ${error.message}`)
        : error;
    }
  }

  #readParameter(name: string, position: number | null): void {
    if (position === null) {
      throw internalError(`parameter key '${name}' was not found in the JSON`);
    }
    const value = scanParameterValue(this.#readerAt(position));
    if (value === null) {
      throw invalidError(
        `parameter '${name}' has invalid type. It should be either 'int', 'bool', or 'string'.`,
      );
    }
    this.#parameters ??= new Map();
    this.#parameters.set(name, value);
  }

  /** Returns the bytes that the tensor has. @param consumedSize those of the tensors before it */
  #readInput(name: string, position: number | null, consumedSize: number): number {
    const input = this.#model.inputsByName.get(name);
    if (position === null || input === undefined) {
      throw invalidError(`unexpected key not found in generate request, expecting key '${name}'`);
    }
    const { datatype } = input;
    const count = this.#valueCount(position);
    const texts = datatype === "BYTES" ? this.#readValues(position, datatype, count) : null;
    const byteSize = texts?.byteLength ?? count * datatypeByteSize(datatype);
    if (byteSize === 0) {
      this.#addInput({ name, datatype, shape: [], bytes: NO_BYTES });
      return 0;
    }
    if (consumedSize + byteSize > this.#inputSizeMax) {
      throw invalidError(
        `request size of ${consumedSize} bytes with input '${name}' of size ${byteSize} bytes exceeds the maximum ` +
          `allowed input size of ${this.#inputSizeMax}. Use --http-max-input-size to increase the limit.`,
      );
    }
    const shape = generateShape(name, input.fullShape, count);
    if (!isJsonDatatype(datatype)) {
      throw invalidError(
        `receiving ${datatype} data via JSON is not supported. Please use the binary data format for input ${name}`,
      );
    }
    const bytes = texts ?? this.#readValues(position, datatype, count);
    this.#addInput({ name, datatype, shape, bytes });
    return byteSize;
  }

  #addInput(input: GenerateInput): void {
    if (this.#inputs.has(input.name)) {
      const id = this.#id === "" ? "<id_unknown>" : this.#id;
      throw invalidError(`[request id: ${id}] input '${input.name}' already exists in request`);
    }
    this.#inputs.set(input.name, input);
  }

  /** How many values a list has on its outermost level; one if it is no list. */
  #valueCount(position: number): number {
    const reader = this.#readerAt(position);
    if (reader.kind() !== JsonKind.Array) {
      return 1;
    }
    let count = 0;
    let isMore = reader.enterArray();
    while (isMore) {
      count++;
      reader.skipValue();
      isMore = reader.nextElement();
    }
    return count;
  }

  #readValues(position: number, datatype: JsonDatatype, count: number): Uint8Array {
    const bytes = readJsonTensor(this.#readerAt(position), datatype, count);
    if (bytes instanceof TritonError) {
      throw bytes;
    }
    return bytes;
  }

  #readerAt(position: number): JsonReader {
    const reader = new JsonReader(this.#body, this.#body.byteLength);
    reader.position = position;
    return reader;
  }
}
