import { ByteWriter, encodeErrorBody, type TritonError } from "@nereid/protocol";
import { HTTP_TOO_MANY_REQUESTS, httpStatus } from "./status.ts";
import type { HttpExchange } from "./wire/http-exchange.ts";

/** What the real server sends where it sets no type of its own. */
export const TEXT_PLAIN = "Content-Type: text/plain\r\n";
/** The type of JSON answers. */
export const APPLICATION_JSON = "Content-Type: application/json\r\n";

/** JSON parts up to this size have their lines kept. */
const KEPT_JSON_SIZE_MAX = 4096;
const binaryLines: string[] = [];

/** The header lines of an answer with binary tensors behind so many bytes of JSON. */
export function binaryAnswerLines(jsonSize: number): string {
  if (jsonSize > KEPT_JSON_SIZE_MAX) {
    return linesOfBinary(jsonSize);
  }
  let lines = binaryLines[jsonSize];
  if (lines === undefined) {
    lines = linesOfBinary(jsonSize);
    binaryLines[jsonSize] = lines;
  }
  return lines;
}

function linesOfBinary(jsonSize: number): string {
  return `Content-Type: application/octet-stream\r\nInference-Header-Content-Length: ${jsonSize}\r\n`;
}

const NO_PARTS: readonly Uint8Array[] = [];
const ERROR_BODY_BYTES = 256;
const textEncoder = new TextEncoder();

/** Answers with a status and no body. */
export function replyEmpty(exchange: HttpExchange, status: number, headerLines: string): void {
  exchange.respond(status, headerLines, NO_PARTS);
}

/** Answers with JSON text. */
export function replyJson(exchange: HttpExchange, status: number, json: string): void {
  exchange.respond(status, APPLICATION_JSON, [textEncoder.encode(json)]);
}

/** Answers `{"error":"<message>"}`. */
export function replyErrorText(
  exchange: HttpExchange,
  status: number,
  headerLines: string,
  message: string,
): void {
  const writer = new ByteWriter(ERROR_BODY_BYTES);
  encodeErrorBody(writer, message);
  exchange.respond(status, headerLines, [writer.bytes.subarray(0, writer.position)]);
}

/**
 * Answers a request that was not taken: overload as such, if the server says so, and otherwise with the error's own status.
 *
 * @param retryAfterSeconds 0: overload is an error like others
 */
export function replyRefusal(
  exchange: HttpExchange,
  headerLines: string,
  error: TritonError,
  retryAfterSeconds: number,
): void {
  if (error.isOverload && retryAfterSeconds > 0) {
    replyOverload(exchange, headerLines, error, retryAfterSeconds);
  } else {
    replyError(exchange, headerLines, error);
  }
}

/** Answers 429 with the seconds after which the client may try again. */
function replyOverload(
  exchange: HttpExchange,
  headerLines: string,
  error: TritonError,
  retryAfterSeconds: number,
): void {
  const lines = `${headerLines}Retry-After: ${retryAfterSeconds}\r\n`;
  replyErrorText(exchange, HTTP_TOO_MANY_REQUESTS, lines, error.message);
}

/** Answers with an error's text under its code's status. */
export function replyError(exchange: HttpExchange, headerLines: string, error: TritonError): void {
  replyErrorText(exchange, httpStatus(error.code), headerLines, error.message);
}
