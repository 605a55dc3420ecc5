import { readFileSync } from "node:fs";
import { TRITON_VERSION } from "../config/server-options.ts";

/** This package and the Triton release that it follows, in one line. */
export function versionText(): string {
  return `Nereid ${productVersion()} (compatible with Triton ${TRITON_VERSION})`;
}

/** The version of the package, from its package.json: sources and compiled files lie equally deep below it. */
function productVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown";
}
