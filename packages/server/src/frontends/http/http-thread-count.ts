import { IO_THREAD_COUNT_MAX } from "../threads/thread-limits.ts";

/**
 * How many threads hold the connections of the HTTP front end; 0 if the main thread does, which is the default. Who asks
 * for one thread has it: the main thread.
 *
 * @param asked by the operator, at least 1; null for the default
 * @see docs/decisions/0007-http-threads.md
 */
export function httpThreadCount(asked: number | null): number {
  return asked === null || asked === 1 ? 0 : Math.min(asked, IO_THREAD_COUNT_MAX);
}
