import { readdirSync, readFileSync } from "node:fs";

/** The kernel's unit of process times on Linux, whatever the machine. */
const MICROSECONDS_PER_TICK = 10_000;

interface ProcessTimes {
  readonly parent: number;
  readonly cpuUs: number;
}

/** Processor time that a process and all processes below it have taken, microseconds. Linux only. */
export function treeCpuUs(root: number): number {
  const processes = new Map<number, ProcessTimes>();
  for (const name of readdirSync("/proc")) {
    const id = Number(name);
    const times = Number.isInteger(id) ? timesOf(id) : null;
    if (times !== null) {
      processes.set(id, times);
    }
  }
  let total = 0;
  for (const [id, { cpuUs }] of processes) {
    if (isBelow(processes, id, root)) {
      total += cpuUs;
    }
  }
  return total;
}

function isBelow(processes: ReadonlyMap<number, ProcessTimes>, id: number, root: number): boolean {
  for (let at: number | undefined = id; at !== undefined; at = processes.get(at)?.parent) {
    if (at === root) {
      return true;
    }
  }
  return false;
}

/** null for a process that has ended meanwhile. */
function timesOf(id: number): ProcessTimes | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${id}/stat`, "utf8");
  } catch {
    return null;
  }
  // After the command's name, which may hold spaces: state, parent, …; 11 and 12 are the times in user and in system mode.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { parent: Number(fields[1]), cpuUs: ticks * MICROSECONDS_PER_TICK };
}
