import type { GrpcMethod } from "@nereid/protocol";
import type { RestrictedApi } from "../../config/server-options.ts";
import { OK_TRAILERS, RESPONSE_HEADS } from "./answer-heads.ts";
import type { CallHead } from "./call-head.ts";
import { GrpcCall } from "./grpc-call.ts";
import type { GrpcServices } from "./grpc-services.ts";
import { MALFORMED_REQUEST } from "./grpc-status.ts";
import type { HeldMessage, Http2Stream } from "./http2/http2-stream.ts";
import type { ServedMethod } from "./served-method.ts";

/** Answers one request, or throws the error to end the call with. */
export type UnaryHandler<Request, Response> = (
  server: GrpcServices["server"],
  request: Request,
) => Response | Promise<Response>;

/** A call with one request and one response of the control plane, which may be slow and clear. */
export function unaryMethod<Request, RequestInit, Response, ResponseInit>(
  method: GrpcMethod<Request, RequestInit, Response, ResponseInit>,
  api: RestrictedApi,
  handler: UnaryHandler<Request, ResponseInit>,
): ServedMethod {
  return {
    path: method.path,
    api,
    open: (services, head, stream) =>
      new UnaryCall(services, head, stream, async (bytes) =>
        method.encodeResponse(await handler(services.server, method.decodeRequest(bytes))),
      ),
  };
}

class UnaryCall extends GrpcCall {
  readonly #answer: (request: Uint8Array) => Promise<Uint8Array>;
  #hasRequest = false;

  constructor(
    services: GrpcServices,
    head: CallHead,
    stream: Http2Stream,
    answer: (request: Uint8Array) => Promise<Uint8Array>,
  ) {
    super(services, head, stream);
    this.#answer = answer;
  }

  /** The first message is the request; others are not looked at, as in the real server. */
  protected takeMessage(message: HeldMessage): void {
    if (this.#hasRequest) {
      message.release();
      return;
    }
    this.#hasRequest = true;
    void this.#run(message);
  }

  protected takeEnd(): void {
    if (!this.#hasRequest) {
      this.fail(MALFORMED_REQUEST);
    }
  }

  /** Never rejects: every error is an answer. */
  async #run(message: HeldMessage): Promise<void> {
    try {
      const response = await this.#answer(message.bytes);
      if (!this.isOver) {
        this.stream.respond(RESPONSE_HEADS.identity, [response], OK_TRAILERS, 0, null);
        this.finish();
      }
    } catch (reason) {
      this.fail(reason);
    } finally {
      message.release();
    }
  }
}
