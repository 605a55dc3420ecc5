import {
  DecodedGrpcInferRequest,
  GrpcInferInput,
  type GrpcParameter,
  GrpcRequestedOutput,
} from "./decoded-grpc-infer-request.ts";
import { RequestedOutputTag, RequestTag } from "./infer-tags.ts";
import { readParameterEntry } from "./read-parameters.ts";
import { TensorReader } from "./read-tensor.ts";
import { WireReader } from "./wire-reader.ts";

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
        request.inputs.push(readInput(reader));
        break;
      case RequestTag.Outputs:
        request.outputs.push(readOutput(reader));
        break;
      case RequestTag.RawInputContents:
        request.rawInputContents.push(reader.readBytes());
        break;
      default:
        reader.skip(tag);
    }
  }
  request.hasZeroCharacter = reader.hasZeroCharacter;
  return request;
}

function readInput(reader: WireReader): GrpcInferInput {
  const tensor = new TensorReader();
  tensor.read(reader);
  const contents = tensor.contents === null ? null : tensor.contents.finish();
  return new GrpcInferInput(
    tensor.name,
    tensor.datatype,
    tensor.shape,
    tensor.parameters,
    contents,
  );
}

function readOutput(reader: WireReader): GrpcRequestedOutput {
  const outerEnd = reader.enter();
  let name = "";
  let parameters: Map<string, GrpcParameter> | null = null;
  while (reader.position < reader.end) {
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
  return new GrpcRequestedOutput(name, parameters);
}
