import { readdirSync, readFileSync } from "node:fs";

/** On which processors each thread of the process may run, as Linux lists them, by its number. */
export function allowedCores(): ReadonlyMap<number, string> {
  const cores = new Map<number, string>();
  for (const id of readdirSync("/proc/self/task")) {
    try {
      const status = readFileSync(`/proc/self/task/${id}/status`, "latin1");
      cores.set(Number(id), /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? "");
    } catch {
      // It has ended in the meantime.
    }
  }
  return cores;
}
