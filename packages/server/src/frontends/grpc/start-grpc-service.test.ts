/** Tests the gRPC front end over real sockets, with gRPC's own client. */
import assert from "node:assert/strict";
import { type EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { credentials, status as Status } from "@grpc/grpc-js";
import { identityModel } from "@nereid/onnx-writer";
import {
  decodeModelInferResponse,
  decodeModelStreamInferResponse,
  encodeModelInferRequest,
  healthMethods,
  inferenceMethods,
  ServingStatus,
} from "@nereid/protocol";
import { compileServerOptions, type PartialGrpcOptions } from "../../config/server-options.ts";
import { InferenceServer } from "../../engine/inference-server.ts";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { TestRepository } from "../../engine/testing/test-repository.ts";
import { TestAuthority } from "../socket/testing/test-authority.ts";
import { type GrpcService, startGrpcService } from "./start-grpc-service.ts";
import { FakeModel, FakeServer } from "./testing/fake-server.ts";
import { GrpcTestClient } from "./testing/grpc-client.ts";
import { inferRequest } from "./testing/infer-messages.ts";

const INFER = inferenceMethods.modelInfer.path;
const STREAM = inferenceMethods.modelStreamInfer.path;
/** gRPC's number for gzip in channel options. */
const GZIP = 2;

const repository = new TestRepository({
  identity: identityModel({ elementType: "FLOAT", dims: [null], isBatched: true }),
});
const inferenceServer = await InferenceServer.start({
  modelRepositories: [repository.directory],
});
after(async () => {
  await inferenceServer.stop();
  repository[Symbol.dispose]();
});

async function serve(
  t: TestContext,
  server: ServerFacade,
  options: PartialGrpcOptions = {},
): Promise<GrpcService> {
  const grpc = { address: "127.0.0.1", port: 0, ...options };
  const compiled = compileServerOptions({ modelRepositories: ["/models"], grpc });
  const service = await startGrpcService(server, compiled.grpc);
  t.after(() => {
    service.destroy();
  });
  return service;
}

function identityRequest(id: string, values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return encodeModelInferRequest({
    modelName: "identity",
    modelVersion: "",
    id,
    inputs: [{ name: "INPUT0", datatype: "FP32", shape: [1, values.length], bytes }],
    outputs: [],
    parameters: new Map(),
  });
}

/** The first argument of the next event. */
async function firstOf(emitter: EventEmitter, event: string): Promise<unknown> {
  // An event's arguments are anything.
  const values = (await once(emitter, event)) as unknown[];
  return values[0];
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

test("a model runs, with tensors of any size, compressed or not", async (t) => {
  const { port } = await serve(t, inferenceServer, { responseCompressionLevel: "low" });
  using plain = new GrpcTestClient(port, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": 0,
  });
  using compressing = new GrpcTestClient(port, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": GZIP,
  });
  for (const count of [0, 1, 16, 5000, 1 << 20, 5 << 20]) {
    const values = Float32Array.from({ length: count }, (_, index) => index % 1000);
    for (const client of count > 1 << 20 ? [plain] : [plain, compressing]) {
      const answer = await client.infer(INFER, identityRequest("x", values));
      assert.ok(answer instanceof Uint8Array, JSON.stringify(answer));
      const { id, outputs } = decodeModelInferResponse(answer);
      assert.equal(id, "x");
      assert.deepEqual(outputs[0]?.shape, [1, count]);
      assert.deepEqual(floats(outputs[0].bytes), values);
    }
  }
});

test("control calls are answered, and faults have their status and text", async (t) => {
  const { port } = await serve(t, inferenceServer);
  using client = new GrpcTestClient(port);
  const metadata = await client.ask(inferenceMethods.modelMetadata, { name: "identity" });
  assert.ok("platform" in metadata);
  assert.deepEqual(metadata.versions, ["1"]);
  const health = await client.ask(healthMethods.check, { service: "models/identity" });
  assert.ok("status" in health && health.status === ServingStatus.SERVING);
  assert.deepEqual(await client.ask(inferenceMethods.modelConfig, { name: "nöne" }), {
    status: Status.NOT_FOUND,
    details: "Request for unknown model: 'nöne' is not found",
  });
  assert.deepEqual(await client.infer("/inference.GRPCInferenceService/Nothing", Buffer.of()), {
    status: Status.UNIMPLEMENTED,
    details: "",
  });
  assert.deepEqual(await client.infer(INFER, Buffer.of(0x0a, 9)), {
    status: Status.INTERNAL,
    details: "Unable to parse request",
  });
});

test("a stream answers each request, in order, to the end", async (t) => {
  const { port } = await serve(t, inferenceServer);
  using client = new GrpcTestClient(port);
  const stream = client.stream(STREAM);
  const count = 500;
  for (let index = 0; index < count; index++) {
    const size = index % 50 === 0 ? 100_000 : 4;
    stream.write(identityRequest(String(index), new Float32Array(size).fill(index)));
  }
  stream.end();
  const ended = firstOf(stream, "status");
  const ids: string[] = [];
  for await (const bytes of stream) {
    const { errorMessage, response } = decodeModelStreamInferResponse(bytes as Buffer);
    assert.equal(errorMessage, "");
    ids.push(response.id);
    assert.equal(floats(response.outputs[0]?.bytes ?? Buffer.of())[0], Number(response.id));
  }
  assert.deepEqual(
    ids,
    Array.from({ length: count }, (_, index) => String(index)),
  );
  const outcome = await ended;
  assert.ok(outcome instanceof Object && "code" in outcome);
  assert.equal(outcome.code, Status.OK);
});

test("a client that cancels, or whose time is over, takes its request with it", async (t) => {
  const model = new FakeModel("model");
  const server = new FakeServer(model);
  const { port } = await serve(t, server);
  using client = new GrpcTestClient(port);
  const late = await client.infer(INFER, inferRequest(), { deadlineMs: 200 });
  assert.ok("status" in late && late.status === Status.DEADLINE_EXCEEDED);
  const stream = client.stream(STREAM);
  stream.on("error", () => {});
  const accepted = new Promise<void>((resolve) => {
    model.onRequest = (request) => {
      model.onRequest = null;
      model.enqueue(request);
      resolve();
    };
  });
  stream.write(inferRequest());
  await accepted;
  stream.cancel();
  // The answer comes after the cancellation has been read.
  await client.ask(inferenceMethods.serverLive, {});
  assert.equal(model.waiting.length, 0);
});

test("TLS asks for a certificate if it is mutual", async (t) => {
  const authority = new TestAuthority("Test authority");
  const strangers = new TestAuthority("Another authority");
  const directory = mkdtempSync(join(tmpdir(), "grpc-"));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  const file = (name: string, content: Buffer): string => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const { certificate, key } = authority.issue("localhost");
  const { port } = await serve(t, inferenceServer, {
    tls: {
      certificateFile: file("certificate.pem", certificate),
      keyFile: file("key.pem", key),
      rootCertificateFile: file("root.pem", authority.certificate),
      isMutual: true,
    },
  });
  const clientOf = (issuer: TestAuthority): GrpcTestClient => {
    const client = issuer.issue("client");
    const ssl = credentials.createSsl(authority.certificate, client.key, client.certificate);
    return new GrpcTestClient(port, ssl);
  };
  using known = clientOf(authority);
  const live = await known.ask(inferenceMethods.serverLive, {});
  assert.ok("live" in live && live.live);
  using stranger = clientOf(strangers);
  const refused = await stranger.ask(inferenceMethods.serverLive, {}, { deadlineMs: 5000 });
  assert.ok("status" in refused);
});

test("files of TLS that cannot be read are named", async () => {
  const tls = {
    certificateFile: "/does/not/exist",
    keyFile: "/does/not/exist",
    rootCertificateFile: "",
    isMutual: false,
  };
  const { grpc } = compileServerOptions({ modelRepositories: ["/models"], grpc: { tls } });
  await assert.rejects(startGrpcService(new FakeServer(), grpc), {
    message: /^cannot read the gRPC server's certificate '\/does\/not\/exist': ENOENT/,
  });
});

test("a service that closes lets running calls end, and refuses new ones", async (t) => {
  const model = new FakeModel("model");
  const service = await serve(t, new FakeServer(model));
  using client = new GrpcTestClient(service.port);
  const accepted = new Promise<void>((resolve) => {
    model.onRequest = (request) => {
      model.onRequest = null;
      model.enqueue(request);
      resolve();
    };
  });
  const running = client.infer(INFER, inferRequest({ id: "last" }));
  const stream = client.stream(STREAM);
  const [, watched] = [await accepted, client.stream(healthMethods.watch.path)];
  watched.on("error", () => {});
  watched.write(healthMethods.watch.encodeRequest({}));
  await once(watched, "data");
  assert.equal(service.connectionCount(), 3);
  const closed = service.close();
  const refusal = firstOf(stream, "data");
  stream.write(inferRequest({ id: "1" }));
  const bytes = await refusal;
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(
    decodeModelStreamInferResponse(bytes).errorMessage,
    "GRPC server is shutting down and has stopped accepting new requests.",
  );
  stream.end();
  const [request] = model.waiting;
  assert.ok(request !== undefined);
  model.answer(request);
  const answer = await running;
  assert.ok(answer instanceof Uint8Array);
  assert.equal(decodeModelInferResponse(answer).id, "last");
  await closed;
  const late = await client.infer(INFER, inferRequest(), { deadlineMs: 2000 });
  assert.ok("status" in late && late.status === Status.UNAVAILABLE);
});

test("the options of keepalive reach the connections", async (t) => {
  const { port } = await serve(t, inferenceServer, {
    keepalive: { connectionAgeMsMax: 100, connectionAgeGraceMs: 100 },
  });
  const session = connect(`http://127.0.0.1:${port}`);
  session.on("error", () => {});
  const code = await firstOf(session, "goaway");
  assert.equal(code, 0);
  session.destroy();
});
