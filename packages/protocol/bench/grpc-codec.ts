/*
 * Nanoseconds that the gRPC codecs take per message, on one thread, and what @bufbuild/protobuf's generated messages take
 * for the same: an infer request and its response with one tensor of 64 bytes, and of 1 MiB. A program, not a test:
 *
 *   node --conditions=@nereid/source packages/protocol/bench/grpc-codec.ts
 *
 * Each figure is the processor time of the best of several rounds, so that other work on the machine counts as little as
 * possible.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ClientInferResponse,
  decodeModelInferRequest,
  decodeModelInferResponse,
  encodeModelInferRequest,
  encodeModelInferResponse,
  type GrpcClientInferRequest,
  GrpcResponseTemplate,
  inferRequestFromGrpc,
  type ResponseContent,
} from "@nereid/protocol";
import {
  ModelInferRequestSchema,
  ModelInferResponseSchema,
} from "../src/gen/inference/grpc_service_pb.ts";

const ROUND_COUNT = 15;
const WARM_UP_COUNT = 3;
const ROUND_NS = 60_000_000;
const MEBIBYTE = 2 ** 20;

const template = new GrpcResponseTemplate({
  name: "identity_fp32",
  versionText: "1",
  batchSizeMax: 0,
  outputs: [{ name: "OUTPUT0", labels: null }],
});

function measure(name: string, run: () => void): void {
  let count = 1;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUND_COUNT; round++) {
    const start = process.cpuUsage();
    for (let index = 0; index < count; index++) {
      run();
    }
    const { user, system } = process.cpuUsage(start);
    const each = Math.max(1, ((user + system) * 1000) / count);
    // The first rounds run code that is not yet compiled.
    best = round < WARM_UP_COUNT ? best : Math.min(best, each);
    count = Math.max(1, Math.round(ROUND_NS / each));
  }
  console.log(`${name.padEnd(44)} ${best.toFixed(0).padStart(12)} ns`);
}

function requestOf(byteSize: number): GrpcClientInferRequest {
  const input = {
    name: "INPUT0",
    datatype: "FP32" as const,
    shape: [1, byteSize / 4],
    bytes: new Uint8Array(byteSize).fill(1),
  };
  return {
    modelName: "identity_fp32",
    modelVersion: "",
    id: "42",
    inputs: [input],
    outputs: [{ name: "OUTPUT0", classCount: 0 }],
    parameters: new Map(),
  };
}

/** A response through @bufbuild/protobuf, from what a server has in hand. */
function encodeGenerated({ outputs }: ResponseContent): Uint8Array {
  const message = create(ModelInferResponseSchema, {
    modelName: "identity_fp32",
    modelVersion: "1",
    id: "42",
    outputs: outputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
    })),
    rawOutputContents: outputs.map(({ bytes }) => bytes),
  });
  return toBinary(ModelInferResponseSchema, message);
}

function measureSize(label: string, byteSize: number): void {
  const clientRequest = requestOf(byteSize);
  const requestBytes = encodeModelInferRequest(clientRequest);
  const request = inferRequestFromGrpc(decodeModelInferRequest(requestBytes));
  const bytes = new Uint8Array(byteSize).fill(2);
  const output = { name: "OUTPUT0", datatype: "FP32" as const, shape: [1, byteSize / 4], bytes };
  const content: ResponseContent = { outputs: [output], parameters: null };
  const target = new Uint8Array(byteSize + 1024);
  const responseBytes = encodeGenerated(content);
  let response: ClientInferResponse = decodeModelInferResponse(responseBytes);

  measure(`request, decode, ${label}`, () => decodeModelInferRequest(requestBytes));
  measure(`request, decode and convert, ${label}`, () =>
    inferRequestFromGrpc(decodeModelInferRequest(requestBytes)),
  );
  measure(`request, decode, ${label}, bufbuild`, () =>
    fromBinary(ModelInferRequestSchema, requestBytes),
  );
  measure(`response, encode whole, ${label}`, () =>
    encodeModelInferResponse(template, request, content).writeWhole(target, 0),
  );
  measure(`response, encode parts, ${label}`, () =>
    encodeModelInferResponse(template, request, content).writeParts(target, 0),
  );
  measure(`response, encode, ${label}, bufbuild`, () => encodeGenerated(content));
  measure(`request, encode as client, ${label}`, () => encodeModelInferRequest(clientRequest));
  measure(`response, decode as client, ${label}`, () => {
    response = decodeModelInferResponse(responseBytes);
  });
  if (response.outputs[0]?.bytes.byteLength !== byteSize) {
    throw new Error("the response lost its tensor");
  }
}

measureSize("64 bytes", 64);
measureSize("1 MiB", MEBIBYTE);
