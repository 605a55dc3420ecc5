import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "./clock.ts";
import type { LogSettings } from "./log-settings.ts";
import type { Logger } from "./logger.ts";
import { TritonLogger } from "./triton-logger.ts";

const CLOCK: Clock = {
  nowNs: () => 0,
  epochMs: () => Date.UTC(2026, 0, 31, 23, 59, 58, 7),
  setTimer: () => assert.fail("no timer is needed"),
};

interface Fixture {
  readonly log: Logger;
  readonly settings: LogSettings;
  readonly lines: string[];
}

function createLog(change: { escapeMessages?: boolean } = {}): Fixture {
  const lines: string[] = [];
  const settings: LogSettings = {
    file: "",
    info: true,
    warning: true,
    error: true,
    verboseLevel: 0,
    format: "default",
  };
  const sink = {
    write(level: string, text: string) {
      lines.push(level + text);
    },
  };
  const log = new TritonLogger({
    settings,
    sink,
    clock: CLOCK,
    processId: 42,
    escapeMessages: true,
    ...change,
  });
  return { log, settings, lines };
}

/** Lines with the number of the place they come from replaced. */
function anonymous(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/test\.ts:\d+/, "test.ts:N"));
}

test("each level has its letter and its stream", () => {
  const { log, lines } = createLog();
  log.info("i");
  log.warning("w");
  log.error("e");
  const head = "0131 23:59:58.007000 42 triton-logger.test.ts:N] ";
  assert.deepEqual(anonymous(lines), [`II${head}"i"\n`, `WW${head}"w"\n`, `EE${head}"e"\n`]);
});

test("a line names the place that it was logged at", () => {
  const { log, lines } = createLog();
  log.info("first");
  log.error("second");
  log.block("", "third\n");
  const numbers = lines.map((line) => Number(/test\.ts:(\d+)/.exec(line)?.[1]));
  assert.deepEqual(
    numbers.map((number) => number - (numbers[0] ?? 0)),
    [0, 1, 2],
  );
});

test("settings are obeyed from the next line on", () => {
  const { log, settings, lines } = createLog();
  Object.assign(settings, { info: false, warning: false, error: false });
  log.info("i");
  log.warning("w");
  log.error("e");
  log.block("b", "b\n");
  log.verbose(1, "v");
  assert.deepEqual(lines, []);
  settings.error = true;
  settings.format = "ISO8601";
  log.error("shown");
  assert.deepEqual(anonymous(lines), [
    'E2026-01-31T23:59:58Z E 42 triton-logger.test.ts:N] "shown"\n',
  ]);
});

test("verbose lines are info up to their level, whether or not info is on", () => {
  const { log, settings, lines } = createLog();
  settings.info = false;
  settings.verboseLevel = 1;
  assert.equal(log.isVerbose(1), true);
  assert.equal(log.isVerbose(2), false);
  log.verbose(1, "one");
  log.verbose(2, "two");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^II.*\] "one"\n$/);
});

test("a block follows its line as it is", () => {
  const { log, lines } = createLog();
  log.block("", "+--+\n| \t|\n");
  log.block('the "heading"', "block");
  assert.deepEqual(
    lines.map((line) => line.replace(/^.*\] ?/, "")),
    ["\n+--+\n| \t|\n\n", '"the \\"heading\\""\nblock\n'],
  );
});

test("messages can be left as they are", () => {
  const { log, lines } = createLog({ escapeMessages: false });
  log.info('a "b"\nc');
  assert.match(lines[0] ?? "", /\] a "b"\nc\n$/);
});
