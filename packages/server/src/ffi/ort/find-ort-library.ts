import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";

/** The npm package that carries ONNX Runtime for common platforms. Only its library is used. */
const PACKAGE = "onnxruntime-node";

const LIBRARY_PATTERNS: Readonly<Partial<Record<NodeJS.Platform, RegExp>>> = {
  linux: /^libonnxruntime\.so\.\d+$/,
  darwin: /^libonnxruntime\.\d+\.dylib$/,
  win32: /^onnxruntime\.dll$/,
};

const ADVICE =
  `install the npm package ${PACKAGE}, or name a library with --backend-config=onnxruntime,library-path=<path> ` +
  "or the environment variable NEREID_ONNXRUNTIME_LIBRARY";

/** For which machine a library is looked for. */
export interface LibraryPlatform {
  readonly platform: NodeJS.Platform;
  /** As `process.arch`. */
  readonly architecture: string;
}

/**
 * The ONNX Runtime library to load: the one that is set, else the one of the npm package for this platform.
 *
 * @param configured the setting `library-path`
 * @throws {TritonError} Unavailable, saying what to install, if there is none
 */
export function findOrtLibrary(
  configured: string | null,
  { platform, architecture }: LibraryPlatform = {
    platform: process.platform,
    architecture: process.arch,
  },
): string {
  if (configured !== null) {
    if (!existsSync(configured)) {
      throw new TritonError(
        StatusCode.Unavailable,
        `unable to find the ONNX Runtime library '${configured}': ${ADVICE}`,
      );
    }
    return configured;
  }
  const path = packagedLibrary(platform, architecture);
  if (path === null) {
    throw new TritonError(
      StatusCode.Unavailable,
      `unable to find an ONNX Runtime library for ${platform}/${architecture}: ${ADVICE}`,
    );
  }
  return path;
}

/** `<package>/bin/napi-v<n>/<platform>/<architecture>/<library>`, or null. */
function packagedLibrary(platform: NodeJS.Platform, architecture: string): string | null {
  const pattern = LIBRARY_PATTERNS[platform];
  const root = packageRoot();
  if (root === null || pattern === undefined) {
    return null;
  }
  const bin = join(root, "bin");
  const bindings = listDirectory(bin).filter((name) => /^napi-v\d+$/.test(name));
  for (const binding of bindings) {
    const directory = join(bin, binding, platform, architecture);
    const name = listDirectory(directory).find((file) => pattern.test(file));
    if (name !== undefined) {
      return join(directory, name);
    }
  }
  return null;
}

function packageRoot(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
  } catch {
    // Not installed: an optional dependency, as far as this code is concerned.
    return null;
  }
}

function listDirectory(path: string): string[] {
  return existsSync(path) ? readdirSync(path).sort() : [];
}
