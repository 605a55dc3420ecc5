import { TritonError } from "../triton-error.ts";
import { decodeInputData, decodeInputHead, InputSource } from "./decode-input.ts";
import { decodeOutputForm, decodeOutputName } from "./decode-output.ts";
import { DecodedInferRequest, DecodedInput } from "./decoded-infer-request.ts";
import type { InferRequestContext } from "./infer-request-context.ts";
import { JsonKind, JsonReader } from "./json-reader.ts";
import { KeyTable } from "./key-table.ts";
import { NameSet } from "./name-set.ts";
import { DuplicateName, internalError, invalidError } from "./request-checks.ts";
import { scanRequestParameters, scanText } from "./scan-parameters.ts";
import { scanOutputs, scanTensors } from "./scan-tensors.ts";
import type { InputScan, OutputScan } from "./tensor-scan.ts";

const REQUEST_KEYS = new KeyTable(["inputs", "outputs", "id", "parameters"]);
const NO_LIST = "attempt to access JSON non-array as array";

/**
 * Decodes the body of an infer request: JSON, JSON with a binary tail, or a raw tensor.
 *
 * Binary inputs are views of `body`: it must stay unchanged as long as they are read. JSON tensors are decoded straight
 * into memory of their datatype. A header size of 0, or an empty body without a header size, is a raw request: the result
 * then has `isRaw` and one nameless input, to be completed by `resolveRawInput`.
 *
 * @param headerSize value of Inference-Header-Content-Length (see `parseInferenceHeaderLength`), null if it was not sent
 * @throws {TritonError} Internal for malformed JSON and wrong JSON types, otherwise InvalidArg; the texts and the order
 * of the checks are those of the real server
 * @see Triton server src/http_server.cc, EVBufferToInput, EVBufferToRawInput
 */
export function decodeInferRequest(
  body: Uint8Array,
  headerSize: number | null,
  context: InferRequestContext,
): DecodedInferRequest {
  const jsonSize = headerSize ?? body.byteLength;
  if (jsonSize === 0) {
    return decodeRawRequest(body, context);
  }
  if (jsonSize > context.inputSizeMax) {
    throw invalidError(
      `request JSON size of ${jsonSize} bytes exceeds the maximum allowed input size of ${context.inputSizeMax} bytes. ` +
        "Use --http-max-input-size to increase the limit.",
    );
  }
  if (jsonSize > body.byteLength) {
    throw invalidError(
      `unexpected size for request JSON, expecting ${jsonSize - body.byteLength} more bytes`,
    );
  }
  return new RequestDecoder(body, jsonSize, context).decode();
}

function decodeRawRequest(body: Uint8Array, context: InferRequestContext): DecodedInferRequest {
  if (body.byteLength > context.inputSizeMax) {
    throw invalidError(
      `Raw input has a byte_size (${body.byteLength} bytes) that exceeds the maximum allowed value of ` +
        `${context.inputSizeMax} bytes. Use --http-max-input-size to increase the limit.`,
    );
  }
  const request = new DecodedInferRequest();
  request.isRaw = true;
  request.isBinaryOutputDefault = true;
  request.inputs.push(new DecodedInput("raw_input", "<invalid>", [], body, null));
  return request;
}

/**
 * One pass over the text of a request.
 *
 * Each part of the request is decoded where it stands. What is wrong with it is kept until the whole text has been read,
 * because malformed JSON outranks it, and because the parts have an order of their own: id, parameters, inputs, outputs.
 * Behind the first wrong tensor of a list none is looked at.
 */
class RequestDecoder {
  readonly #request = new DecodedInferRequest();
  readonly #reader: JsonReader;
  readonly #source: InputSource;
  readonly #inputSizeMax: number;
  readonly #inputNames = new NameSet();
  readonly #outputNames = new NameSet();
  /** Of members with one name the first counts. */
  #hasId = false;
  #hasParameters = false;
  #hasInputs = false;
  #hasOutputs = false;
  #isIdText = true;
  #parametersError: TritonError | null = null;
  #inputsFault: TritonError | DuplicateName | null = null;
  #outputsFault: TritonError | DuplicateName | null = null;

  constructor(body: Uint8Array, jsonSize: number, context: InferRequestContext) {
    this.#reader = new JsonReader(body, jsonSize);
    this.#source = new InputSource(body, jsonSize, context);
    this.#inputSizeMax = context.inputSizeMax;
  }

  decode(): DecodedInferRequest {
    const reader = this.#reader;
    reader.start();
    if (reader.kind() === JsonKind.Object) {
      let isMore = reader.enterObject();
      while (isMore) {
        this.#readMember(reader.readKeyOf(REQUEST_KEYS));
        isMore = reader.nextMember();
      }
    } else {
      reader.skipValue();
    }
    reader.finish();
    this.#throwFirstFault();
    return this.#request;
  }

  #readMember(key: string): void {
    if (key === "inputs" && !this.#hasInputs) {
      this.#hasInputs = true;
      this.#readInputs();
    } else if (key === "outputs" && !this.#hasOutputs) {
      this.#hasOutputs = true;
      this.#readOutputs();
    } else if (key === "id" && !this.#hasId) {
      this.#hasId = true;
      const id = scanText(this.#reader);
      this.#isIdText = id !== null;
      this.#request.id = id ?? "";
    } else if (key === "parameters" && !this.#hasParameters) {
      this.#hasParameters = true;
      this.#parametersError = scanRequestParameters(this.#reader, this.#request);
    } else {
      this.#reader.skipValue();
    }
  }

  #readInputs(): void {
    const isList = scanTensors(this.#reader, this.#inputSizeMax, (scan) => {
      try {
        this.#inputsFault = this.#takeInput(scan);
      } catch (error) {
        this.#inputsFault = faultFrom(error);
      }
      return this.#inputsFault === null;
    });
    if (!isList) {
      this.#inputsFault = internalError(`Unable to parse 'inputs': ${NO_LIST}`);
    }
  }

  #takeInput(scan: InputScan): DuplicateName | null {
    const head = decodeInputHead(scan);
    if (!this.#inputNames.add(head.name)) {
      return new DuplicateName("input", head.name);
    }
    this.#request.inputs.push(decodeInputData(head, scan, this.#source));
    return null;
  }

  #readOutputs(): void {
    const isList = scanOutputs(this.#reader, (scan) => {
      try {
        this.#outputsFault = this.#takeOutput(scan);
      } catch (error) {
        this.#outputsFault = faultFrom(error);
      }
      return this.#outputsFault === null;
    });
    if (!isList) {
      this.#outputsFault = internalError(`Unable to parse 'outputs': ${NO_LIST}`);
    }
  }

  #takeOutput(scan: OutputScan): DuplicateName | null {
    const name = decodeOutputName(scan);
    if (!this.#outputNames.add(name)) {
      return new DuplicateName("output", name);
    }
    this.#request.outputs.push(decodeOutputForm(name, scan));
    return null;
  }

  #throwFirstFault(): void {
    if (!this.#isIdText) {
      throw internalError("Unable to parse 'id': attempt to access JSON non-string as string");
    }
    if (this.#parametersError !== null) {
      throw this.#parametersError;
    }
    if (!this.#hasInputs) {
      throw internalError(
        "Unable to parse 'inputs': attempt to access non-existing object member 'inputs'",
      );
    }
    this.#throwFault(this.#inputsFault);
    this.#source.finish();
    this.#throwFault(this.#outputsFault);
  }

  #throwFault(fault: TritonError | DuplicateName | null): void {
    if (fault !== null) {
      throw fault instanceof DuplicateName ? fault.errorFor(this.#request) : fault;
    }
  }
}

/** What is wrong with a tensor is kept; anything else is a bug and goes on. */
function faultFrom(error: unknown): TritonError {
  if (error instanceof TritonError) {
    return error;
  }
  throw error;
}
