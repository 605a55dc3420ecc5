import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import { KeyedMutex } from "../../base/keyed-mutex.ts";
import type { Logger } from "../../base/logger.ts";
import type { StubCommand } from "./stub-process.ts";

/** An archive that has been unpacked. */
interface UnpackedArchive {
  readonly directory: string;
  readonly modifiedMs: number;
}

/** `export NAME=value` of an activation script, with a value that means itself. */
const EXPORT = /^\s*export\s+([A-Za-z_][A-Za-z0-9_]*)=(["']?)([^"'`$]*)\2\s*$/gm;

/**
 * The Python environments that models bring: folders, and archives as conda-pack makes them, each unpacked once into a folder
 * that goes with the backend, and again when the archive has changed.
 *
 * @see Triton python_backend src/pb_env.cc, EnvironmentManager
 */
export class ExecutionEnvironments {
  readonly #log: Logger;
  readonly #unpacked = new Map<string, UnpackedArchive>();
  readonly #unpacking = new KeyedMutex();
  #base: string | null = null;
  #count = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * How stubs are started in the environment at a path.
   *
   * @throws {TritonError} Internal if there is no environment, or none with an interpreter
   */
  async command(path: string): Promise<StubCommand> {
    const canonical = await realpath(path).catch((cause: unknown) => {
      throw internal(`Failed to get the canonical path for ${path}.`, cause);
    });
    const directory = await this.#unpacking.run(canonical, () => this.#directory(canonical));
    const activate = join(directory, "bin/activate");
    const script = await readFile(activate, "utf8").catch((cause: unknown) => {
      throw internal(
        `Path ${activate} does not exist. The Python environment should contain an 'activate' script.`,
        cause,
      );
    });
    const python = await firstThatExists([
      join(directory, "bin/python"),
      join(directory, "bin/python3"),
    ]);
    if (python === null) {
      throw internal(`The Python environment ${directory} has no bin/python.`, null);
    }
    const library = join(directory, "lib");
    const environment: Record<string, string> = {};
    for (const [, name = "", , value = ""] of script.matchAll(EXPORT)) {
      environment[name] = value;
    }
    environment["PATH"] = join(directory, "bin");
    return { python, libraryPath: await firstThatExists([library]), environment };
  }

  /** Removes what was unpacked. */
  async close(): Promise<void> {
    if (this.#base !== null) {
      await rm(this.#base, { recursive: true, force: true });
    }
  }

  async #directory(path: string): Promise<string> {
    const status = await stat(path);
    if (status.isDirectory()) {
      return path;
    }
    const known = this.#unpacked.get(path);
    if (known !== undefined && known.modifiedMs === status.mtimeMs) {
      return known.directory;
    }
    this.#log.verbose(1, `Extracting Python execution env ${path}`);
    this.#base ??= await mkdtemp(join(tmpdir(), "python_env_"));
    const directory = join(this.#base, String(this.#count++));
    await mkdir(directory);
    try {
      await unpack(path, directory);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
    // The old one stays until the backend ends: processes may still run in it.
    this.#unpacked.set(path, { directory, modifiedMs: status.mtimeMs });
    return directory;
  }
}

/** tar itself keeps entries from leaving the folder: absolute names lose their slash, names with `..` are refused. */
async function unpack(archive: string, directory: string): Promise<void> {
  const child = spawn("tar", ["-xzf", archive, "-C", directory], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let problem = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    problem = (problem + text).slice(-1000);
  });
  await once(child, "close").catch((cause: unknown) => {
    throw internal(`cannot unpack ${archive}: tar cannot be started`, cause);
  });
  if (child.exitCode !== 0) {
    throw internal(`cannot unpack ${archive}: ${problem.trim()}`, null);
  }
}

async function firstThatExists(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    try {
      await access(path);
      return path;
    } catch {
      // The next one may.
    }
  }
  return null;
}

function internal(message: string, cause: unknown): TritonError {
  return new TritonError(StatusCode.Internal, message, { cause });
}
