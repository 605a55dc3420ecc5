import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** A program that calls a function of some length, in small turns, and prints how V8 has compiled it. */
function program(callCount: number, start: string): string {
  return `
    ${start}
    const work = new Function("it", "return " + Array.from({ length: 300 }, (_, i) => "it.v * " + i).join(" + "));
    const it = { v: 1.5 };
    let count = 0;
    (function turn() {
      for (const end = count + 50; count < end; count++) work(it);
      count < ${callCount} ? setTimeout(turn, 1) : console.log(%GetOptimizationStatus(work));
    })();`;
}

function statusAfter(callCount: number, start = ""): string {
  const options = ["--conditions=@nereid/source", "--allow-natives-syntax", "--input-type=module"];
  const words = [...options, "--eval", program(callCount, start)];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  // V8 complains there of flags that it does not know.
  assert.equal(stderr, "");
  return stdout;
}

test("a function is in its fastest form after some hundreds of calls", () => {
  const module = new URL("./compile-early.ts", import.meta.url).href;
  const start = `import { compileEarly } from "${module}"; compileEarly();`;
  const fastest = statusAfter(20_000);
  assert.notEqual(statusAfter(2000), fastest);
  assert.equal(statusAfter(2000, start), fastest);
});
