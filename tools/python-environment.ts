/** A Python environment made from a file of pinned requirements when it is first needed: for tests and examples. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const CACHE = join(import.meta.dirname, "../node_modules/.cache/nereid-python");

/** How long one process may take to make an environment before another takes it for dead. */
const MAKING_MS_MAX = 600_000;
const POLL_MS = 200;

/** What an environment is made of. */
export interface PythonRequirements {
  /** A pip requirements file. */
  readonly file: string;
  /** What the packages are imported as: whether an interpreter has them is seen by importing them. */
  readonly modules: readonly string[];
}

/**
 * The interpreter of an environment with these packages. It is made once and kept below node_modules; where that cannot be done
 * (no venv module, no package index), the system's own python3 does if it has the packages.
 *
 * @throws {Error} with what to install if there is no such interpreter
 */
export async function preparePython(requirements: PythonRequirements): Promise<string> {
  const text = await readFile(requirements.file, "utf8");
  const version = await pythonVersion();
  const key = createHash("sha256").update(`${version}\n${text}`).digest("hex").slice(0, 16);
  const directory = join(CACHE, key);
  const interpreter = join(directory, "bin/python");
  const marker = join(directory, "complete");
  if (existsSync(marker)) {
    return interpreter;
  }
  await mkdir(CACHE, { recursive: true });
  return withLock(`${directory}.lock`, async () => {
    if (existsSync(marker)) {
      return interpreter;
    }
    try {
      await rm(directory, { recursive: true, force: true });
      await makeEnvironment(directory, requirements.file);
      await writeFile(marker, "");
      return interpreter;
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      return systemPython(requirements, error);
    }
  });
}

async function pythonVersion(): Promise<string> {
  try {
    const { stdout } = await run("python3", ["--version"]);
    return stdout.trim();
  } catch (cause) {
    throw new Error("python3 cannot be started: install Python 3.9 or later", { cause });
  }
}

async function makeEnvironment(directory: string, requirementsFile: string): Promise<void> {
  await run("python3", ["-m", "venv", directory]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await run(join(directory, "bin/python"), [...pip, "-r", requirementsFile]);
}

async function systemPython({ modules }: PythonRequirements, cause: unknown): Promise<string> {
  try {
    await run("python3", ["-c", `import ${modules.join(", ")}`]);
    return "python3";
  } catch {
    const names = modules.join(", ");
    throw new Error(
      `no Python environment with ${names}: "python3 -m venv" and pip could not make one (Debian and Ubuntu have venv in the package ` +
        "python3-venv), and python3 has not all of them itself",
      { cause },
    );
  }
}

/** Runs an action while no other process runs one with this lock, which is a folder. */
async function withLock<T>(lock: string, action: () => Promise<T>): Promise<T> {
  const startMs = Date.now();
  while (!(await isTaken(lock))) {
    const ageMs =
      Date.now() -
      (await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    if (ageMs > MAKING_MS_MAX) {
      // Whoever made it has not lived to remove it.
      await rmdir(lock).catch(() => undefined);
    } else if (Date.now() - startMs > 2 * MAKING_MS_MAX) {
      throw new Error(`${lock} is not let go of: remove it`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await action();
  } finally {
    await rmdir(lock);
  }
}

async function isTaken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    return false;
  }
}
