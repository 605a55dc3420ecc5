import { setFlagsFromString } from "node:v8";

/**
 * V8's thresholds for its optimizing compilers, in calls of a function: a sixth to a quarter of its own, which are 400, 500
 * and 3000.
 */
const EARLY_COMPILER_FLAGS: readonly string[] = [
  "--invocation-count-for-maglev=100",
  "--minimum-invocations-after-ic-update=100",
  "--invocation-count-for-turbofan=500",
];

/**
 * Has the functions of this process compiled to their fastest form after some hundreds of requests instead of ten thousand.
 *
 * A server of large models answers some hundred requests a second, on cores whose caches the models fill. There V8 waits
 * for most of a minute, in which the event loop takes a quarter more of the time that the models need
 * (docs/decisions/0019-early-compilation.md).
 */
export function compileEarly(): void {
  for (const flag of EARLY_COMPILER_FLAGS) {
    setFlagsFromString(flag);
  }
}
