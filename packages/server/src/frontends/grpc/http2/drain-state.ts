/**
 * How far a connection is on its way to its end in peace.
 *
 * @see RFC 9113, section 6.8
 */
export const DrainState = {
  None: 0,
  /** The client has been asked to send no further requests; those under way are still taken. */
  Asked: 1,
  /** It has heard that, and been told which was the last one. */
  Told: 2,
} as const;

/** One of the states. */
export type DrainState = (typeof DrainState)[keyof typeof DrainState];
