import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "./free-port.ts";
import { isReady, startServer, waitUntilReady } from "./server-process.ts";

const directory = mkdtempSync(join(tmpdir(), "nereid-server-process-"));
after(() => rmSync(directory, { recursive: true }));

/** A program that stands in for the server. */
function program(source: string): string {
  const path = join(directory, `${crypto.randomUUID()}.mjs`);
  writeFileSync(path, source);
  return path;
}

/** Ready at its third answer; ends with 7 at SIGTERM. */
const SERVER = program(`
  import { createServer } from "node:http";
  const [command, portFlag] = process.argv.slice(2);
  let asked = 0;
  process.on("SIGTERM", () => process.exit(7));
  createServer((request, response) => {
    asked++;
    const isReady = command === "serve" && request.url === "/v2/health/ready" && asked > 2;
    response.writeHead(isReady ? 200 : 400).end();
  }).listen(Number(portFlag.split("=")[1]), "127.0.0.1");
`);

test("the server is waited for, takes a signal, and its exit code is kept", async () => {
  const port = await freePort();
  const server = startServer({ flags: [`--http-port=${port}`], stdio: "ignore", entry: SERVER });
  assert.equal(server.url, `http://127.0.0.1:${port}`);
  assert.equal(await waitUntilReady(server), true);
  assert.equal(await isReady(server.url), true);
  server.child.kill("SIGTERM");
  assert.equal(await server.exitCode, 7);
  assert.equal(await isReady(server.url), false);
});

test("a server that ends before it is ready is not waited for", async () => {
  const port = await freePort();
  const server = startServer({
    flags: [`--http-port=${port}`],
    stdio: "ignore",
    entry: program("process.exit(3);"),
  });
  assert.equal(await waitUntilReady(server), false);
  assert.equal(await server.exitCode, 3);
});

test("a server ended by a signal has 128 and the signal's number as its exit code", async () => {
  const port = await freePort();
  const server = startServer({ flags: [`--http-port=${port}`], stdio: "ignore", entry: SERVER });
  assert.equal(await waitUntilReady(server), true);
  server.child.kill("SIGKILL");
  assert.equal(await server.exitCode, 137);
});
