/**
 * Encoded header fields. They use no dynamic table, so one block serves every connection: constant heads and trailers are
 * encoded once and kept.
 */
export type HeaderBlock = Uint8Array;

/** A field to send: the name in lower case; the value a character per byte, without line ends or surrounding white space. */
export type HeaderField = readonly [name: string, value: string];
