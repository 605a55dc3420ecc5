import { elementCount } from "../tensor/shape.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { ParameterValue } from "./decoded-infer-request.ts";
import type { ResponseContent, ResponseTensor } from "./encode-infer-response.ts";
import { writeAscii, writeJsonText } from "./json-writer.ts";
import { writeParameter } from "./write-parameters.ts";
import { writeTensorData } from "./write-tensor-data.ts";

const SURROGATE_START = 0xd800;
const SURROGATE_END = 0xe000;

/** Whose answer a generate response is. */
export interface GenerateResponseHead {
  /** The request's id; left out if it is empty. */
  readonly id: string;
  readonly modelName: string;
  readonly modelVersion: string;
}

/**
 * Appends the answer to a generate request: one flat JSON object with the outputs and parameters by name beside `id`,
 * `model_name` and `model_version`, in the order of the names' bytes. An output of one element is no list. Of equal names
 * those three come first, then parameters, then outputs. On an error `writer` is back where it was.
 *
 * @throws {TritonError} InvalidArg for FP16 and BF16 outputs; Internal if an output's bytes do not fit its shape
 * @see Triton server src/http_server.cc, GenerateRequestClass::FinalizeResponse
 */
export function encodeGenerateResponse(
  writer: ByteWriter,
  head: GenerateResponseHead,
  content: ResponseContent,
): void {
  const start = writer.position;
  try {
    let separator = "{";
    for (const [name, member] of sortedMembers(head, content)) {
      writeAscii(writer, separator);
      separator = ",";
      writeJsonText(writer, name);
      writeAscii(writer, ":");
      if (typeof member === "object") {
        writeOutput(writer, member);
      } else {
        writeParameter(writer, member);
      }
    }
    writeAscii(writer, "}");
  } catch (error) {
    writer.position = start;
    throw error;
  }
}

function sortedMembers(
  { id, modelName, modelVersion }: GenerateResponseHead,
  { parameters, outputs }: ResponseContent,
): readonly (readonly [string, ParameterValue | ResponseTensor])[] {
  const members = new Map<string, ParameterValue | ResponseTensor>();
  // What is set last wins.
  for (let index = outputs.length - 1; index >= 0; index--) {
    const output = outputs[index];
    if (output !== undefined) {
      members.set(output.name, output);
    }
  }
  for (const [name, value] of parameters ?? []) {
    members.set(name, value);
  }
  members.set("model_name", modelName);
  members.set("model_version", modelVersion);
  if (id !== "") {
    members.set("id", id);
  }
  return [...members].sort(([left], [right]) => compareCodePoints(left, right));
}

/** As the bytes of their UTF-8 compare. */
function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = codePointRank(left, index) - codePointRank(right, index);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}

/** A number that orders a code unit as its code point: surrogates stand for points above all others. */
function codePointRank(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= SURROGATE_START && unit < SURROGATE_END ? unit + SURROGATE_END : unit;
}

function writeOutput(writer: ByteWriter, output: ResponseTensor): void {
  const count = elementCount(output.shape);
  const start = writer.position;
  writeTensorData(writer, output, count);
  if (count === 1) {
    // The one element moves to where its bracket stood.
    writer.bytes.copyWithin(start, start + 1, writer.position - 1);
    writer.position -= 2;
  }
}
