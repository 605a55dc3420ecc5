/**
 * Generates packages/server/src/ffi/ort/ort-api.gen.ts from ONNX Runtime's C header: the entries of `struct OrtApi` in
 * their order, with their types for the FFI and for TypeScript.
 *
 * Usage: node tools/generate-ort-api.ts <path to onnxruntime_c_api.h>
 *
 * Needs a C compiler (`cc`): its preprocessor expands the header's macros, and a compiled program proves that each
 * entry's index is its offset in the struct, since a wrong index is a crash, not an error. The headers of a version come
 * for example with the Go module github.com/yalue/onnxruntime_go.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OUTPUT_PATH = fileURLToPath(
  new URL("../packages/server/src/ffi/ort/ort-api.gen.ts", import.meta.url),
);

/** Stands for ORTCHAR_T while preprocessing, so that paths stay distinguishable from other text (UTF-16 on Windows). */
const PATH_CHARACTER = "NereidPathCharacter";

const PRIMITIVES: Readonly<Record<string, string>> = {
  size_t: "size_t",
  int: "int",
  int32_t: "int32_t",
  uint32_t: "uint32_t",
  int64_t: "int64_t",
  uint64_t: "uint64_t",
  float: "float",
  double: "double",
  _Bool: "bool",
  void: "void",
  OrtStatusPtr: "void *",
};

const TYPESCRIPT_ARGUMENTS: Readonly<Record<string, string>> = {
  "void *": "Pointer",
  str: "string | null",
  path: "string | null",
  bool: "boolean",
  int64_t: "number | bigint",
  uint64_t: "number | bigint",
};

const TYPESCRIPT_RESULTS: Readonly<Record<string, string>> = {
  "void *": "bigint | null",
  str: "string | null",
  bool: "boolean",
  void: "void",
};

interface Parameter {
  readonly name: string;
  readonly type: string;
}

interface Entry {
  readonly name: string;
  /** The API version that brought it; 1 for those older than the header's notes. */
  readonly since: number;
  readonly result: string;
  readonly parameters: readonly Parameter[];
}

function preprocess(headerPath: string, header: string): string {
  const input = header.replaceAll(
    /^#define ORTCHAR_T char$/gm,
    `typedef char ${PATH_CHARACTER};\n#define ORTCHAR_T ${PATH_CHARACTER}`,
  );
  return execFileSync("cc", ["-w", "-E", "-P", "-x", "c", "-I", dirname(headerPath), "-"], {
    encoding: "utf8",
    input,
    maxBuffer: 1 << 26,
  });
}

/** The member declarations of `struct OrtApi`, whitespace folded. */
function apiMembers(source: string): string[] {
  const start = source.indexOf("struct OrtApi {");
  const end = source.indexOf("\n};", start);
  if (start < 0 || end < 0) {
    throw new Error("the header has no struct OrtApi");
  }
  return source
    .slice(source.indexOf("{", start) + 1, end)
    .replaceAll(/__attribute__\(\(\w+\)\)/g, "")
    .split(";")
    .map((member) => member.replaceAll(/\s+/g, " ").trim())
    .filter((member) => member !== "");
}

/** Where a member is declared in the header itself, and the notes before it. */
const MEMBER_OR_NOTE =
  /\/\*\*.*?\*\/|ORT_API2_STATUS\((\w+)|ORT_CLASS_RELEASE\((\w+)|ORT_API_T\(\s*[^,]+,\s*(\w+)|\(ORT_API_CALL\* ?(\w+)\)/gs;

/** The API version of each entry by its name, from the `\since` notes. It never falls from one entry to the next. */
function apiVersions(header: string): Map<string, number> {
  const start = header.indexOf("struct OrtApi {");
  const body = header.slice(start, header.indexOf("\n};", start));
  const versions = new Map<string, number>();
  let version = 1;
  for (const match of body.matchAll(MEMBER_OR_NOTE)) {
    const [text, status, released, typed, plain] = match;
    if (text.startsWith("/**")) {
      version = Math.max(version, Number(/since Version 1\.(\d+)/.exec(text)?.[1] ?? 0));
    } else {
      const name = status ?? typed ?? plain ?? `Release${released}`;
      versions.set(name, version);
    }
  }
  return versions;
}

function splitParameters(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = "";
  for (const character of text) {
    if (character === "," && depth === 0) {
      parts.push(current.trim());
      current = "";
      continue;
    }
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    current += character;
  }
  parts.push(current.trim());
  return parts.filter((part) => part !== "" && part !== "void");
}

class TypeMapper {
  readonly #enums: ReadonlySet<string>;
  readonly #functions: ReadonlySet<string>;

  constructor(source: string) {
    this.#enums = new Set([...source.matchAll(/enum (\w+)/g)].map((match) => match[1] ?? ""));
    this.#functions = new Set(
      [...source.matchAll(/typedef [^;{}()]*\(\s*\*\s*(\w+)\s*\)\s*\(/g)].map(
        (match) => match[1] ?? "",
      ),
    );
  }

  map(type: string): string {
    const text = type.replaceAll(/\b(struct|enum)\b/g, "").trim();
    if (/\(\s*\*/.test(text)) {
      return "void *";
    }
    const pointers = text.match(/\*/g)?.length ?? 0;
    const base =
      text
        .replaceAll(/\bconst\b|\*/g, " ")
        .trim()
        .split(/\s+/)[0] ?? "";
    const isConstant = /\bconst\b/.test(text);
    if (pointers === 1 && isConstant && (base === "char" || base === PATH_CHARACTER)) {
      return base === "char" ? "str" : "path";
    }
    if (pointers > 0 || this.#functions.has(base)) {
      return "void *";
    }
    const mapped = this.#enums.has(base) ? "int" : PRIMITIVES[base];
    if (mapped === undefined) {
      throw new Error(`no FFI type for '${type}'`);
    }
    return mapped;
  }
}

function parseParameter(text: string, index: number, types: TypeMapper): Parameter {
  const isFunction = /\(\s*\*/.test(text);
  const name = isFunction ? /\(\s*\*\s*(\w+)/.exec(text)?.[1] : /(\w+)(\[\])?$/.exec(text)?.[1];
  // An array parameter is a pointer.
  const declared = text.replace(/\w+\[\]$/, "*").replace(/\w+$/, "");
  const type = isFunction ? "void *" : types.map(declared);
  return { name: identifier(name ?? `argument${index}`), type };
}

function parseEntry(
  member: string,
  types: TypeMapper,
  versions: ReadonlyMap<string, number>,
): Entry {
  const match = /^(.*?)\(\s*\*\s*(\w+)\s*\)\s*\((.*)\)$/.exec(member);
  if (match === null) {
    throw new Error(`not a function pointer: ${member}`);
  }
  const [, result = "", name = "", parameters = ""] = match;
  const since = versions.get(name);
  if (since === undefined) {
    throw new Error(`no API version for ${name}`);
  }
  return {
    name,
    since,
    result: types.map(result),
    parameters: splitParameters(parameters).map((text, index) =>
      parseParameter(text, index, types),
    ),
  };
}

/** Compiles and runs a C program that compares every index with the entry's offset. */
function verifyOffsets(headerPath: string, entries: readonly Entry[]): void {
  const directory = mkdtempSync(join(tmpdir(), "ort-api-"));
  try {
    const checks = entries.map(
      ({ name }, index) =>
        `  if (offsetof(OrtApi, ${name}) != ${index} * sizeof(void *)) { puts("${name}"); return 1; }`,
    );
    const program = `#include <stddef.h>\n#include <stdio.h>\n#include "onnxruntime_c_api.h"\nint main(void) {\n${checks.join("\n")}
  if (sizeof(OrtApi) != ${entries.length} * sizeof(void *)) { puts("size"); return 1; }\n  return 0;\n}\n`;
    writeFileSync(join(directory, "offsets.c"), program);
    const binary = join(directory, "offsets");
    execFileSync("cc", [
      "-w",
      "-I",
      dirname(headerPath),
      "-o",
      binary,
      join(directory, "offsets.c"),
    ]);
    execFileSync(binary, { stdio: "inherit" });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A parameter name in camel case that TypeScript accepts. */
function identifier(name: string): string {
  const joined = name.replaceAll(/_+([a-z0-9])/g, (_, character: string) =>
    character.toUpperCase(),
  );
  const identifier = joined.charAt(0).toLowerCase() + joined.slice(1);
  return identifier === "in" ? "input" : identifier;
}

function renderRow({ name, since, result, parameters }: Entry): string {
  const types = parameters.map(({ type }) => `"${type}"`).join(", ");
  return `  ["${name}", ${since}, "${result}", [${types}]],`;
}

function renderMethod({ name, result, parameters }: Entry): string {
  const list = parameters
    .map(({ name: parameter, type }) => `${parameter}: ${TYPESCRIPT_ARGUMENTS[type] ?? "number"}`)
    .join(", ");
  const method = name.charAt(0).toLowerCase() + name.slice(1);
  return `  readonly ${method}: (${list}) => ${TYPESCRIPT_RESULTS[result] ?? "number"};`;
}

function render(version: string, entries: readonly Entry[]): string {
  return `// Generated from onnxruntime_c_api.h, API version ${version}, by tools/generate-ort-api.ts. Do not edit.
import type { Pointer } from "../native-memory.ts";

/** ORT_API_VERSION of the header. */
export const ORT_HEADER_API_VERSION = ${version};

/**
 * An entry: its C name, the API version that brought it (1: long ago), the FFI types of its result and of its arguments
 * ("path" is UTF-16 on Windows).
 */
export type OrtApiRow = readonly [
  name: string,
  since: number,
  result: string,
  parameters: readonly string[],
];

/** The entries of \`struct OrtApi\`. It only ever grows at its end, so an index holds for every version that has it. */
export const ORT_API_ROWS: readonly OrtApiRow[] = [
${entries.map(renderRow).join("\n")}
];

/** The same entries as callable functions, the C names in camel case. A null status is success. */
export interface OrtApi {
${entries.map(renderMethod).join("\n")}
}
`;
}

function main(): void {
  const headerPath = process.argv[2];
  if (headerPath === undefined) {
    console.error("usage: node tools/generate-ort-api.ts <path to onnxruntime_c_api.h>");
    process.exitCode = 1;
    return;
  }
  const header = readFileSync(headerPath, "utf8");
  const source = preprocess(headerPath, header);
  const types = new TypeMapper(source);
  const versions = apiVersions(header);
  const entries = apiMembers(source).map((member) => parseEntry(member, types, versions));
  verifyOffsets(headerPath, entries);
  const version = /^#define ORT_API_VERSION (\d+)$/m.exec(header)?.[1];
  if (version === undefined) {
    throw new Error("the header states no ORT_API_VERSION");
  }
  writeFileSync(OUTPUT_PATH, render(version, entries));
  console.log(`${entries.length} entries of API version ${version} -> ${OUTPUT_PATH}`);
}

main();
