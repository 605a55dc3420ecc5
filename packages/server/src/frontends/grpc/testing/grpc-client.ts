import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";

interface MethodOf<RequestInit, Response> {
  readonly path: string;
  encodeRequest(request: RequestInit): Uint8Array;
  decodeResponse(bytes: Uint8Array): Response;
}

/** What may be said with a call. */
export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

/** How a call ended that was not answered. */
export interface CallFailure {
  readonly status: number;
  readonly details: string;
}

/** A client with gRPC's own library for Node. */
export class GrpcTestClient implements Disposable {
  readonly #client: Client;

  constructor(
    port: number,
    channelCredentials: ChannelCredentials = credentials.createInsecure(),
    options: ChannelOptions = {},
  ) {
    this.#client = new Client(`localhost:${port}`, channelCredentials, {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
      ...options,
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  /** The bytes of a response, or how the call failed. */
  infer(
    path: string,
    request: Uint8Array,
    options: CallOptions = {},
  ): Promise<Uint8Array | CallFailure> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest<Uint8Array, Buffer>(
        path,
        (bytes) => Buffer.from(bytes),
        (bytes) => bytes,
        request,
        metadataOf(options),
        deadlineOf(options),
        (error: ServiceError | null, response) => {
          resolve(
            response ?? { status: error?.code ?? -1, details: error?.details ?? "no response" },
          );
        },
      );
    });
  }

  async ask<RequestInit, Response>(
    method: MethodOf<RequestInit, Response>,
    request: RequestInit,
    options: CallOptions = {},
  ): Promise<Response | CallFailure> {
    const answer = await this.infer(method.path, method.encodeRequest(request), options);
    return answer instanceof Uint8Array ? method.decodeResponse(answer) : answer;
  }

  stream(path: string, options: CallOptions = {}): ClientDuplexStream<Uint8Array, Buffer> {
    return this.#client.makeBidiStreamRequest<Uint8Array, Buffer>(
      path,
      (bytes) => Buffer.from(bytes),
      (bytes) => bytes,
      metadataOf(options),
      deadlineOf(options),
    );
  }
}

function metadataOf({ metadata = {} }: CallOptions): Metadata {
  const result = new Metadata();
  for (const [key, value] of Object.entries(metadata)) {
    result.set(key, value);
  }
  return result;
}

function deadlineOf({ deadlineMs }: CallOptions): { readonly deadline?: number } {
  return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
}
