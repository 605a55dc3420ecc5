/**
 * Bytes that are no message of the expected type. The one error of the protobuf codecs.
 *
 * Over gRPC a malformed request of a unary call ends it with Internal and `MALFORMED_REQUEST_TEXT`. The front end maps it,
 * because a stream treats it otherwise: in the real server, as the end of the client's requests.
 */
export class WireFormatError extends Error {
  override readonly name = "WireFormatError";
  /** Where in the message's bytes it was noticed. */
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}

/** What the real server's gRPC library says of a request that it cannot parse. */
export const MALFORMED_REQUEST_TEXT = "Unable to parse request";
