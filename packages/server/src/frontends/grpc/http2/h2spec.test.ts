/**
 * Tests the server with h2spec, where its binary is named by `H2SPEC`; what h2spec looks at is also looked at by the tests
 * of the connection.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import type { SocketTlsOptions } from "../../socket/listen-options.ts";
import { TestAuthority } from "../../socket/testing/test-authority.ts";
import { FRAME_SIZE_DEFAULT } from "./frame-format.ts";
import { encodeHeaderBlock } from "./header-block.ts";
import { createHttp2Server, type Http2Server } from "./http2-server.ts";
import type { Http2Receiver } from "./http2-stream.ts";

const H2SPEC = process.env["H2SPEC"] ?? "";
const OPTIONS = { skip: H2SPEC === "" ? "H2SPEC does not name the program" : false };

const HEAD = encodeHeaderBlock([[":status", "200"]]);
const TRAILERS = encodeHeaderBlock([["x-end", "1"]]);
const BODY = Buffer.from("an answer with data, which waits for the client's window");

const receiver: Http2Receiver = {
  framing: "none",
  messageSizeMax: 0,
  alignedMessageOffset: () => 0,
  onMessage() {},
  onBytes() {},
  onMessageFault() {},
  onRequestEnd: (stream) => stream.respond(HEAD, [BODY], TRAILERS, 0, null),
  onCancelled() {},
  onDrain() {},
};

const servers: Http2Server[] = [];
after(() => {
  for (const server of servers) {
    server.destroy();
  }
});

async function runCases(tls: SocketTlsOptions | null, ...flags: string[]): Promise<string> {
  // h2spec takes it that no larger frames are allowed.
  const limits = { frameSizeMax: FRAME_SIZE_DEFAULT };
  const server = createHttp2Server(() => receiver, { tls, limits });
  servers.push(server);
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  const given = ["--host", "127.0.0.1", "--port", String(port), "--timeout", "10", ...flags];
  // It exits with 1 if a case fails, and says which.
  return new Promise((resolve) => {
    execFile(H2SPEC, given, (_error, stdout) => resolve(stdout));
  });
}

test("h2spec finds nothing over TCP", OPTIONS, async () => {
  assert.match(await runCases(null), /([0-9]+) tests, \1 passed, 0 skipped, 0 failed/);
});

test("h2spec finds nothing over TLS", OPTIONS, async () => {
  const certificate = new TestAuthority("Test authority").issue("server");
  const tls = { ...certificate, rootCertificates: null, isMutual: false };
  const report = await runCases(tls, "--tls", "--insecure");
  assert.match(report, /([0-9]+) tests, \1 passed, 0 skipped, 0 failed/);
});
