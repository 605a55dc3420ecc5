import { stackOf } from "../../base/stack-of.ts";
import type { GrpcOptions } from "../../config/server-options.ts";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { readTlsFiles } from "../semantics/tls-files.ts";
import { BodyPool } from "../socket/body-pool.ts";
import { failureHead } from "./answer-heads.ts";
import { GrpcFrontend } from "./grpc-frontend.ts";
import { GrpcFailure, GrpcStatus } from "./grpc-status.ts";
import { createHttp2Server } from "./http2/http2-server.ts";

/** A front end that listens. */
export interface GrpcService {
  readonly port: number;
  connectionCount(): number;
  close(): Promise<void>;
  destroy(): void;
}

/** What the HTTP/2 layer answers by itself, in gRPC's terms. */
const REFUSALS = {
  headTooLarge: failureHead(
    new GrpcFailure(GrpcStatus.ResourceExhausted, "received metadata size exceeds the limit"),
  ),
  handlerFailed: failureHead(new GrpcFailure(GrpcStatus.Internal, "the call failed in the server")),
};

/**
 * Serves the gRPC protocol on one port.
 *
 * Rejects with the system's error if it cannot listen, with a TritonError about its options.
 */
export async function startGrpcService(
  server: ServerFacade,
  options: GrpcOptions,
): Promise<GrpcService> {
  const frontend = new GrpcFrontend(server, options);
  const http2 = createHttp2Server(frontend.onStream, {
    keepalive: options.keepalive,
    refusals: REFUSALS,
    pool: new BodyPool(),
    tls: options.tls === null ? null : await readTlsFiles(options.tls, "gRPC"),
    clock: server.clock,
    onHandlerError: (error) => {
      server.log.error(`gRPC call failed: ${stackOf(error)}`);
    },
  });
  const { address, port, reusePort } = options;
  const bound = await http2.listen({ address, port, reusePort });
  return {
    port: bound.port,
    connectionCount: () => http2.counts.streams,
    async close() {
      frontend.shutDown();
      await http2.close();
      frontend.close();
    },
    destroy() {
      http2.destroy();
    },
  };
}
