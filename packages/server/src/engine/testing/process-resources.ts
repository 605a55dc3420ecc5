import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The processes that this one has started and that have not ended, as far as the system tells. */
export function childProcessIds(): readonly number[] {
  const ids: number[] = [];
  for (const name of namesIn("/proc")) {
    const id = Number(name);
    // `pid (name) state parent …`; the name may have blanks and brackets.
    const [, parent] = /^.*\) \S (\d+) /s.exec(readOrEmpty(`/proc/${name}/stat`)) ?? [];
    if (Number.isInteger(id) && Number(parent) === process.pid) {
      ids.push(id);
    }
  }
  return ids;
}

/** Descriptors of this process for memory files that are called so. */
export function memoryFileCount(name: string): number {
  return namesIn("/proc/self/fd").filter((fd) => linkOf(fd).startsWith(`/memfd:${name}`)).length;
}

/** Parts of such files that this process has mapped. */
export function memoryMappingCount(name: string): number {
  return readOrEmpty("/proc/self/maps").split(`/memfd:${name}`).length - 1;
}

/** All descriptors of this process. */
export function descriptorCount(): number {
  return namesIn("/proc/self/fd").length;
}

/** Named shared memory whose name begins so. */
export function sharedMemoryNames(prefix: string): readonly string[] {
  return namesIn("/dev/shm").filter((name) => name.startsWith(prefix));
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It has ended meanwhile, or the system has no such file.
    return "";
  }
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The descriptor of the listing itself.
    return "";
  }
}

/** Waits until something is so, for a minute at most; whether it came to be. */
export async function eventually(isSo: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 1200 && !isSo(); tries++) {
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  return isSo();
}
