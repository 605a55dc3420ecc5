import { assert } from "../../../base/assert.ts";
import { statusPhrase } from "./status-phrases.ts";

/** What the framing of an answer depends on, beside its status and headers. */
export interface AnswerFraming {
  /** Of the request; the answer repeats it, as the real server does. */
  readonly versionMinor: 0 | 1;
  /** Whether the connection is closed after the answer. */
  readonly closes: boolean;
}

/** The size of an answer's body that is sent in chunks. */
export const SIZE_CHUNKED = -1;
/** The size of an answer's body that ends with the connection. */
export const SIZE_UNTIL_CLOSE = -2;

const STATUS_MIN = 200;
const STATUS_MAX = 599;

const statusLines: readonly string[][] = [[], []];

function statusLine(versionMinor: 0 | 1, status: number): string {
  const lines = statusLines[versionMinor] ?? [];
  let line = lines[status];
  if (line === undefined) {
    assert(
      Number.isInteger(status) && status >= STATUS_MIN && status <= STATUS_MAX,
      "an answer has a final status",
    );
    line = `HTTP/1.${versionMinor} ${status} ${statusPhrase(status)}\r\n`;
    lines[status] = line;
  }
  return line;
}

/** Whether answers of this status never have a body (RFC 9110). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

/**
 * The head of an answer, in the order of the real server: status line, the handler's lines, Content-Length or
 * Transfer-Encoding, Connection where it is not what the version implies, and the plain-text Content-Type that the real
 * server's HTTP library gives answers whose handler set no header. No Date, as there.
 *
 * @param headerLines complete lines, each with its line end
 * @param bodySize bytes of the body, or `SIZE_CHUNKED`, or `SIZE_UNTIL_CLOSE`
 */
export function responseHead(
  framing: AnswerFraming,
  status: number,
  headerLines: string,
  bodySize: number,
): string {
  const { versionMinor, closes } = framing;
  if (
    last.headerLines !== headerLines ||
    last.bodySize !== bodySize ||
    last.status !== status ||
    last.versionMinor !== versionMinor ||
    last.closes !== closes
  ) {
    const text = headText(framing, status, headerLines, bodySize);
    last = { versionMinor, closes, status, headerLines, bodySize, text };
  }
  return last.text;
}

/** The head that was asked for last: answers of one model are mostly alike. */
let last = {
  versionMinor: -1,
  closes: false,
  status: 0,
  headerLines: "",
  bodySize: 0,
  text: "",
};

function headText(
  framing: AnswerFraming,
  status: number,
  headerLines: string,
  bodySize: number,
): string {
  assert(headerLines === "" || headerLines.endsWith("\r\n"), "header lines have their line ends");
  let head = statusLine(framing.versionMinor, status) + headerLines;
  if (bodySize >= 0) {
    head += isBodiless(status) ? "" : `Content-Length: ${bodySize}\r\n`;
  } else if (bodySize === SIZE_CHUNKED) {
    head += "Transfer-Encoding: chunked\r\n";
  }
  if (framing.closes) {
    head += framing.versionMinor === 1 ? "Connection: close\r\n" : "";
  } else if (framing.versionMinor === 0) {
    head += "Connection: keep-alive\r\n";
  }
  return headerLines === "" ? `${head}Content-Type: text/plain\r\n\r\n` : `${head}\r\n`;
}
