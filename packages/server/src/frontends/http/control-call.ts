import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { HttpServices } from "./http-services.ts";
import { replyError } from "./reply.ts";
import type { Route } from "./router.ts";
import type { HttpExchange, HttpRequestReceiver } from "./wire/http-exchange.ts";

/** An endpoint of the control plane: reads the whole request, answers it, or throws the error to answer with. */
export interface ControlEndpoint {
  readonly methods: readonly string[];
  /** The Content-Type line of its errors. */
  readonly errorHeaderLines: string;
  handle(services: HttpServices, exchange: HttpExchange, route: Route): void | Promise<void>;
}

/** One request to an endpoint of the control plane, which may be slow and clear. */
export class ControlCall implements HttpRequestReceiver {
  readonly bodySizeMax: number;
  readonly #services: HttpServices;
  readonly #endpoint: ControlEndpoint;
  readonly #route: Route;

  constructor(services: HttpServices, endpoint: ControlEndpoint, route: Route) {
    this.#services = services;
    this.#endpoint = endpoint;
    this.#route = route;
    this.bodySizeMax = services.inputSizeMax;
  }

  alignedBodyOffset(): number {
    return 0;
  }

  onRequest(exchange: HttpExchange): void {
    void this.#run(exchange);
  }

  onBodyTooLarge(exchange: HttpExchange): void {
    const claimed = exchange.header("content-length") ?? `more than ${this.bodySizeMax}`;
    const error = new TritonError(
      StatusCode.InvalidArg,
      `request JSON size of ${claimed} bytes exceeds the maximum allowed input size of ${this.bodySizeMax} bytes. ` +
        "Use --http-max-input-size to increase the limit.",
    );
    replyError(exchange, this.#endpoint.errorHeaderLines, error);
  }

  /** Never rejects: every error is an answer. */
  async #run(exchange: HttpExchange): Promise<void> {
    try {
      await this.#endpoint.handle(this.#services, exchange, this.#route);
    } catch (reason) {
      replyError(exchange, this.#endpoint.errorHeaderLines, tritonErrorFrom(reason));
    } finally {
      exchange.releaseBody();
    }
  }
}
