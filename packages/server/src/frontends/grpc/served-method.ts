import type { RestrictedApi } from "../../config/server-options.ts";
import type { CallHead } from "./call-head.ts";
import type { GrpcServices } from "./grpc-services.ts";
import type { Http2Receiver, Http2Stream } from "./http2/http2-stream.ts";

/** One call that the server knows. */
export interface ServedMethod {
  readonly path: string;
  /** What `--grpc-restricted-protocol` counts it to. */
  readonly api: RestrictedApi;
  /** Takes a call whose head has come. */
  open(services: GrpcServices, head: CallHead, stream: Http2Stream): Http2Receiver;
}
