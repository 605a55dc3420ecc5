/** Bytes of records in each of the two rings of a thread. */
export const RING_SIZE: number = 512 * 1024;

/** Bytes of records that wait for room above which the core reads no further request of the thread. */
export const WAITING_BYTES_MAX: number = 8 << 20;

/** Requests of one thread that are not fully answered. Above: its connections begin no further one. */
export const REQUESTS_IN_FLIGHT_MAX: number = 16 * 1024;

/** Bodies and answers up to here travel in the ring; larger ones lie in shared memory of their own. */
export const RING_BODY_SIZE_MAX: number = 8 * 1024;

/** Bytes of shared memory for large bodies, and as many for large answers, that all threads together keep for reuse. */
export const IDLE_BYTES_MAX: number = 128 << 20;

/** Threads of one front end, whatever is asked for: each has an event loop and a heap of its own. */
export const IO_THREAD_COUNT_MAX = 64;

/** Before a thread that has ended unexpectedly is replaced; doubled with each that does not last. */
export const RESTART_DELAY_MS_MIN = 100;
/** The longest of these delays. */
export const RESTART_DELAY_MS_MAX = 10_000;
/** A thread that has lasted so long starts the delays anew. */
export const LASTING_MS = 60_000;

/** For a thread that is told to end its connections at once; after that it is ended from outside. */
export const DESTROY_GRACE_MS = 2000;
