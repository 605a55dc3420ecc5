import {
  DecodedGrpcInferRequest,
  GrpcInferInput,
  type GrpcParameter,
  GrpcRequestedOutput,
} from "./decoded-grpc-infer-request.ts";
import { RequestedOutputTag, RequestTag } from "./infer-tags.ts";
import { MessageCache } from "./message-cache.ts";
import { readParameterEntry } from "./read-parameters.ts";
import { TensorReader } from "./read-tensor.ts";
import { WireReader } from "./wire-reader.ts";

const inputCache = new MessageCache<GrpcInferInput>();
const outputCache = new MessageCache<GrpcRequestedOutput>();

/**
 * Decodes the bytes of a ModelInferRequest, the hot one of the service's messages, by hand.
 *
 * Nothing is copied: raw contents and packed floating-point contents are views of `bytes`, which must stay unchanged as
 * long as they are read. As protobuf has it: unknown fields are skipped, of a scalar the last one counts, repeated fields
 * may be packed or not, the contents of an input that come twice are merged.
 *
 * @throws {WireFormatError} if the bytes are no such message
 */
export function decodeModelInferRequest(bytes: Uint8Array): DecodedGrpcInferRequest {
  const reader = new WireReader(bytes, 0, bytes.byteLength);
  const request = new DecodedGrpcInferRequest();
  // Lists begin with their first item: an empty one to which an item is added makes room for many.
  let inputs: GrpcInferInput[] | null = null;
  let outputs: GrpcRequestedOutput[] | null = null;
  let contents: Uint8Array[] | null = null;
  while (reader.position < reader.end) {
    const tag = reader.readTag();
    switch (tag) {
      case RequestTag.ModelName:
        request.modelName = reader.readName();
        break;
      case RequestTag.ModelVersion:
        request.modelVersion = reader.readName();
        break;
      case RequestTag.Id:
        request.id = reader.readText();
        break;
      case RequestTag.Parameters:
        request.parameters = readParameterEntry(reader, request.parameters);
        break;
      case RequestTag.Inputs:
        inputs = withItem(inputs, readInput(reader));
        break;
      case RequestTag.Outputs:
        outputs = withItem(outputs, readOutput(reader));
        break;
      case RequestTag.RawInputContents:
        contents = withItem(contents, reader.readBytes());
        break;
      default:
        reader.skip(tag);
    }
  }
  request.inputs = inputs ?? request.inputs;
  request.outputs = outputs ?? request.outputs;
  request.rawInputContents = contents ?? request.rawInputContents;
  request.hasZeroCharacter = reader.hasZeroCharacter;
  return request;
}

function withItem<Item>(list: Item[] | null, item: Item): Item[] {
  if (list === null) {
    return [item];
  }
  list.push(item);
  return list;
}

function readInput(reader: WireReader): GrpcInferInput {
  const size = reader.readSize();
  const start = reader.position;
  const end = start + size;
  const known = inputCache.find(reader.bytes, start, end);
  if (known !== undefined) {
    reader.position = end;
    return known;
  }
  const outerEnd = reader.enterSized(size);
  const tensor = new TensorReader();
  tensor.read(reader);
  reader.leave(outerEnd);
  const contents = tensor.contents === null ? null : tensor.contents.finish();
  const { name, datatype, shape, parameters } = tensor;
  const input = new GrpcInferInput(name, datatype, shape, parameters, contents);
  // Contents are views of this message; a zero character must be noticed each time.
  if (contents === null && !reader.hasZeroCharacter) {
    inputCache.keep(reader.bytes, start, end, input);
  }
  return input;
}

function readOutput(reader: WireReader): GrpcRequestedOutput {
  const size = reader.readSize();
  const start = reader.position;
  const end = start + size;
  const known = outputCache.find(reader.bytes, start, end);
  if (known !== undefined) {
    reader.position = end;
    return known;
  }
  const outerEnd = reader.enterSized(size);
  let name = "";
  let parameters: Map<string, GrpcParameter> | null = null;
  while (reader.position < end) {
    const tag = reader.readTag();
    if (tag === RequestedOutputTag.Name) {
      name = reader.readName();
    } else if (tag === RequestedOutputTag.Parameters) {
      parameters = readParameterEntry(reader, parameters);
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outerEnd);
  const output = new GrpcRequestedOutput(name, parameters);
  if (!reader.hasZeroCharacter) {
    outputCache.keep(reader.bytes, start, end, output);
  }
  return output;
}
