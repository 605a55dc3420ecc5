import { gunzipSync, inflateSync } from "node:zlib";
import type { GrpcOutcome } from "./grpc-exchange.ts";
import { framesOf, type GrpcFrame, isUnary, responseText } from "./grpc-message.ts";
import type { Look, Mask } from "./look.ts";
import { maskedText, type Observation } from "./observation.ts";

const STATUS_NAMES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

const CONTENT_TYPE = "application/grpc";

/**
 * Turns what came over the wire into an observation. `masks` come before those of the step.
 *
 * `status` is the gRPC status by name; `reset <code>` for a stream that the server reset, `http <status>` for an answer
 * without a gRPC status. `text` is the status message, or the one message of a unary call as JSON; all other messages
 * are `messages`.
 */
export function observeGrpc(
  path: string,
  outcome: GrpcOutcome,
  look: Look,
  masks: readonly Mask[],
): Observation {
  const { frames, restByteSize } = framesOf(outcome.data);
  const messages = frames.map((frame) => {
    const bytes = plainBytes(frame, outcome.headers.get("grpc-encoding"));
    const text = responseText(path, bytes) ?? `base64 ${Buffer.from(bytes).toString("base64")}`;
    return maskedText(text, look, masks);
  });
  const status = statusOf(outcome);
  const isAnswer = status === "OK" && isUnary(path) && messages.length === 1;
  const statusMessage = field(outcome, "grpc-message");
  const text = isAnswer
    ? messages[0]
    : statusMessage && maskedText(decodePercent(statusMessage), look, masks);
  const headers = headersOf(outcome, frames);
  return {
    status,
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(text === undefined || text === "" ? {} : { text }),
    ...(isAnswer || messages.length === 0 ? {} : { messages }),
    ...(restByteSize === 0 ? {} : { tail: `${restByteSize} bytes` }),
  };
}

function statusOf(outcome: GrpcOutcome): string {
  if (outcome.ending === "reset") {
    return `reset ${outcome.resetCode}`;
  }
  if (outcome.ending !== "trailers") {
    return outcome.ending;
  }
  const code = field(outcome, "grpc-status");
  return code === undefined
    ? `http ${outcome.httpStatus}`
    : (STATUS_NAMES[Number(code)] ?? `grpc-status ${code}`);
}

/** A field of the trailers; a call without messages may have them in its headers. */
function field(outcome: GrpcOutcome, name: string): string | undefined {
  return outcome.trailers.get(name) ?? outcome.headers.get(name);
}

/** What differs from an everyday answer: HTTP status, content type, encodings. */
function headersOf(outcome: GrpcOutcome, frames: readonly GrpcFrame[]): Record<string, string> {
  const headers: Record<string, string> = {};
  if (outcome.httpStatus !== null && outcome.httpStatus !== 200) {
    headers[":status"] = String(outcome.httpStatus);
  }
  const contentType = outcome.headers.get("content-type");
  if (contentType !== undefined && contentType !== CONTENT_TYPE) {
    headers["content-type"] = contentType;
  }
  const encoding = outcome.headers.get("grpc-encoding");
  if (encoding !== undefined && encoding !== "identity") {
    headers["grpc-encoding"] = encoding;
  }
  const compressed = frames.filter(({ isCompressed }) => isCompressed).length;
  if (compressed > 0) {
    headers["compressed messages"] = String(compressed);
  }
  return headers;
}

function plainBytes(frame: GrpcFrame, encoding: string | undefined): Uint8Array {
  if (!frame.isCompressed) {
    return frame.bytes;
  }
  return encoding === "gzip" ? gunzipSync(frame.bytes) : inflateSync(frame.bytes);
}

/** Decodes grpc-message: percent-encoded UTF-8. What is not well-formed is taken as it is. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare per cent sign: the specification wants it shown as it is.
    return text;
  }
}
