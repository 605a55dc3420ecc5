import type { GrpcFailure } from "./grpc-status.ts";
import { encodeHeaderBlock, type HeaderBlock, type HeaderField } from "./http2/header-block.ts";
import type { MessageCoding } from "./message-coding.ts";
import { encodeStatusMessage } from "./status-message.ts";

const STATUS: HeaderField = [":status", "200"];
const CONTENT_TYPE: HeaderField = ["content-type", "application/grpc"];
const ACCEPT_ENCODING: HeaderField = ["grpc-accept-encoding", "identity, deflate, gzip"];

/** The heads of answers with messages, by the coding of these. In the real server's order. */
export const RESPONSE_HEADS: Readonly<Record<MessageCoding, HeaderBlock>> = {
  identity: encodeHeaderBlock([STATUS, CONTENT_TYPE, ACCEPT_ENCODING]),
  gzip: encodeHeaderBlock([STATUS, CONTENT_TYPE, ["grpc-encoding", "gzip"], ACCEPT_ENCODING]),
  deflate: encodeHeaderBlock([STATUS, CONTENT_TYPE, ["grpc-encoding", "deflate"], ACCEPT_ENCODING]),
};

/** What ends an answer without an error. */
export const OK_TRAILERS: HeaderBlock = encodeHeaderBlock([["grpc-status", "0"]]);
/** An answer without a message and without an error. */
export const OK_WITHOUT_MESSAGES: HeaderBlock = encodeHeaderBlock([
  STATUS,
  CONTENT_TYPE,
  ["grpc-status", "0"],
]);

/** What ends an answer that has begun. */
export function failureTrailers(failure: GrpcFailure): HeaderBlock {
  return encodeHeaderBlock(statusFields(failure));
}

/** The whole of an answer that has not begun. */
export function failureHead(failure: GrpcFailure): HeaderBlock {
  return encodeHeaderBlock([STATUS, CONTENT_TYPE, ...statusFields(failure)]);
}

function statusFields({ status, message }: GrpcFailure): HeaderField[] {
  const fields: HeaderField[] = [["grpc-status", String(status)]];
  if (message !== "") {
    fields.push(["grpc-message", encodeStatusMessage(message)]);
  }
  return fields;
}
