import {
  EXPOSITION_CONTENT_TYPE,
  formatExposition,
  type MetricFamily,
} from "../../metrics/exposition.ts";
import { replyErrorText, TEXT_PLAIN } from "../http/reply.ts";
import { HTTP_METHOD_NOT_ALLOWED, HTTP_OK } from "../http/status.ts";
import type { HttpExchange, HttpRequestReceiver } from "../http/wire/http-exchange.ts";

const HEADER_LINES = `Content-Type: ${EXPOSITION_CONTENT_TYPE}\r\n`;
const PATHS: readonly string[] = ["/metrics", "/metrics/"];

/**
 * `GET /metrics`, and nothing else: as in the real server any other path is an empty 200.
 *
 * @see Triton server src/http_server.cc, HTTPMetricsServer::Handle
 */
export class MetricsFrontend {
  readonly #families: () => readonly MetricFamily[];

  /** @param families asked at every scrape */
  constructor(families: () => readonly MetricFamily[]) {
    this.#families = families;
  }

  /** The wire's head handler; bodies are not read. */
  readonly onHead = (exchange: HttpExchange): HttpRequestReceiver | null => {
    if (exchange.method !== "GET") {
      replyErrorText(exchange, HTTP_METHOD_NOT_ALLOWED, TEXT_PLAIN, "Method Not Allowed");
      return null;
    }
    const text = PATHS.includes(exchange.path) ? formatExposition(this.#families()) : "";
    exchange.respond(HTTP_OK, HEADER_LINES, [Buffer.from(text)]);
    return null;
  };
}
