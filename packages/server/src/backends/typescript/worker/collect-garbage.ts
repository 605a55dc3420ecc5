import { type GarbageCollector, garbageCollector } from "../../../base/garbage-collector.ts";

let collector: GarbageCollector<Promise<void>> | null = null;

/** Collects this thread's garbage, once nothing runs; resolves afterwards. Without it, an idle thread never would. */
export function collectGarbage(): Promise<void> {
  collector ??= garbageCollector<Promise<void>>();
  return collector({ type: "major", execution: "async" });
}
