import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's `gc`: collects the calling thread's garbage, all of it unless the options say otherwise. */
export type GarbageCollector<Result> = (options?: object) => Result;

/**
 * The calling thread's collector: for a thread that would not collect by itself for long, since it allocates little.
 *
 * `Result` is what the options give that the caller passes: a promise with `execution: "async"`, otherwise nothing.
 */
export function garbageCollector<Result = void>(): GarbageCollector<Result> {
  // The flag is the only way to one; it shows in contexts that are made later.
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as GarbageCollector<Result>; // as the flag makes it
}
