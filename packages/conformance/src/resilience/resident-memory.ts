import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { platform } from "node:process";

const BYTES_PER_KIB = 1024;

/**
 * Bytes of a process that are in memory.
 *
 * @throws {Error} if there is no such process
 */
export function residentByteSize(processId: number): number {
  const text =
    platform === "linux"
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, "utf8"))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(processId)], { encoding: "utf8" }).trim();
  const kibibytes = Number(text);
  if (!Number.isSafeInteger(kibibytes) || kibibytes === 0) {
    throw new Error(`process ${processId} has no resident memory`);
  }
  return kibibytes * BYTES_PER_KIB;
}
