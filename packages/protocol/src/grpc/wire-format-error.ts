/**
 * Bytes that are no message of the expected type. The one error of the protobuf codecs.
 *
 * Over gRPC a malformed request of a unary call ends it with Internal and "Unable to parse request". The front end says so,
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
