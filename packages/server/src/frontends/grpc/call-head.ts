import { type ParameterValue, TritonError } from "@nereid/protocol";
import type { HeaderForwarding } from "../semantics/header-forwarding.ts";
import type { RestrictedApis } from "../semantics/restricted-apis.ts";
import { failureHead } from "./answer-heads.ts";
import { DEADLINE_EXCEEDED, GrpcFailure, GrpcStatus } from "./grpc-status.ts";
import { parseGrpcTimeout } from "./grpc-timeout.ts";
import type { HeaderBlock } from "./http2/header-block.ts";
import type { Http2Head } from "./http2/http2-stream.ts";
import {
  type CompressionLevel,
  type MessageCoding,
  messageCodingOf,
  responseCodingFor,
} from "./message-coding.ts";
import type { ServedMethod } from "./served-method.ts";

/** A call that goes on, as its head has it. */
export interface CallHead {
  readonly kind: "call";
  readonly method: ServedMethod;
  /** Milliseconds that the client is ready to wait; null for as long as it takes. */
  readonly timeoutMs: number | null;
  /** Of requests whose compressed flag is set. */
  readonly requestCoding: MessageCoding;
  /** Of responses to inferences. */
  readonly responseCoding: MessageCoding;
  /** Metadata that become parameters of each inference, or why they cannot; null for none. */
  readonly forwarded: ReadonlyMap<string, ParameterValue> | TritonError | null;
  /** Whether the first inference error ends a stream (`triton_grpc_error: true`). */
  readonly endsAtError: boolean;
}

/** A call that ends at its head: with a status, or (null) by RST_STREAM, where the head breaks gRPC's rules. */
export interface RefusedHead {
  readonly kind: "refused";
  readonly answer: HeaderBlock | null;
}

/** What heads are judged by. */
export interface CallHeadRules {
  readonly methods: ReadonlyMap<string, ServedMethod>;
  readonly restrictedApis: RestrictedApis;
  /** null: no metadata become parameters. */
  readonly headerForwarding: HeaderForwarding | null;
  readonly compressionLevel: CompressionLevel;
}

const CONTENT_TYPE = "application/grpc";
const RESET: RefusedHead = { kind: "refused", answer: null };
const BAD_METHOD: RefusedHead = refusal(GrpcStatus.Unknown, "Bad method header");
const NO_TE: RefusedHead = refusal(GrpcStatus.Unknown, "Missing :te header");
const NO_SUCH_CALL: RefusedHead = refusal(GrpcStatus.Unimplemented, "");
const LATE: RefusedHead = { kind: "refused", answer: failureHead(DEADLINE_EXCEEDED) };

/** Metadata that are gRPC's own: applications do not see them. */
const TRANSPORT_METADATA: ReadonlySet<string> = new Set([
  "content-type",
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-internal-encoding-request",
  "grpc-message",
  "grpc-status",
  "grpc-timeout",
  "te",
]);

/**
 * Judges the head of a call in gRPC's order: what breaks its rules, the method, `te`, the deadline, the path; then Triton's
 * restrictions.
 *
 * @see gRPC core src/core/ext/transport/chttp2/transport/parsing.cc, src/core/ext/filters/http/server
 */
export function readCallHead(head: Http2Head, rules: CallHeadRules): CallHead | RefusedHead {
  const te = head.header("te");
  const timeoutText = head.header("grpc-timeout");
  const timeoutMs = timeoutText === undefined ? null : parseGrpcTimeout(timeoutText);
  const requestCoding = messageCodingOf(head.header("grpc-encoding") ?? "identity");
  if (
    !isGrpcContentType(head.header("content-type")) ||
    (te !== undefined && te !== "trailers") ||
    (timeoutText !== undefined && timeoutMs === null) ||
    requestCoding === null
  ) {
    return RESET;
  }
  if (head.method !== "POST") {
    return BAD_METHOD;
  }
  if (te === undefined) {
    return NO_TE;
  }
  if (timeoutMs === 0) {
    return LATE;
  }
  const method = rules.methods.get(head.path);
  if (method === undefined) {
    return NO_SUCH_CALL;
  }
  const missing = rules.restrictedApis.missingHeader(method.api, head);
  if (missing !== null) {
    return refusal(
      GrpcStatus.Unavailable,
      `This protocol is restricted, expecting header '${missing}'`,
    );
  }
  const accepted = head.header("grpc-accept-encoding") ?? "";
  return {
    kind: "call",
    method,
    timeoutMs: timeoutMs === Number.POSITIVE_INFINITY ? null : timeoutMs,
    requestCoding,
    responseCoding: responseCodingFor(rules.compressionLevel, accepted),
    forwarded: rules.headerForwarding === null ? null : forward(rules.headerForwarding, head),
    endsAtError: head.header("triton_grpc_error") === "true",
  };
}

function refusal(status: GrpcStatus, message: string): RefusedHead {
  return { kind: "refused", answer: failureHead(new GrpcFailure(status, message)) };
}

/** A type that is missing or empty is taken for the right one. */
function isGrpcContentType(contentType = ""): boolean {
  if (contentType === "" || contentType === CONTENT_TYPE) {
    return true;
  }
  const next = contentType[CONTENT_TYPE.length];
  return contentType.startsWith(CONTENT_TYPE) && (next === "+" || next === ";");
}

/** An error belongs to each inference, not to the call: on a stream it is said in-band. */
function forward(
  headerForwarding: HeaderForwarding,
  head: Http2Head,
): ReadonlyMap<string, ParameterValue> | TritonError | null {
  const metadata: (readonly [string, string])[] = [];
  head.forEachHeader((name, value) => {
    if (!TRANSPORT_METADATA.has(name)) {
      metadata.push([name, Buffer.from(value, "latin1").toString("utf8")]);
    }
  });
  // Sorted by key, as the real server's library has them.
  metadata.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  const source = {
    forEachHeader(visit: (name: string, value: string) => void): void {
      for (const [name, value] of metadata) {
        visit(name, value);
      }
    },
  };
  try {
    return headerForwarding.forward(source, null);
  } catch (error) {
    if (error instanceof TritonError) {
      return error;
    }
    throw error;
  }
}
