/**
 * `npm run check`: everything that can be said about the tree without running it. Prints one line a tool, and all that
 * a tool wrote if it found something.
 */
import { dirname, join } from "node:path";
import { runStep, type Step } from "./check/run-step.ts";

const root = dirname(import.meta.dirname);
const installed = (name: string): string => join(root, "node_modules", ".bin", name);

const TIMEOUT_MS = 300_000;

const STEPS: readonly Step[] = [
  {
    name: "biome (format, imports, syntax)",
    command: installed("biome"),
    args: ["ci", "--colors=off", "--error-on-warnings", "--max-diagnostics=200"],
  },
  {
    name: "oxlint (with types)",
    command: installed("oxlint"),
    args: ["--format=unix"],
  },
  {
    name: "tsc -b (packages)",
    command: installed("tsc"),
    args: ["-b", "tsconfig.build.json", "--pretty", "false"],
  },
  {
    name: "tsc (tests, tools, examples)",
    command: installed("tsc"),
    args: ["-p", "tsconfig.test.json", "--pretty", "false"],
  },
  {
    name: "knip (unused code)",
    command: installed("knip"),
    args: ["--no-progress", "--no-config-hints"],
  },
  {
    name: "tidy (layers, places, names)",
    command: process.execPath,
    args: [join(root, "tools", "tidy.ts")],
  },
];

const results = await Promise.all(
  STEPS.map((step) => runStep(step, { folder: root, timeoutMs: TIMEOUT_MS })),
);
for (const { name, isClean, output } of results) {
  if (!isClean) {
    console.log(`--- ${name}\n${output}\n`);
  }
}
for (const { name, isClean, durationMs } of results) {
  console.log(
    `${isClean ? "ok  " : "FAIL"} ${(durationMs / 1000).toFixed(1).padStart(5)} s  ${name}`,
  );
}
process.exitCode = results.every((result) => result.isClean) ? 0 : 1;
