/** The other side of a stub's sockets said something that the wire does not allow: it is broken and will be replaced. */
export class WireError extends Error {
  override readonly name = "WireError";
}
