/**
 * Bytes that are no message of the expected type. The one error of the protobuf codecs.
 *
 * Over gRPC a malformed request of a unary call ends it with Internal and `MALFORMED_REQUEST_TEXT`; the front end maps it,
 * because a stream treats it otherwise.
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
