import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

type Collect = (options: object) => Promise<void>;

let collect: Collect | null = null;

/** Collects this thread's garbage, once nothing runs; resolves afterwards. Without it, an idle thread never would. */
export function collectGarbage(): Promise<void> {
  if (collect === null) {
    // The flag is the only way to a collection; it shows in contexts that are made later.
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as Collect; // as the flag makes it
  }
  return collect({ type: "major", execution: "async" });
}
