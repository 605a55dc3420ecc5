import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { after, test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import { HttpInferClient } from "./infer-client.ts";

const INFERENCE = {
  modelName: "half",
  inputName: "x",
  input: { shape: [1, 2], values: Float32Array.of(3, 5) },
  outputName: "y",
};

type Answer = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

let answer: Answer = () => {
  throw new Error("no answer set");
};
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => answer(request, Buffer.concat(chunks), response));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
after(() => server.close());

function hasCode(code: StatusCode, text: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof TritonError && error.code === code && error.message.includes(text);
}

test("a tensor goes as bytes behind the JSON and comes back the same way", async () => {
  const seen: { path?: string | undefined; json?: unknown; tail?: readonly number[] } = {};
  answer = (request, body, response) => {
    const headerSize = Number(request.headers["inference-header-content-length"]);
    seen.path = request.url;
    seen.json = JSON.parse(body.subarray(0, headerSize).toString());
    const tail = body.subarray(headerSize);
    seen.tail = [tail.readFloatLE(0), tail.readFloatLE(4)];
    // Odd blanks: the tensor then begins at no multiple of four.
    const header = `{"model_name":"half","model_version":"1","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}   `;
    response.setHeader("Inference-Header-Content-Length", header.length);
    response.end(
      Buffer.concat([Buffer.from(header), Buffer.from(Float32Array.of(1.5, 2.5).buffer)]),
    );
  };
  const output = await new HttpInferClient(`${url}/`).infer(INFERENCE);
  assert.deepEqual(output, { shape: [1, 2], values: Float32Array.of(1.5, 2.5) });
  assert.equal(seen.path, "/v2/models/half/infer");
  assert.deepEqual(seen.json, {
    inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } }],
    outputs: [{ name: "y", parameters: { binary_data: true } }],
  });
  assert.deepEqual(seen.tail, [3, 5]);
});

test("a view into a larger array sends only what it shows", async () => {
  let size = 0;
  answer = (request, body, response) => {
    size = body.byteLength - Number(request.headers["inference-header-content-length"]);
    response.writeHead(500).end(`{"error":"enough"}`);
  };
  const values = new Float32Array(100).subarray(10, 12);
  const client = new HttpInferClient(url);
  await assert.rejects(client.infer({ ...INFERENCE, input: { shape: [1, 2], values } }), /enough/);
  assert.equal(size, 8);
});

test("the greatest batch comes from the configuration; 0 means one at a time", async () => {
  let paths: readonly (string | undefined)[] = [];
  let size = 8;
  answer = (request, _body, response) => {
    paths = [...paths, request.url];
    response.end(JSON.stringify({ name: "half", max_batch_size: size }));
  };
  const client = new HttpInferClient(url);
  assert.equal(await client.maxBatchSize("half"), 8);
  size = 0;
  assert.equal(await client.maxBatchSize("half"), 1);
  assert.deepEqual(paths, ["/v2/models/half/config", "/v2/models/half/config"]);
});

test("a missing model says how to serve it", async () => {
  answer = (_request, _body, response) => {
    response.writeHead(404).end(`{"error":"Request for unknown model: 'half' is not found"}`);
  };
  await assert.rejects(
    new HttpInferClient(url).infer(INFERENCE),
    hasCode(
      StatusCode.NotFound,
      "the server has no model 'half' (Request for unknown model: 'half' is not found). npm start serves it",
    ),
  );
});

test("any other refusal is shown with its status, JSON or not", async () => {
  answer = (_request, _body, response) => {
    response.writeHead(502).end("Bad gateway");
  };
  await assert.rejects(
    new HttpInferClient(url).infer(INFERENCE),
    hasCode(StatusCode.Internal, "the server answered 502 to 'half': Bad gateway"),
  );
});

test("an answer without the output is refused", async () => {
  answer = (_request, _body, response) => {
    response.end(`{"model_name":"half","model_version":"1","outputs":[]}`);
  };
  await assert.rejects(
    new HttpInferClient(url).infer(INFERENCE),
    hasCode(StatusCode.Internal, "half answered without the FP32 output y"),
  );
});

test("no server at all says how to start one", async () => {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const free = other.address();
  other.close();
  await once(other, "close");
  const freeUrl = `http://127.0.0.1:${typeof free === "object" ? free?.port : 0}`;
  await assert.rejects(
    new HttpInferClient(freeUrl).maxBatchSize("half"),
    hasCode(
      StatusCode.Unavailable,
      `no server can be reached at ${freeUrl} (ECONNREFUSED). Start one in another terminal: npm start`,
    ),
  );
});

test("what is not an address is refused", () => {
  for (const text of ["127.0.0.1:8000", "nonsense", "http://", "ftp://127.0.0.1"]) {
    assert.throws(
      () => new HttpInferClient(text),
      hasCode(StatusCode.InvalidArg, `${text} is not the address of a server`),
    );
  }
});
