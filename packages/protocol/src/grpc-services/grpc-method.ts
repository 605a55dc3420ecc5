import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { WireFormatError } from "../grpc/wire-format-error.ts";

/**
 * One call of a gRPC service, for both its ends. Its messages are coded by their descriptors: fit for everything that is not
 * hot. The types of what is encoded are those of the messages with every field optional.
 */
export interface GrpcMethod<Request, RequestInit, Response, ResponseInit> {
  /** `/<service>/<method>`: what stands in `:path`. */
  readonly path: string;
  encodeRequest(request: RequestInit): Uint8Array;
  /** @throws {WireFormatError} if the bytes are no such message */
  decodeRequest(bytes: Uint8Array): Request;
  encodeResponse(response: ResponseInit): Uint8Array;
  /** @throws {WireFormatError} if the bytes are no such message */
  decodeResponse(bytes: Uint8Array): Response;
}

/** A generated service: what is needed of it to describe its calls. */
interface ServiceDescriptor {
  readonly typeName: string;
  readonly method: Readonly<Record<string, DescMethod>>;
}

/** The calls of a generated service, by their names in camel case. */
export type GrpcMethods<Service extends ServiceDescriptor> = {
  readonly [Name in keyof Service["method"]]: GrpcMethod<
    MessageShape<Service["method"][Name]["input"]>,
    MessageInitShape<Service["method"][Name]["input"]>,
    MessageShape<Service["method"][Name]["output"]>,
    MessageInitShape<Service["method"][Name]["output"]>
  >;
};

/** The calls of a generated service. */
export function grpcMethodsOf<Service extends ServiceDescriptor>(
  service: Service,
): GrpcMethods<Service> {
  const entries = Object.entries(service.method).map(([name, method]) => [
    name,
    grpcMethod(service.typeName, method),
  ]);
  // One entry a method, under its own name, which is what the type says.
  return Object.fromEntries(entries) as GrpcMethods<Service>;
}

function grpcMethod(
  serviceName: string,
  { name, input, output }: DescMethod,
): GrpcMethod<Message, MessageInitShape<DescMessage>, Message, MessageInitShape<DescMessage>> {
  return {
    path: `/${serviceName}/${name}`,
    encodeRequest: (request) => toBinary(input, create(input, request)),
    decodeRequest: (bytes) => decode(input, bytes),
    encodeResponse: (response) => toBinary(output, create(output, response)),
    decodeResponse: (bytes) => decode(output, bytes),
  };
}

function decode(message: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(message, bytes);
  } catch (error) {
    throw new WireFormatError(error instanceof Error ? error.message : String(error), 0);
  }
}
