/**
 * Why the wire layer answers a request itself. The answer is `status` with the body `{"error":"<message>"}`, and the
 * connection is closed after it, since what follows on it cannot be trusted or is not wanted.
 *
 * The real server closes the connection without any answer in nearly all of these cases; saying why is allowed by
 * RFC 9112 and breaks no client.
 */
export interface WireFault {
  readonly status: number;
  readonly message: string;
}

/** What can be wrong. */
export type WireFaultKind =
  | "method"
  | "target"
  | "requestLine"
  | "version"
  | "connect"
  | "headerName"
  | "headerValue"
  | "headerFolding"
  | "lineEnd"
  | "host"
  | "contentLength"
  | "transferEncoding"
  | "transferCoding"
  | "lengthAndEncoding"
  | "chunkSize"
  | "chunkExtension"
  | "chunkEnd"
  | "targetSize"
  | "headSize"
  | "trailerSize"
  | "truncated"
  | "timeout"
  | "memory"
  | "handler";

function fault(status: number, message: string): WireFault {
  return { status, message };
}

/** The faults whose message needs nothing else, by what is wrong. */
export const wireFaults: Readonly<Record<WireFaultKind, WireFault>> = {
  method: fault(400, "Invalid request method"),
  target: fault(400, "Invalid request target"),
  requestLine: fault(400, "Invalid request line"),
  version: fault(505, "HTTP version not supported"),
  connect: fault(405, "Method Not Allowed"),
  headerName: fault(400, "Invalid header name"),
  headerValue: fault(400, "Invalid header value"),
  headerFolding: fault(400, "Header line folding is not supported"),
  lineEnd: fault(400, "Invalid line end"),
  host: fault(400, "Invalid Host header"),
  contentLength: fault(400, "Invalid Content-Length header"),
  transferEncoding: fault(400, "Invalid Transfer-Encoding header"),
  transferCoding: fault(501, "Unsupported transfer encoding"),
  lengthAndEncoding: fault(400, "Content-Length and Transfer-Encoding exclude each other"),
  chunkSize: fault(400, "Invalid chunk size"),
  chunkExtension: fault(400, "Invalid chunk extension"),
  chunkEnd: fault(400, "Invalid chunk end"),
  targetSize: fault(414, "Request target is too long"),
  headSize: fault(431, "Request head is too large"),
  trailerSize: fault(431, "Request trailer is too large"),
  truncated: fault(400, "Request ended before it was complete"),
  timeout: fault(408, "Request timeout"),
  memory: fault(503, "Not enough memory for the request body"),
  handler: fault(500, "Internal error"),
};

/**
 * The fault for a chunked body of too many chunks.
 *
 * @see Triton server src/http_server.cc, HTTPServer::ChunkCountIncrement
 */
export function chunkCountFault(chunkCountMax: number): WireFault {
  return fault(
    400,
    `Chunked request body exceeds maximum of ${chunkCountMax} non-empty chunks. Send fewer or larger HTTP chunks.`,
  );
}
