import { join } from "node:path";
import { preparePython } from "../../../tools/python-environment.ts";
import type { ServerCommand } from "./bench-server.ts";

/** Nereid as it was built, with `flags` of its own, and the real server where $TRITONSERVER names it. */
export function serverCommands(flags: readonly string[] = []): readonly ServerCommand[] {
  const bin = join(import.meta.dirname, "..", "bin", "nereid-server.js");
  const ours: ServerCommand = { name: "nereid", command: process.execPath, args: [bin, ...flags] };
  const peer = process.env["TRITONSERVER"];
  return peer === undefined ? [ours] : [ours, { name: "tritonserver", command: peer, args: [] }];
}

/**
 * The flag that has Nereid run Python models with $NEREID_PYTHON, or with an environment that is made for it.
 *
 * The real server's stub is linked to an interpreter of its own: questions about Python compare two builds of Python, too, which
 * should be of one version.
 */
export async function pythonFlag(): Promise<string> {
  const python =
    process.env["NEREID_PYTHON"] ??
    (await preparePython({
      file: join(import.meta.dirname, "../python/requirements-test.txt"),
      modules: ["numpy"],
    }));
  return `--backend-config=python,python=${python}`;
}
