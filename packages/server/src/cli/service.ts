import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { CompiledServerOptions } from "../config/server-options.ts";
import type { InferenceServer } from "../engine/inference-server.ts";
import { describeError } from "./failure-text.ts";

/** A front end that listens. */
export interface Service {
  /** The port in use, which is another than asked for if that was 0. */
  readonly port: number;
  /** Connections that are open now; of gRPC, calls. */
  connectionCount(): number;
  /** Takes no new connection, lets running requests end, and resolves when the last connection is closed. Idempotent. */
  close(): Promise<void>;
  /** Ends every connection at once. */
  destroy(): void;
}

/**
 * Makes a front end listen.
 *
 * Rejects with the system's error (`code` EADDRINUSE, EACCES, …) if it cannot, or with a TritonError about its options.
 */
export type StartService = (
  server: InferenceServer,
  options: CompiledServerOptions,
) => Promise<Service>;

/** The front ends that a server process starts, if its options allow them. */
export interface ServiceStarters {
  readonly startGrpc: StartService;
  readonly startHttp: StartService;
  readonly startMetrics: StartService;
}

/** The services of a running server; null for those that its options do not allow. */
export interface Services {
  readonly grpc: Service | null;
  readonly http: Service | null;
  readonly metrics: Service | null;
}

interface Endpoint {
  readonly isAllowed: boolean;
  readonly address: string;
  readonly port: number;
}

/** A service that could not start, with the name that the log gives it. */
class StartFailure extends Error {
  override readonly name = "StartFailure";
  readonly service: string;
  readonly reason: TritonError;

  constructor(service: string, reason: TritonError) {
    super(reason.message, { cause: reason });
    this.service = service;
    this.reason = reason;
  }
}

/**
 * Starts gRPC, HTTP, then metrics, and logs where each listens. Rejects at the first that cannot: `describeStartFailure` says
 * in Triton's words what happened.
 */
export async function startServices(
  server: InferenceServer,
  options: CompiledServerOptions,
  starters: ServiceStarters,
): Promise<Services> {
  const start = async (
    names: { readonly service: string; readonly started: string },
    endpoint: Endpoint,
    startService: StartService,
  ): Promise<Service | null> => {
    if (!endpoint.isAllowed) {
      return null;
    }
    try {
      const service = await startService(server, options);
      server.log.info(`Started ${names.started} at ${endpoint.address}:${service.port}`);
      return service;
    } catch (error) {
      throw new StartFailure(names.service, listenError(error, endpoint));
    }
  };
  const grpcNames = { service: "GRPC", started: "GRPCInferenceService" };
  const grpc = await start(grpcNames, options.grpc, starters.startGrpc);
  const httpNames = { service: "HTTP", started: "HTTPService" };
  const http = await start(httpNames, options.http, starters.startHttp);
  const metricsNames = { service: "Metrics", started: "Metrics Service" };
  const metrics = await start(metricsNames, options.metrics, starters.startMetrics);
  return { grpc, http, metrics };
}

/** `failed to start HTTP service: Unavailable - Socket '0.0.0.0:8000' already in use `, or what else went wrong. */
export function describeStartFailure(error: unknown): string {
  return error instanceof StartFailure
    ? `failed to start ${error.service} service: ${describeError(error.reason)}`
    : `failed to start the services: ${describeError(error)}`;
}

/**
 * The error of a system call about the socket in Triton's words, and any other as it is.
 *
 * @see Triton server src/http_server.cc `HTTPServer::Start`
 */
function listenError(reason: unknown, { address, port }: Endpoint): TritonError {
  if (!(reason instanceof Error && "syscall" in reason && "code" in reason)) {
    return tritonErrorFrom(reason);
  }
  const socket = `Socket '${address}:${port}'`;
  return new TritonError(
    StatusCode.Unavailable,
    // The space at the end is Triton's.
    reason.code === "EADDRINUSE"
      ? `${socket} already in use `
      : `${socket} cannot be opened: ${reason.message}`,
    { cause: reason },
  );
}
