import { EXPOSITION_CONTENT_TYPE, formatExposition } from "../../metrics/exposition.ts";
import { inferenceFamilies, type ModelMetricsSource } from "../../metrics/inference-families.ts";
import type { HttpExchange, HttpRequestReceiver } from "../http/wire/http-exchange.ts";

const HEADER_LINES = `Content-Type: ${EXPOSITION_CONTENT_TYPE}\r\n`;
const HTTP_OK = 200;
const HTTP_METHOD_NOT_ALLOWED = 405;

/**
 * `GET /metrics`, and nothing else: as in the real server any other path is an empty 200.
 *
 * @see Triton server src/http_server.cc, HTTPMetricsServer::Handle
 */
export class MetricsFrontend {
  readonly #sources: () => readonly ModelMetricsSource[];

  /** @param sources what the families are made from, asked at every scrape */
  constructor(sources: () => readonly ModelMetricsSource[]) {
    this.#sources = sources;
  }

  /** The wire's head handler; bodies are not read. */
  readonly onHead = (exchange: HttpExchange): HttpRequestReceiver | null => {
    if (exchange.method !== "GET") {
      exchange.respond(HTTP_METHOD_NOT_ALLOWED, HEADER_LINES, []);
      return null;
    }
    const text =
      exchange.path === "/metrics" ? formatExposition(inferenceFamilies(this.#sources())) : "";
    exchange.respond(HTTP_OK, HEADER_LINES, [Buffer.from(text)]);
    return null;
  };
}
