/*
 * Nanoseconds that the REST codecs take per request, on one thread: decoding and encoding a small binary tensor, the same
 * as JSON, and an image of 150,528 floats as JSON. A program, not a test:
 *
 *   node --conditions=@nereid/source packages/protocol/bench/rest-codec.ts
 *
 * Each figure is the thread's processor time in the best of several rounds, so that other work on the machine counts as
 * little as possible.
 */
import {
  ByteWriter,
  DecodedInferRequest,
  decodeInferRequest,
  encodeInferResponse,
  InferResponseTemplate,
  RequestedOutput,
  type ResponseContent,
} from "@nereid/protocol";

const ROUND_COUNT = 15;
const ROUND_NS = 100_000_000;
const IMAGE_COUNT = 3 * 224 * 224;
const HEAD_ROOM = 256;
const CONTEXT = { modelName: "identity_fp32", inputSizeMax: 1 << 26 };

const template = new InferResponseTemplate({
  name: "identity_fp32",
  versionText: "1",
  batchSizeMax: 0,
  outputs: [{ name: "OUTPUT0", labels: null }],
});

function measure(name: string, run: () => void): void {
  let count = 1;
  let elapsed = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUND_COUNT; round++) {
    const start = process.threadCpuUsage();
    for (let index = 0; index < count; index++) {
      run();
    }
    const { user, system } = process.threadCpuUsage(start);
    // The kernel counts in steps of a few milliseconds: a round that looks free was too short.
    elapsed = Math.max(user + system, 1) * 1000;
    best = Math.min(best, elapsed / count);
    count = Math.max(1, Math.round(ROUND_NS / (elapsed / count)));
  }
  console.log(`${name.padEnd(36)} ${best.toFixed(0).padStart(12)} ns`);
}

function bodyOf(json: string, tail: Uint8Array = new Uint8Array(0)): Uint8Array {
  const head = new TextEncoder().encode(json);
  const body = Buffer.alloc(head.byteLength + tail.byteLength);
  body.set(head);
  body.set(tail, head.byteLength);
  return body;
}

function contentOf(values: Float32Array, shape: readonly number[]): ResponseContent {
  const bytes = new Uint8Array(values.buffer);
  return { outputs: [{ name: "OUTPUT0", datatype: "FP32", shape, bytes }], parameters: null };
}

function requestFor(isBinary: boolean): DecodedInferRequest {
  const request = new DecodedInferRequest();
  request.outputs.push(new RequestedOutput("OUTPUT0", isBinary, 0, null));
  return request;
}

function encoder(content: ResponseContent, isBinary: boolean): () => void {
  const request = requestFor(isBinary);
  const writer = new ByteWriter(64 * 1024);
  return () => {
    writer.position = HEAD_ROOM;
    encodeInferResponse(writer, template, request, content);
  };
}

const small = Float32Array.from({ length: 16 }, (_, index) => index / 10);
const smallJson =
  '{"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"FP32","parameters":{"binary_data_size":64}}],' +
  '"outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}}]}';
const smallBinary = bodyOf(smallJson, new Uint8Array(small.buffer));
const smallText = bodyOf(
  `{"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"FP32","data":[${Array.from(small, (value) => value.toFixed(1)).join(",")}]}],"outputs":[{"name":"OUTPUT0"}]}`,
);
const image = Float32Array.from({ length: IMAGE_COUNT }, () => Math.random() * 4 - 2);
const imageBody = (texts: readonly string[]): Uint8Array =>
  bodyOf(
    `{"inputs":[{"name":"INPUT0","shape":[1,3,224,224],"datatype":"FP32","data":[${texts.join(",")}]}]}`,
  );
const imageShort = imageBody(Array.from(image, (value) => value.toFixed(4)));
const imageLong = imageBody(Array.from(image, String));

const headerSize = smallJson.length;
measure("decode, 64 bytes binary", () => decodeInferRequest(smallBinary, headerSize, CONTEXT));
measure("decode, 16 floats JSON", () => decodeInferRequest(smallText, null, CONTEXT));
measure("encode, 64 bytes binary", encoder(contentOf(small, [1, 16]), true));
measure("encode, 16 floats JSON", encoder(contentOf(small, [1, 16]), false));
measure("decode, 150528 floats of 4 decimals", () => decodeInferRequest(imageShort, null, CONTEXT));
measure("decode, 150528 floats of 17 digits", () => decodeInferRequest(imageLong, null, CONTEXT));
measure("encode, 150528 floats JSON", encoder(contentOf(image, [1, 3, 224, 224]), false));
measure(
  "encode, 150528 pixels divided by 255",
  encoder(
    contentOf(
      image.map((value) => Math.floor((value + 2) * 64) / 255),
      [1, 3, 224, 224],
    ),
    false,
  ),
);
measure(
  "encode, 150528 floats of 0 … 255",
  encoder(
    contentOf(
      image.map((value) => Math.floor((value + 2) * 64)),
      [1, 3, 224, 224],
    ),
    false,
  ),
);
