import assert from "node:assert/strict";
import { test } from "node:test";
import { GetoptLong, type LongOption } from "./getopt-long.ts";

function option(name: string, change: Partial<LongOption> = {}): LongOption {
  return { name, hasArgument: true, meaning: name, yieldsPrefix: false, ...change };
}

const OPTIONS: readonly LongOption[] = [
  option("help", { hasArgument: false }),
  option("model-store", { meaning: "repository" }),
  option("model-repository", { meaning: "repository" }),
  option("model-name"),
  option("http-port"),
  option("http-port-range"),
  option("http-root", { yieldsPrefix: true }),
  option("http-restrict"),
  option("ours-only", { yieldsPrefix: true }),
];

/** One line a step: `name=value`, `! message` or `. operands`. */
function steps(...words: readonly string[]): string[] {
  const getopt = new GetoptLong(words, OPTIONS);
  const lines: string[] = [];
  for (;;) {
    const step = getopt.step();
    switch (step.kind) {
      case "option":
        lines.push(`${step.option.name}=${step.value}`);
        break;
      case "error":
        lines.push(`! ${step.message}`);
        break;
      case "end":
        lines.push(`. ${step.operands.join(" ")}`);
        return lines;
    }
  }
}

test("values are joined by = or come in the next word, whatever it looks like", () => {
  assert.deepEqual(steps("--http-port=1", "--http-port", "2", "--http-port", "--help"), [
    "http-port=1",
    "http-port=2",
    "http-port=--help",
    ". ",
  ]);
  assert.deepEqual(steps("--http-port=", "--http-port", "", "--http-port=a=b"), [
    "http-port=",
    "http-port=",
    "http-port=a=b",
    ". ",
  ]);
});

test("operands may stand anywhere, and -- makes the rest operands", () => {
  assert.deepEqual(steps("a", "--help", "-", "", "--", "--help", "-x"), [
    "help=",
    ". a -  --help -x",
  ]);
});

test("an exact name wins over longer ones", () => {
  assert.deepEqual(steps("--http-port", "1"), ["http-port=1", ". "]);
});

test("a prefix stands for the one name that it begins", () => {
  assert.deepEqual(steps("--hel", "--model-n=x", "--http-port-", "1"), [
    "help=",
    "model-name=x",
    "http-port-range=1",
    ". ",
  ]);
});

test("a prefix of names with one meaning is the first of them", () => {
  const getopt = new GetoptLong(["--model-=x"], OPTIONS.slice(0, 3));
  const step = getopt.step();
  assert.equal(step.kind === "option" && step.option.name, "model-store");
});

test("an ambiguous prefix names what differs from its first match", () => {
  assert.deepEqual(steps("--model-=x"), [
    "! option '--model-=x' is ambiguous; possibilities: '--model-store' '--model-name'",
    ". ",
  ]);
});

test("a prefix of an option that yields is taken only if no other option begins so", () => {
  assert.deepEqual(steps("--http-r=1", "--our=2", "--http-ro=3"), [
    "http-restrict=1",
    "ours-only=2",
    "http-root=3",
    ". ",
  ]);
});

test("what cannot be understood is said as getopt_long says it, and the next word is read", () => {
  assert.deepEqual(steps("--foo=1", "--help=1", "-xy", "--http-port"), [
    "! unrecognized option '--foo=1'",
    "! option '--help' doesn't allow an argument",
    "! invalid option -- 'x'",
    "! option '--http-port' requires an argument",
    ". ",
  ]);
});
