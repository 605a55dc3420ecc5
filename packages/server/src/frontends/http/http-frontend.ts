import { InferRequestDecoder } from "@nereid/protocol";
import type { HttpOptions } from "../../config/server-options.ts";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { HeaderForwarding } from "../semantics/header-forwarding.ts";
import { RestrictedApis } from "../semantics/restricted-apis.ts";
import { AnswerEncoder } from "./answer-encoder.ts";
import { ControlCall, type ControlEndpoint } from "./control-call.ts";
import { GenerateCall } from "./generate-call.ts";
import { GenerateEncoder } from "./generate-encoder.ts";
import { modelReady, serverLive, serverReady } from "./health-endpoints.ts";
import type { HttpServices } from "./http-services.ts";
import { InferCall } from "./infer-call.ts";
import { InferHead } from "./infer-head.ts";
import { logging } from "./logging-endpoint.ts";
import { modelConfig, modelMetadata, serverMetadata } from "./metadata-endpoints.ts";
import { APPLICATION_JSON, replyErrorText, TEXT_PLAIN } from "./reply.ts";
import { modelLoad, modelUnload, repositoryIndex } from "./repository-endpoints.ts";
import { API_OF } from "./restricted-endpoints.ts";
import { type EndpointKind, type Route, RouteCache } from "./router.ts";
import {
  cudaSharedMemoryStatus,
  sharedMemoryControl,
  systemSharedMemoryStatus,
} from "./shared-memory-endpoints.ts";
import { modelStatistics } from "./statistics-endpoint.ts";
import { HTTP_FORBIDDEN, HTTP_METHOD_NOT_ALLOWED, HTTP_NOT_FOUND } from "./status.ts";
import { traceSetting } from "./trace-endpoint.ts";
import type { HttpExchange, HttpRequestReceiver } from "./wire/http-exchange.ts";

/** What is answered by a call of its own kind instead. */
type InferenceEndpointKind = "infer" | "generate" | "generate-stream";
type ControlEndpointKind = Exclude<EndpointKind, InferenceEndpointKind>;

const CONTROL_ENDPOINTS: Readonly<Record<ControlEndpointKind, ControlEndpoint>> = {
  "server-metadata": serverMetadata,
  "server-live": serverLive,
  "server-ready": serverReady,
  "model-metadata": modelMetadata,
  "model-ready": modelReady,
  "model-config": modelConfig,
  "model-statistics": modelStatistics,
  "trace-setting": traceSetting,
  logging,
  "repository-index": repositoryIndex,
  "model-load": modelLoad,
  "model-unload": modelUnload,
  "system-shared-memory-status": systemSharedMemoryStatus,
  "system-shared-memory-register": sharedMemoryControl,
  "system-shared-memory-unregister": sharedMemoryControl,
  "cuda-shared-memory-status": cudaSharedMemoryStatus,
  "cuda-shared-memory-register": sharedMemoryControl,
  "cuda-shared-memory-unregister": sharedMemoryControl,
};

/**
 * The REST protocol over the engine. Routes each head, refuses what must not go on, and leaves the rest to the endpoint.
 *
 * @see Triton server src/http_server.cc
 */
export class HttpFrontend {
  readonly #services: HttpServices;
  readonly #routes = new RouteCache();
  readonly #isInferStreamed: boolean;

  /** @throws {TritonError} InvalidArg for a header pattern that is no pattern */
  constructor(server: ServerFacade, options: HttpOptions) {
    this.#isInferStreamed = options.isInferStreamed;
    this.#services = {
      server,
      restrictedApis: new RestrictedApis(options.restrictedApis, ""),
      headerForwarding:
        options.headerForwardPattern === ""
          ? null
          : new HeaderForwarding(options.headerForwardPattern, "http-header-forward-pattern"),
      answerEncoder: new AnswerEncoder(),
      generateEncoder: new GenerateEncoder(),
      requestDecoder: new InferRequestDecoder(options.maxInputSizeBytes),
      inputSizeMax: options.maxInputSizeBytes,
      overloadRetryAfterSeconds: options.overloadRetryAfterSeconds,
    };
  }

  /** The wire's head handler: who takes this request, or null if it has been answered. */
  readonly onHead = (exchange: HttpExchange): HttpRequestReceiver | null => {
    const { server, restrictedApis } = this.#services;
    if (server.log.isVerbose(1)) {
      server.log.verbose(1, `HTTP request: ${exchange.method} ${exchange.path}`);
    }
    const { memo } = exchange;
    if (memo instanceof InferHead) {
      return new InferCall(this.#services, memo, exchange);
    }
    const route = this.#routes.find(exchange.path);
    if (route === null) {
      replyErrorText(exchange, HTTP_NOT_FOUND, TEXT_PLAIN, "Not Found");
      return null;
    }
    const missing = restrictedApis.missingHeader(API_OF[route.kind], exchange);
    if (missing !== null) {
      const message = `This API is restricted, expecting header '${missing}'`;
      replyErrorText(exchange, HTTP_FORBIDDEN, TEXT_PLAIN, message);
      return null;
    }
    switch (route.kind) {
      case "infer":
        return this.#inferCall(exchange, route);
      case "generate":
      case "generate-stream":
        return this.#generateCall(exchange, route);
      default:
        return this.#controlCall(exchange, route, CONTROL_ENDPOINTS[route.kind]);
    }
  };

  #inferCall(exchange: HttpExchange, route: Route): HttpRequestReceiver | null {
    if (exchange.method !== "POST") {
      replyErrorText(exchange, HTTP_METHOD_NOT_ALLOWED, TEXT_PLAIN, "Method Not Allowed");
      return null;
    }
    const head = new InferHead(route, exchange, this.#isInferStreamed);
    exchange.memo = head;
    return new InferCall(this.#services, head, exchange);
  }

  #generateCall(exchange: HttpExchange, route: Route): HttpRequestReceiver | null {
    if (exchange.method !== "POST") {
      replyErrorText(exchange, HTTP_METHOD_NOT_ALLOWED, APPLICATION_JSON, "Method Not Allowed");
      return null;
    }
    return new GenerateCall(this.#services, route, exchange);
  }

  #controlCall(
    exchange: HttpExchange,
    route: Route,
    endpoint: ControlEndpoint,
  ): HttpRequestReceiver | null {
    if (!endpoint.methods.includes(exchange.method)) {
      const { errorHeaderLines } = endpoint;
      replyErrorText(exchange, HTTP_METHOD_NOT_ALLOWED, errorHeaderLines, "Method Not Allowed");
      return null;
    }
    return new ControlCall(this.#services, endpoint, route);
  }
}
