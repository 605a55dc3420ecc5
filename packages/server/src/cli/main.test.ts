import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { formatUsage } from "./usage.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const BIN = fileURLToPath(new URL("../../bin", import.meta.url));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function node(...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stdout, stderr };
}

function nereid(...words: readonly string[]): Ended {
  return node("--conditions=@nereid/source", MAIN, ...words);
}

/** A package with the bins and, if given, a compiled main. */
function packageWith(t: TestContext, main: string | null): string {
  const directory = mkdtempSync(join(tmpdir(), "bin-"));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  cpSync(BIN, join(directory, "bin"), { recursive: true });
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  if (main !== null) {
    mkdirSync(join(directory, "dist", "cli"), { recursive: true });
    writeFileSync(join(directory, "dist", "cli", "main.js"), main);
  }
  return join(directory, "bin");
}

test("nereid --version prints our version and Triton's", () => {
  const { status, stdout, stderr } = nereid("--version");
  assert.equal(status, 0);
  assert.match(stdout, /^Nereid \d+\.\d+\.\d+ \(compatible with Triton 2\.73\.0\)\n$/);
  assert.equal(stderr, "");
});

test("nereid --help prints the commands", () => {
  const { status, stdout } = nereid("--help");
  assert.equal(status, 0);
  assert.match(stdout, /^Usage: nereid serve \[options\]/);
});

test("nereid without a command it knows says which there are", () => {
  const { status, stdout, stderr } = nereid("serf");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^nereid: unknown command 'serf'\nUsage: nereid serve/);
  assert.match(nereid().stderr, /^Usage: nereid serve/);
});

test("nereid serve takes tritonserver's flags and its exit status", () => {
  assert.deepEqual(nereid("serve", "--http-port=x"), {
    status: 1,
    stdout: "",
    stderr: `${formatUsage("nereid serve")}Bad option: "--http-port".\nInvalid option value. Got x\n\n\n`,
  });
  assert.deepEqual(nereid("serve", "--allow-grpc=false"), {
    status: 1,
    stdout: "",
    stderr: "error: creating server: Invalid argument - --model-repository must be specified\n",
  });
});

test("the bins hand their name and words to the compiled main", (t) => {
  const main =
    "export async function main(program, words) { console.log(program, ...words); process.exitCode = 7; }";
  const bin = packageWith(t, main);
  for (const program of ["nereid", "nereid-server"]) {
    const ended = node(join(bin, `${program}.js`), "--a", "b");
    assert.deepEqual(ended, { status: 7, stdout: `${program} --a b\n`, stderr: "" });
  }
});

test("a bin that is not compiled says how to compile it", (t) => {
  const ended = node(join(packageWith(t, null), "nereid-server.js"), "--help");
  assert.deepEqual(ended, {
    status: 1,
    stdout: "",
    stderr: "nereid-server: is not compiled. In a checkout, run `npm run build` first.\n",
  });
});

test("a Node that is too old is told so before anything is loaded", (t) => {
  const bin = packageWith(t, "this is not JavaScript");
  for (const version of ["20.20.2", "24.10.9"]) {
    const pretend = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`;
    const { status, stdout, stderr } = node("--import", pretend, join(bin, "nereid.js"));
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.ok(
      stderr.startsWith(`nereid: needs Node.js 24.11 or newer, and this is ${version} (`),
      stderr,
    );
  }
});
