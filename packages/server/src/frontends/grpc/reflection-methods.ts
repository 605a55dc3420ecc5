import { DescriptorIndex, reflectionMethods, reflectionV1AlphaMethods } from "@nereid/protocol";
import { OK_TRAILERS, OK_WITHOUT_MESSAGES, RESPONSE_HEADS } from "./answer-heads.ts";
import type { CallHead } from "./call-head.ts";
import { GrpcCall } from "./grpc-call.ts";
import type { EndlessCall, GrpcServices } from "./grpc-services.ts";
import { GrpcStatus, SHUTTING_DOWN } from "./grpc-status.ts";
import type { HeldMessage, Http2Stream } from "./http2/http2-stream.ts";
import type { ServedMethod } from "./served-method.ts";

type ReflectionMethod = typeof reflectionMethods.serverReflectionInfo;
type ReflectionRequest = ReturnType<ReflectionMethod["decodeRequest"]>;
type ReflectionResponse = Parameters<ReflectionMethod["encodeResponse"]>[0];
type ReflectionAnswer = NonNullable<ReflectionResponse["messageResponse"]>;

let sharedIndex: DescriptorIndex | null = null;

/** Made when somebody asks first. */
function descriptorIndex(): DescriptorIndex {
  sharedIndex ??= new DescriptorIndex();
  return sharedIndex;
}

/**
 * Server reflection, which the real server does not have: clients such as grpcurl need no files to call us. Version 1alpha
 * differs from version 1 in its name alone.
 *
 * @see gRPC, doc/server-reflection.md
 */
export const REFLECTION_CALLS: readonly ServedMethod[] = [
  reflectionMethods.serverReflectionInfo.path,
  reflectionV1AlphaMethods.serverReflectionInfo.path,
].map((path) => ({
  path,
  api: "metadata",
  open: (services, head, stream) => new ReflectionCall(services, head, stream),
}));

class ReflectionCall extends GrpcCall implements EndlessCall {
  #isFull = false;

  constructor(services: GrpcServices, head: CallHead, stream: Http2Stream) {
    super(services, head, stream);
    services.endlessCalls.add(this);
  }

  endForShutdown(): void {
    this.fail(SHUTTING_DOWN);
  }

  override onDrain(): void {
    this.#isFull = false;
    this.resumeInput();
  }

  /** Requests wait while the client does not read the answers. */
  protected override get canTake(): boolean {
    return !this.#isFull;
  }

  protected takeMessage(message: HeldMessage): void {
    try {
      const method = reflectionMethods.serverReflectionInfo;
      const request = method.decodeRequest(message.bytes);
      if (!this.hasStarted) {
        this.hasStarted = true;
        this.stream.start(RESPONSE_HEADS.identity);
      }
      const response = {
        validHost: request.host,
        originalRequest: request,
        messageResponse: reflect(request),
      };
      this.#isFull = !this.stream.write([method.encodeResponse(response)], 0, null);
    } catch (reason) {
      this.fail(reason);
    } finally {
      message.release();
    }
  }

  protected takeEnd(): void {
    this.stream.end(this.hasStarted ? OK_TRAILERS : OK_WITHOUT_MESSAGES);
    this.finish();
  }

  protected override onOver(): void {
    this.services.endlessCalls.delete(this);
  }
}

function reflect({ messageRequest }: ReflectionRequest): ReflectionAnswer {
  const index = descriptorIndex();
  switch (messageRequest.case) {
    case "listServices": {
      const service = index.serviceNames.map((name) => ({ name }));
      return { case: "listServicesResponse", value: { service } };
    }
    case "fileByFilename":
      return files(index.fileByName(messageRequest.value), messageRequest.value);
    case "fileContainingSymbol":
      return files(index.fileBySymbol(messageRequest.value), messageRequest.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = messageRequest.value;
      return notFound(`extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType":
      return index.hasMessage(messageRequest.value)
        ? {
            case: "allExtensionNumbersResponse",
            value: { baseTypeName: messageRequest.value, extensionNumber: [] },
          }
        : notFound(messageRequest.value);
    case undefined:
      return {
        case: "errorResponse",
        value: { errorCode: GrpcStatus.InvalidArgument, errorMessage: "nothing is asked for" },
      };
  }
}

function files(found: readonly Uint8Array[] | null, subject: string): ReflectionAnswer {
  return found === null
    ? notFound(subject)
    : { case: "fileDescriptorResponse", value: { fileDescriptorProto: [...found] } };
}

function notFound(subject: string): ReflectionAnswer {
  const errorMessage = `not found: ${subject}`;
  return { case: "errorResponse", value: { errorCode: GrpcStatus.NotFound, errorMessage } };
}
