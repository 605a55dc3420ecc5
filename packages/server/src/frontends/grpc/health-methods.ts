import { healthMethods, ServingStatus } from "@nereid/protocol";
import { RESPONSE_HEADS } from "./answer-heads.ts";
import { GrpcCall } from "./grpc-call.ts";
import type { EndlessCall } from "./grpc-services.ts";
import { MALFORMED_REQUEST, SHUTTING_DOWN } from "./grpc-status.ts";
import { healthStatus, watchedStatus } from "./health-status.ts";
import type { Watcher } from "./health-watchers.ts";
import type { HeldMessage } from "./http2/http2-stream.ts";
import type { ServedMethod } from "./served-method.ts";
import { unaryMethod } from "./unary-call.ts";

/**
 * The calls of grpc.health.v1.Health.
 *
 * @see gRPC, doc/health-checking.md; Triton server src/grpc/grpc_server.cc, RegisterHealthCheck (which has no Watch)
 */
export const HEALTH_CALLS: readonly ServedMethod[] = [
  unaryMethod(healthMethods.check, "health", (server, { service }) => ({
    status: healthStatus(server, service),
  })),
  {
    path: healthMethods.watch.path,
    api: "health",
    open: (services, head, stream) => new WatchCall(services, head, stream),
  },
];

/** Sends a status, and then each other one that takes its place, until the client or the server goes. */
class WatchCall extends GrpcCall implements Watcher, EndlessCall {
  /** null until the request has come. */
  #service: string | null = null;
  #lastStatus: ServingStatus | null = null;

  look(): void {
    this.#send(watchedStatus(this.services.server, this.#service ?? ""));
  }

  endForShutdown(): void {
    if (this.#service !== null) {
      this.#send(ServingStatus.NOT_SERVING);
    }
    this.fail(SHUTTING_DOWN);
  }

  protected takeMessage(message: HeldMessage): void {
    try {
      if (this.#service === null) {
        this.#service = healthMethods.watch.decodeRequest(message.bytes).service;
        this.services.endlessCalls.add(this);
        this.services.healthWatchers.add(this);
        this.look();
      }
    } catch (reason) {
      this.fail(reason);
    } finally {
      message.release();
    }
  }

  protected takeEnd(): void {
    if (this.#service === null) {
      this.fail(MALFORMED_REQUEST);
    }
  }

  protected override onOver(): void {
    this.services.healthWatchers.remove(this);
    this.services.endlessCalls.delete(this);
  }

  /** A client that does not read hears of the last status only when it reads: nothing is queued for it but that. */
  #send(status: ServingStatus): void {
    if (this.isOver || status === this.#lastStatus || this.stream.unsentSize > 0) {
      return;
    }
    this.#lastStatus = status;
    if (!this.hasStarted) {
      this.hasStarted = true;
      this.stream.start(RESPONSE_HEADS.identity);
    }
    this.stream.write([healthMethods.watch.encodeResponse({ status })], 0, null);
  }
}
