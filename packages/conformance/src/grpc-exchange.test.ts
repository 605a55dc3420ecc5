import assert from "node:assert/strict";
import { once } from "node:events";
import { constants, createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { after, test } from "node:test";
import { type GrpcCall, GrpcConnection } from "./grpc-exchange.ts";
import { frameOf } from "./grpc-message.ts";
import { observeGrpc } from "./observe-grpc.ts";

const PATH = "/inference.GRPCInferenceService/ServerLive";
const LIVE = frameOf(Uint8Array.of(0x08, 1));

/** What the server does with a call, by its path. */
const BEHAVIOURS: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  [PATH]: (stream) => answer(stream, [LIVE], { "grpc-status": "0" }),
  "/trailers-only": (stream) => {
    stream.respond(
      { ":status": 200, "grpc-status": "5", "grpc-message": "100%25 no\u0020" },
      { endStream: true },
    );
  },
  "/reset": (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  "/hang-up": (stream) => stream.session?.destroy(),
  "/silent": (stream) => {
    stream.respond({ ":status": 200 });
    stream.write(LIVE);
  },
  "/not-grpc": (stream) => {
    stream.respond({ ":status": 404, "content-type": "text/plain" });
    stream.end("no");
  },
  "/echo": (stream) => {
    stream.respond(
      { ":status": 200, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("data", (chunk: Buffer) => stream.write(chunk));
    stream.on("end", () => stream.end());
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  },
};

function answer(
  stream: ServerHttp2Stream,
  messages: readonly Uint8Array[],
  trailers: Record<string, string>,
): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
  stream.end(Buffer.concat(messages));
}

async function startServer(): Promise<{ readonly server: Http2Server; readonly port: number }> {
  const server = createServer({ strictFieldWhitespaceValidation: false });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    BEHAVIOURS[String(headers[":path"])]?.(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  return { server, port: address.port };
}

const { server, port } = await startServer();
after(() => server.close());

function callOf(path: string, more: Partial<GrpcCall> = {}): GrpcCall {
  return { path, headers: {}, actions: [frameOf(new Uint8Array(0)), "end"], ...more };
}

async function observe(
  path: string,
  more: Partial<GrpcCall> = {},
): Promise<ReturnType<typeof observeGrpc>> {
  const connection = await GrpcConnection.open(port);
  try {
    return observeGrpc(path, await connection.call(callOf(path, more)), {}, []);
  } finally {
    connection.close();
  }
}

test("a unary answer is its message", async () => {
  assert.deepEqual(await observe(PATH), { status: "OK", text: '{"live":true}' });
});

test("a status is read from headers alone, its message decoded, a blank at its end kept", async () => {
  assert.deepEqual(await observe("/trailers-only"), { status: "NOT_FOUND", text: "100% no " });
});

test("resets, lost connections and answers that are no gRPC are told apart", async () => {
  assert.deepEqual(await observe("/reset"), { status: "reset 2" });
  assert.deepEqual(await observe("/hang-up"), { status: "closed" });
  const notGrpc = await observe("/not-grpc");
  assert.equal(notGrpc.status, "http 404");
  assert.deepEqual(notGrpc.headers, { ":status": "404", "content-type": "text/plain" });
});

test("what came before a call fell silent is observed", async () => {
  const silent = await observe("/silent", { timeoutMs: 200 });
  assert.equal(silent.status, "silent");
  assert.equal(silent.messages?.length, 1);
});

test("actions follow each other: messages are waited for, a cancel is one's own", async () => {
  const actions = [LIVE, { untilMessages: 1 }, LIVE, { untilMessages: 2 }] as const;
  assert.equal((await observe("/echo", { actions: [...actions, "end"] })).messages?.length, 2);
  const cancelled = await observe("/echo", { actions: [...actions, "cancel"] });
  assert.equal(cancelled.status, "cancelled");
  assert.equal(cancelled.messages?.length, 2);
});

test("a connection outlives a reset, and not its end", async () => {
  const connection = await GrpcConnection.open(port);
  assert.equal((await connection.call(callOf("/reset"))).ending, "reset");
  assert.equal((await connection.call(callOf(PATH))).ending, "trailers");
  assert.equal(connection.isOpen, true);
  assert.equal((await connection.call(callOf("/hang-up"))).ending, "closed");
  assert.equal(connection.isOpen, false);
  connection.close();
});

test("nobody listening is an error", async () => {
  const { server: other, port: unused } = await startServer();
  other.close();
  await once(other, "close");
  await assert.rejects(GrpcConnection.open(unused), /ECONNREFUSED/);
});
