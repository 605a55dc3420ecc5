import { join } from "node:path";
import type { ServerCommand } from "./bench-server.ts";

/** Nereid as it was built, and the real server where $TRITONSERVER names it. */
export function serverCommands(): readonly ServerCommand[] {
  const bin = join(import.meta.dirname, "..", "bin", "nereid-server.js");
  const ours: ServerCommand = { name: "nereid", command: process.execPath, args: [bin] };
  const peer = process.env["TRITONSERVER"];
  return peer === undefined ? [ours] : [ours, { name: "tritonserver", command: peer, args: [] }];
}
