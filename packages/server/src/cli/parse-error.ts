/**
 * A command line that cannot be used. The message is what tritonserver prints under its usage text; empty if the line
 * was said before it, as for an unknown option, or if only help was asked for.
 */
export class ParseError extends Error {
  override readonly name = "ParseError";
}
