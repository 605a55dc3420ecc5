// Tests command lines that tritonserver and we answer alike. None of them names a model repository, so that every one
// ends at once: with the usage text, or because there is no repository. With TRITONSERVER set to the real server's
// command the answers are compared with it; with RECORD=1 as well they are written to the golden file.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startFailureText } from "./failure-text.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { formatUsage } from "./usage.ts";

interface Answer {
  readonly words: readonly string[];
  readonly exit: number;
  /** stderr above the usage text, or above the error: warnings, and what getopt_long says after the program's name. */
  readonly before: string;
  readonly hasUsage: boolean;
  readonly after: string;
}

interface Golden {
  readonly provenance: string;
  readonly answers: readonly Answer[];
}

const GOLDEN_FILE = fileURLToPath(new URL("./command-lines.golden.json", import.meta.url));
// JSON.parse returns any; the file is written by this test.
const golden = JSON.parse(readFileSync(GOLDEN_FILE, "utf8")) as Golden;

test("every command line of the golden file is answered as by the real server", () => {
  assert.ok(golden.answers.length >= 100);
  for (const expected of golden.answers) {
    assert.deepEqual(ourAnswer(expected.words), expected);
  }
});

test("the golden file is what the real server answers", { skip: peer() === "" }, () => {
  const answers = golden.answers.map(({ words }) => peerAnswer(words));
  if (process.env["RECORD"] === "1") {
    writeFileSync(GOLDEN_FILE, `${JSON.stringify({ ...golden, answers }, null, 2)}\n`);
  } else {
    assert.deepEqual(answers, golden.answers);
  }
});

function peer(): string {
  return process.env["TRITONSERVER"] ?? "";
}

function ourAnswer(words: readonly string[]): Answer {
  let before = "";
  const complain = (line: string): void => {
    before += `${line}\n`;
  };
  try {
    const context = { program: "PROGRAM", environment: {}, terminalColumns: null, complain };
    parseCommandLine(words, context);
  } catch (error) {
    const text = startFailureText(error, "PROGRAM");
    const usage = formatUsage("PROGRAM");
    const hasUsage = text.startsWith(usage);
    return { words, exit: 1, before, hasUsage, after: hasUsage ? text.slice(usage.length) : text };
  }
  return { words, exit: 0, before, hasUsage: false, after: "" };
}

function peerAnswer(words: readonly string[]): Answer {
  const { status, stderr } = spawnSync(peer(), words, { encoding: "utf8", timeout: 10_000 });
  const exit = status ?? -1;
  const usageStart = stderr.indexOf("Usage: tritonserver");
  if (usageStart >= 0) {
    // The usage text ends with the help of --trace-log-frequency and an empty line.
    const [, after = ""] = stderr.split(/101-th to the 200-th.*\n.*Default is 0\.\n\n/s);
    return { words, exit, before: anonymous(stderr.slice(0, usageStart)), hasUsage: true, after };
  }
  const lines = stderr.split("\n").filter((line) => /^(Warning|error): /.test(line));
  const after = `${lines.pop() ?? ""}\n`;
  return { words, exit, before: lines.map((line) => `${line}\n`).join(""), hasUsage: false, after };
}

function anonymous(text: string): string {
  return text.replace(/^\S*tritonserver: /m, "PROGRAM: ");
}
