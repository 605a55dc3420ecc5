import { systemClock } from "../../../base/clock.ts";
import { stackOf } from "../../../base/stack-of.ts";
import type { SocketTlsOptions } from "../../socket/listen-options.ts";
import type { ThreadContext, ThreadServer } from "../../threads/io-thread-program.ts";
import type { ThreadEndpoint } from "../../threads/thread-messages.ts";
import { binaryTensorsOffset } from "../infer-body.ts";
import type { HttpExchange, HttpRequestHead, HttpRequestReceiver } from "../wire/http-exchange.ts";
import type { WireLimits } from "../wire/wire-limits.ts";
import { createWireServer, type WireServer } from "../wire/wire-server.ts";
import type { BodyLimitOptions } from "./body-limits.ts";
import { Forwarder } from "./forwarder.ts";

/** What an HTTP thread is told, in a form that crosses threads. */
export interface HttpThreadSettings extends BodyLimitOptions {
  readonly tls: SocketTlsOptions | null;
  readonly limits: Partial<WireLimits>;
  /** Bytes of memory for large bodies that are kept for reuse. */
  readonly idleBytesMax: number;
}

/** Says how much body a thread takes before the core has seen the request. */
export interface HttpBodyLimits {
  sizeMaxOf(head: HttpRequestHead): number;
}

/** Holds connections and gives their requests to the core, which routes and answers them. */
export class HttpIoThread implements ThreadServer {
  readonly #server: WireServer;
  readonly #forwarder: Forwarder;
  readonly #bodyLimits: HttpBodyLimits;
  /** By the most bytes of body that they take; there are three at most. */
  readonly #receivers = new Map<number, HttpRequestReceiver>();

  /** @throws if the certificate or key cannot be used */
  constructor(
    { channels, ringBell, onFault }: ThreadContext,
    { tls, limits, idleBytesMax }: HttpThreadSettings,
    bodyLimits: HttpBodyLimits,
  ) {
    this.#bodyLimits = bodyLimits;
    this.#forwarder = new Forwarder({
      channels,
      clock: systemClock,
      ringBell,
      onHold: (isHeld) => {
        this.#server.isHeld = isHeld;
      },
      idleBytesMax,
    });
    this.#server = createWireServer((exchange) => this.#receiverOf(exchange), {
      pool: this.#forwarder.pool,
      tls,
      limits,
      onConnectionCount: (count) => Atomics.store(channels.connectionCount, 0, count),
      onHandlerError: (error) => onFault(stackOf(error)),
    });
  }

  /** Requests that are not over. */
  get requestCount(): number {
    return this.#forwarder.requestCount;
  }

  /** Shared buffers of bodies that are received or read. */
  get bodyBufferCount(): number {
    return this.#forwarder.bodyBufferCount;
  }

  async listen({ address, port }: ThreadEndpoint): Promise<number> {
    const bound = await this.#server.listen({ address, port, reusePort: true });
    return bound.port;
  }

  onBell(): void {
    this.#forwarder.onBell();
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  destroy(): void {
    this.#server.destroy();
  }

  /** The core routes; what has to be known before the body comes is known here. */
  #receiverOf(exchange: HttpExchange): HttpRequestReceiver {
    const bodySizeMax = this.#bodyLimits.sizeMaxOf(exchange);
    let receiver = this.#receivers.get(bodySizeMax);
    if (receiver === undefined) {
      receiver = {
        bodySizeMax,
        alignedBodyOffset: binaryTensorsOffset,
        onRequest: (request) => this.#forwarder.forward(request, false),
        onBodyTooLarge: (request) => this.#forwarder.forward(request, true),
      };
      this.#receivers.set(bodySizeMax, receiver);
    }
    return receiver;
  }
}
