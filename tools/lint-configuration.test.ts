// Tests biome.json and .oxlintrc.json: that each rule which STYLE.md relies on is on, and really fires.
import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

const root = dirname(import.meta.dirname);
const tree = mkdtempSync(join(tmpdir(), "lint-configuration-"));
const SOURCE = "packages/server/src/engine";
const LONG_BODY = "  f();\n".repeat(70);

interface Case {
  readonly rule: string;
  readonly bad: string;
  readonly good: string;
  /** Relative to the tree; a source file of the server unless set. */
  readonly path?: string;
  /** Where the good source stands, if it is good only there. */
  readonly goodPath?: string;
}

const BIOME_CASES: readonly Case[] = [
  { rule: "noDefaultExport", bad: "export default 1;", good: "export const a = 1;" },
  { rule: "noExplicitAny", bad: "export let a: any;", good: "export let a: unknown;" },
  {
    rule: "noNonNullAssertion",
    bad: "export const f = (a?: string): string => a!;",
    good: "export const f = (a?: string): string => a!;",
    goodPath: `${SOURCE}/non-null.test.ts`,
  },
  {
    rule: "noBarrelFile",
    bad: `export { a } from "./a.ts";`,
    good: `export { a } from "./engine/a.ts";`,
    goodPath: "packages/server/src/index.ts",
  },
  {
    rule: "noReExportAll",
    bad: `export * from "./a.ts";`,
    good: `export { a } from "./engine/a.ts";`,
    goodPath: "packages/server/src/index.ts",
  },
  {
    rule: "useImportType",
    bad: `import { A } from "./a.ts";\nexport const f = (a: A): A => a;`,
    good: `import type { A } from "./a.ts";\nexport const f = (a: A): A => a;`,
  },
  {
    rule: "useFilenamingConvention",
    bad: "export const a = 1;",
    path: `${SOURCE}/CamelCase.ts`,
    good: "export const a = 1;",
    goodPath: `${SOURCE}/kebab-case.test.ts`,
  },
  {
    rule: "noRestrictedImports",
    bad: `import { a } from "@nereid/protocol/src/a.ts";\na();`,
    good: `import { a } from "@nereid/protocol";\na();`,
  },
  {
    rule: "noUndeclaredDependencies",
    bad: `import { a } from "undeclared";\na();`,
    good: `import { a } from "koffi";\na();`,
  },
  {
    rule: "noUndeclaredDependencies",
    bad: `import { a } from "@nereid/onnx-writer";\na();`,
    good: `import { a } from "@nereid/onnx-writer";\na();`,
    goodPath: "packages/server/bench/writes-models.ts",
  },
  {
    rule: "useNodeAssertStrict",
    bad: `import assert from "node:assert";\nassert(1);`,
    good: `import assert from "node:assert/strict";\nassert(1);`,
    goodPath: `${SOURCE}/strict.test.ts`,
  },
  {
    rule: "noNodejsModules",
    bad: `import { a } from "node:fs";\na();`,
    path: "packages/protocol/src/reads.ts",
    good: `import { a } from "node:fs";\na();`,
    goodPath: "packages/protocol/src/reads.test.ts",
  },
  {
    rule: "useReadonlyClassProperties",
    bad: "export class A {\n  #a = 1;\n  get a(): number {\n    return this.#a;\n  }\n}",
    good: "export class A {\n  readonly #a = 1;\n  get a(): number {\n    return this.#a;\n  }\n}",
  },
  { rule: "noEnum", bad: "export enum A {\n  B,\n}", good: "export const A = { B: 0 } as const;" },
  {
    rule: "noFocusedTests",
    bad: `import { test } from "node:test";\ntest.only("a", () => {});`,
    path: `${SOURCE}/focused.test.ts`,
    good: `import { test } from "node:test";\ntest("a", () => {});`,
    goodPath: `${SOURCE}/unfocused.test.ts`,
  },
  { rule: "noUnusedVariables", bad: "const a = 1;\nexport {};", good: "export const a = 1;" },
  { rule: "useBlockStatements", bad: "if (a) b();", good: "if (a) {\n  b();\n}" },
];

const PROMISE = "async function f(): Promise<number> {\n  return 1;\n}\n";

const OXLINT_CASES: readonly Case[] = [
  { rule: "no-floating-promises", bad: `${PROMISE}f();`, good: `${PROMISE}await f();` },
  {
    rule: "no-floating-promises",
    bad: `import { readFile } from "node:fs/promises";\nreadFile("a");`,
    good: `import { test } from "node:test";\ntest("a", () => {});`,
  },
  {
    rule: "no-misused-promises",
    bad: `${PROMISE}[1].forEach(async () => {\n  await f();\n});`,
    good: `${PROMISE}await Promise.all([1].map(async () => await f()));`,
  },
  { rule: "await-thenable", bad: "await (1 as number);", good: `${PROMISE}await f();` },
  {
    rule: "switch-exhaustiveness-check",
    bad: `export function f(a: "b" | "c"): void {\n  switch (a) {\n    case "b":\n  }\n}`,
    good: `export function f(a: "b" | "c"): void {\n  switch (a) {\n    case "b":\n    case "c":\n  }\n}`,
  },
  {
    rule: "no-unsafe-assignment",
    bad: `export const f = (): void => {\n  const a = JSON.parse("1");\n  void a;\n};`,
    good: `export const f = (): void => {\n  const a: unknown = JSON.parse("1");\n  void a;\n};`,
  },
  { rule: "only-throw-error", bad: `throw "a";`, good: `throw new Error("a");` },
  { rule: "eqeqeq", bad: "export const a = (b: number) => b == 1;", good: "export const a = 1;" },
  {
    rule: "max-lines-per-function",
    bad: `export function f(): void {\n${LONG_BODY}}`,
    good: `export function f(): void {\n${LONG_BODY}}`,
    goodPath: `${SOURCE}/long.test.ts`,
  },
  {
    rule: "no-cycle",
    bad: `import { b } from "./cycle-back.ts";\nexport const a = (): void => b();`,
    path: `${SOURCE}/cycle.ts`,
    good: `import { c } from "./cycle-end.ts";\nexport const a = (): void => c();`,
  },
];

const SUPPORT: Readonly<Record<string, string>> = {
  "package.json": `{"name":"root","private":true,"type":"module"}`,
  "packages/server/package.json": `{"name":"@nereid/server","type":"module","dependencies":{"koffi":"1","@nereid/protocol":"1"},"devDependencies":{"@nereid/onnx-writer":"1"}}`,
  "packages/protocol/package.json": `{"name":"@nereid/protocol","type":"module"}`,
  "packages/server/tsconfig.json": `{"extends":"../../tsconfig.base.json","include":["src"],"exclude":["src/**/*.test.ts"]}`,
  [`${SOURCE}/cycle-back.ts`]: `import { a } from "./cycle.ts";\nexport const b = (): void => a();`,
  [`${SOURCE}/cycle-end.ts`]: "export const c = (): void => {};",
};

function pathsOf(
  { path, goodPath }: Case,
  index: number,
  tool: string,
): [bad: string, good: string] {
  return [
    path ?? `${SOURCE}/${tool}-bad-${index}.ts`,
    goodPath ?? `${SOURCE}/${tool}-good-${index}.ts`,
  ];
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), `${text}\n`);
}

before(() => {
  for (const file of ["biome.json", ".oxlintrc.json", "tsconfig.base.json", "tsconfig.test.json"]) {
    cpSync(join(root, file), join(tree, file));
  }
  write("tsconfig.json", `{"extends":"./tsconfig.test.json"}`);
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  for (const [path, text] of Object.entries(SUPPORT)) {
    write(path, text);
  }
});
after(() => {
  rmSync(tree, { recursive: true });
});

function run(tool: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  const program = join(root, "node_modules", ".bin", tool);
  return spawnSync(program, args, {
    cwd: tree,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 60_000,
  });
}

function checkCases(cases: readonly Case[], tool: string, report: () => ReadonlySet<string>): void {
  for (const [index, each] of cases.entries()) {
    const [bad, good] = pathsOf(each, index, tool);
    write(bad, each.bad);
    write(good, each.good);
  }
  const found = report();
  for (const [index, each] of cases.entries()) {
    const [bad, good] = pathsOf(each, index, tool);
    assert.ok(found.has(`${bad} ${each.rule}`), `${each.rule} does not fire on: ${each.bad}`);
    assert.ok(!found.has(`${good} ${each.rule}`), `${each.rule} fires on: ${each.good}`);
  }
}

test("biome's rules fire on bad code, and not on good code", () => {
  checkCases(BIOME_CASES, "biome", () => {
    const { stdout, stderr } = run(
      "biome",
      "lint",
      "--colors=off",
      "--max-diagnostics=none",
      "packages",
    );
    const lines = `${stdout}\n${stderr}`.matchAll(
      /^(packages\/\S+?)(?::\d+:\d+)? lint\/\w+\/(\w+)/gm,
    );
    return new Set([...lines].map(([, path, rule]) => `${path} ${rule}`));
  });
});

test("oxlint's rules fire on bad code, types included, and not on good code", () => {
  checkCases(OXLINT_CASES, "oxlint", () => {
    const { stdout } = run("oxlint", "--format=unix", "packages");
    const lines = stdout.matchAll(/^(packages\/[^:]+):.*\((?<rule>[\w-]+)\)\]$/gm);
    return new Set([...lines].map(([, path, rule]) => `${path} ${rule}`));
  });
});
