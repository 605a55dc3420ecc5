import {
  create,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { WireFormatError } from "../grpc/wire-format-error.ts";

/** One call of a gRPC service. Its messages are coded by their descriptors: fit for everything that is not hot. */
export interface GrpcMethod<Request, Response> {
  /** `/<service>/<method>`: what stands in `:path`. */
  readonly path: string;
  /** @throws {WireFormatError} if the bytes are no such message */
  decodeRequest(bytes: Uint8Array): Request;
  encodeResponse(response: Response): Uint8Array;
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
): GrpcMethod<MessageShape<typeof input>, MessageInitShape<typeof output>> {
  return {
    path: `/${serviceName}/${name}`,
    decodeRequest(bytes) {
      try {
        return fromBinary(input, bytes);
      } catch (error) {
        throw new WireFormatError(error instanceof Error ? error.message : String(error), 0);
      }
    },
    encodeResponse: (response) => toBinary(output, create(output, response)),
  };
}
