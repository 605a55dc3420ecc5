import { isProduct, isUnder } from "./areas.ts";
import { lineCounter } from "./scan-source.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

/** Something that product code may use only in certain places. */
interface PlaceRule {
  /** What the code says; null if only a module is meant. */
  readonly code: RegExp | null;
  /** The modules meant; null if only code is meant. */
  readonly module: RegExp | null;
  /** Folders in which it is allowed. */
  readonly places: readonly string[];
  readonly why: string;
}

const SERVER = "packages/server/src";
const BASE = `${SERVER}/base`;
const CLI = `${SERVER}/cli`;
const FFI = `${SERVER}/ffi`;
const FRONTENDS = `${SERVER}/frontends`;
const NATIVE_THREAD = `${FFI}/native-thread`;
const SOCKET_PAIR = `${FFI}/socket-pair`;
const CLIENTS = "packages/client";

const PLACE_RULES: readonly PlaceRule[] = [
  {
    code: /\bprocess\.dlopen\b/g,
    module: /^koffi$/,
    places: [FFI],
    why: "native code is reached through ffi/ only",
  },
  {
    code: null,
    module: /^node:(?:http|https|http2)$/,
    places: [FRONTENDS, CLIENTS],
    why: "HTTP is spoken by frontends/ and the client packages only",
  },
  {
    code: null,
    module: /^node:(?:net|tls|dgram)$/,
    places: [FRONTENDS, SOCKET_PAIR],
    why: "sockets are opened by frontends/ only, and those to child processes by ffi/socket-pair/",
  },
  {
    code: /\bDate\.now\b|\bnew Date\(\)|\bsetTimeout\b|\bsetInterval\b|\bprocess\.hrtime\b/g,
    module: null,
    places: [BASE],
    why: "time comes from a Clock, so that tests and simulations own it",
  },
  {
    code: /\bperformance\.(?:now|timeOrigin)\b/g,
    module: /^node:perf_hooks$/,
    places: [BASE, NATIVE_THREAD],
    why: "time comes from a Clock, so that tests and simulations own it",
  },
  {
    code: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/g,
    module: null,
    places: [BASE],
    why: "randomness is passed in, so that a seed replays a failure",
  },
  {
    code: /\bprocess\.(?:env|exit|exitCode|argv)\b/g,
    module: /^node:process$/,
    places: [CLI],
    why: "the process belongs to cli/: pass the value down",
  },
  {
    code: /\bconsole\./g,
    module: /^node:console$/,
    places: [CLI],
    why: "product code writes through the Logger",
  },
  {
    code: null,
    module: /(?:^|\/)gen\//,
    places: ["packages/protocol"],
    why: "generated messages stay inside protocol: export what is needed from its src/index.ts",
  },
];

/** Folders that are pure: they import nothing of Node's. */
const PURE_FOLDERS = [`${SERVER}/model`, `${SERVER}/scheduling`, "packages/protocol/src"];

/** Checks that product code uses what is confined to certain folders only there. */
export function* checkPlaces(tree: SourceTree): Generator<Violation> {
  for (const path of tree.files.filter(isProduct)) {
    for (const rule of PLACE_RULES) {
      if (!rule.places.some((place) => isUnder(path, place))) {
        yield* checkPlace(tree, path, rule);
      }
    }
    const pureFolder = PURE_FOLDERS.find((folder) => isUnder(path, folder));
    for (const { specifier, line } of tree.scan(path).imports) {
      if (pureFolder !== undefined && specifier.startsWith("node:")) {
        yield {
          path,
          line,
          message: `${specifier}: ${pureFolder} is pure and imports no node: module`,
        };
      }
    }
  }
}

function* checkPlace(tree: SourceTree, path: string, rule: PlaceRule): Generator<Violation> {
  const { code, imports } = tree.scan(path);
  const message = (what: string): string => {
    return `${what}: ${rule.why} (allowed in ${rule.places.join(", ")})`;
  };
  for (const { specifier, line } of imports) {
    if (rule.module?.test(specifier) === true) {
      yield { path, line, message: message(specifier) };
    }
  }
  if (rule.code !== null) {
    const lineAt = lineCounter(code);
    for (const match of code.matchAll(rule.code)) {
      yield { path, line: lineAt(match.index), message: message(match[0]) };
    }
  }
}
