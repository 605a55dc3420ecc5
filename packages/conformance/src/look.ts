/** A replacement made in an answer's text before it is recorded or compared, for what differs from run to run. */
export type Mask = readonly [pattern: RegExp, replacement: string];

/** How an answer is looked at. */
export interface Look {
  /** Applied to the text of the body, or of the output, in order. */
  readonly masks?: readonly Mask[];
  /** Floating-point tolerance, relative (absolute below 1); 0 unless stated. */
  readonly tolerance?: number;
  /** Element type of the binary tail, for `tolerance`; otherwise the tail must be the same bytes. */
  readonly tail?: "FP32";
  /** Where the real server's order comes from a hash: neither that of keys nor that of array elements counts. */
  readonly anyOrder?: boolean;
  /** Where a line's place among the others means nothing: the text is recorded with its lines sorted. */
  readonly anyLineOrder?: boolean;
}
