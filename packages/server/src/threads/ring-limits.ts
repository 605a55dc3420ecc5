/** Records that one look takes, so that other events of the loop get their turn. */
export const RECORDS_PER_TURN_MAX = 64;

/**
 * Turns of the event loop without a record after which a side goes to sleep. More turns find an answer of a few
 * microseconds without a bell, but cost the processor time of each turn where the answer takes longer.
 */
export const IDLE_TURNS_MAX = 1;

/** Times in one turn of the event loop that a side which may block waits for a further record: then others get their turn. */
export const DOZES_PER_TURN_MAX = 16;

/** Pieces of work that one turn does: then others get their turn. */
export const WORK_PER_TURN_MAX = 64;

/** How long a record that nobody waits for may lie unread by a side that sleeps. */
export const LAZY_DELAY_MS = 10;

/** Records that wait for room in a ring. Never reached: each belongs to a request or a buffer in flight. */
export const WAITING_COUNT_MAX: number = 1 << 20;
