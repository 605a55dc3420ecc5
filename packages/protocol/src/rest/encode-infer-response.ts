import type { Datatype } from "../tensor/datatype.ts";
import { elementCount } from "../tensor/shape.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { classifyOutput } from "./classify-output.ts";
import type {
  DecodedInferRequest,
  ParameterValue,
  RequestedOutput,
} from "./decoded-infer-request.ts";
import type { InferResponseTemplate } from "./infer-response-template.ts";
import { writeAscii, writeInteger, writeJsonText } from "./json-writer.ts";
import { writeParameters } from "./write-parameters.ts";
import { writeTensorData } from "./write-tensor-data.ts";

/** One output to encode: row-major, little-endian, packed; BYTES elements length-prefixed. */
export interface ResponseTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a model answered. The server's InferenceResponse is one. */
export interface ResponseContent {
  readonly outputs: readonly ResponseTensor[];
  readonly parameters: ReadonlyMap<string, ParameterValue> | null;
}

const NO_PARTS: readonly Uint8Array[] = [];

/** How an output travels. What lies in shared memory is only described. */
type OutputForm = "json" | "binary" | "shared memory";

/**
 * Appends the JSON part of a response to `writer` and returns the binary parts that follow it, in order. An empty list
 * says that there are none: only otherwise is the answer an application/octet-stream with Inference-Header-Content-Length
 * (the bytes appended to `writer`).
 *
 * The parts are the outputs' own bytes, not copies (classification results are new memory). On an error `writer` is back
 * where it was.
 *
 * @param request the decoded request that is answered: its id and the form of its outputs
 * @throws {TritonError} InvalidArg for FP16 and BF16 as JSON and for what cannot be classified; Internal if an output's
 * bytes do not fit its shape
 * @see Triton server src/http_server.cc, FinalizeResponse
 */
export function encodeInferResponse(
  writer: ByteWriter,
  template: InferResponseTemplate,
  request: DecodedInferRequest,
  content: ResponseContent,
): readonly Uint8Array[] {
  const start = writer.position;
  try {
    return encode(writer, template, request, content);
  } catch (error) {
    writer.position = start;
    throw error;
  }
}

function encode(
  writer: ByteWriter,
  template: InferResponseTemplate,
  request: DecodedInferRequest,
  content: ResponseContent,
): readonly Uint8Array[] {
  writeAscii(writer, "{");
  if (request.id !== "") {
    writeAscii(writer, '"id":');
    writeJsonText(writer, request.id);
    writeAscii(writer, ",");
  }
  writer.append(template.modelMembers);
  if (content.parameters !== null && content.parameters.size > 0) {
    writeAscii(writer, ',"parameters":');
    writeParameters(writer, content.parameters);
  }
  writeAscii(writer, ',"outputs":[');
  let parts: Uint8Array[] | null = null;
  for (let index = 0; index < content.outputs.length; index++) {
    if (index > 0) {
      writeAscii(writer, ",");
    }
    // In range by the loop's bound.
    const output = content.outputs[index] as ResponseTensor;
    const requested = requestedOutput(request, output.name);
    const tensor =
      requested !== null && requested.classCount > 0
        ? classifyOutput(output, requested.classCount, template)
        : output;
    const form = formOf(request, requested);
    writeOutput(writer, template, tensor, form);
    if (form === "binary" && tensor.bytes.byteLength > 0) {
      parts ??= [];
      parts.push(tensor.bytes);
    }
  }
  writeAscii(writer, "]}");
  return parts ?? NO_PARTS;
}

/** What the request says of an output; null if it does not list it. */
function requestedOutput(request: DecodedInferRequest, name: string): RequestedOutput | null {
  for (const output of request.outputs) {
    if (output.name === name) {
      return output;
    }
  }
  return null;
}

function formOf(request: DecodedInferRequest, requested: RequestedOutput | null): OutputForm {
  if (requested === null) {
    return request.isBinaryOutputDefault ? "binary" : "json";
  }
  if (requested.sharedMemory !== null) {
    return "shared memory";
  }
  return requested.isBinary ? "binary" : "json";
}

function writeOutput(
  writer: ByteWriter,
  template: InferResponseTemplate,
  output: ResponseTensor,
  form: OutputForm,
): void {
  writer.append(template.outputHead(output.name, output.datatype));
  writeShape(writer, output.shape);
  if (form === "binary") {
    writeAscii(writer, ',"parameters":{"binary_data_size":');
    writeInteger(writer, output.bytes.byteLength);
    writeAscii(writer, "}}");
    return;
  }
  if (form === "json") {
    writeAscii(writer, ',"data":');
    writeTensorData(writer, output, elementCount(output.shape));
  }
  writeAscii(writer, "}");
}

/** The dimensions and the closing bracket; the opening one ends the output's head. */
function writeShape(writer: ByteWriter, shape: readonly number[]): void {
  for (let index = 0; index < shape.length; index++) {
    if (index > 0) {
      writeAscii(writer, ",");
    }
    // In range by the loop's bound.
    writeInteger(writer, shape[index] as number);
  }
  writeAscii(writer, "]");
}
