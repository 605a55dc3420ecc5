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

function fault(status: number, message: string): WireFault {
  return { status, message };
}

export const FAULT_METHOD: WireFault = fault(400, "Invalid request method");
export const FAULT_TARGET: WireFault = fault(400, "Invalid request target");
export const FAULT_REQUEST_LINE: WireFault = fault(400, "Invalid request line");
export const FAULT_VERSION: WireFault = fault(505, "HTTP version not supported");
export const FAULT_CONNECT: WireFault = fault(405, "Method Not Allowed");
export const FAULT_HEADER_NAME: WireFault = fault(400, "Invalid header name");
export const FAULT_HEADER_VALUE: WireFault = fault(400, "Invalid header value");
export const FAULT_HEADER_FOLDING: WireFault = fault(400, "Header line folding is not supported");
export const FAULT_LINE_END: WireFault = fault(400, "Invalid line end");
export const FAULT_HOST: WireFault = fault(400, "Invalid Host header");
export const FAULT_CONTENT_LENGTH: WireFault = fault(400, "Invalid Content-Length header");
export const FAULT_TRANSFER_ENCODING: WireFault = fault(400, "Invalid Transfer-Encoding header");
export const FAULT_TRANSFER_CODING: WireFault = fault(501, "Unsupported transfer encoding");
export const FAULT_LENGTH_AND_ENCODING: WireFault = fault(
  400,
  "Content-Length and Transfer-Encoding exclude each other",
);
export const FAULT_CHUNK_SIZE: WireFault = fault(400, "Invalid chunk size");
export const FAULT_CHUNK_EXTENSION: WireFault = fault(400, "Invalid chunk extension");
export const FAULT_CHUNK_END: WireFault = fault(400, "Invalid chunk end");
export const FAULT_TARGET_SIZE: WireFault = fault(414, "Request target is too long");
export const FAULT_HEAD_SIZE: WireFault = fault(431, "Request head is too large");
export const FAULT_TRAILER_SIZE: WireFault = fault(431, "Request trailer is too large");
export const FAULT_TRUNCATED: WireFault = fault(400, "Request ended before it was complete");
export const FAULT_TIMEOUT: WireFault = fault(408, "Request timeout");
export const FAULT_MEMORY: WireFault = fault(503, "Not enough memory for the request body");
export const FAULT_HANDLER: WireFault = fault(500, "Internal error");

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
