import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { WireFormatError } from "../grpc/wire-format-error.ts";
import { DescriptorIndex } from "./descriptor-index.ts";
import { healthMethods, inferenceMethods, ServingStatus } from "./services.ts";

test("a call has its path, reads requests and writes responses", () => {
  const { modelReady } = inferenceMethods;
  assert.equal(modelReady.path, "/inference.GRPCInferenceService/ModelReady");
  const request = modelReady.decodeRequest(Uint8Array.of(0x0a, 1, 0x6d, 0x12, 1, 0x32));
  assert.deepEqual([request.name, request.version], ["m", "2"]);
  assert.deepEqual(modelReady.encodeResponse({ ready: true }), Uint8Array.of(8, 1));
  assert.equal(healthMethods.check.path, "/grpc.health.v1.Health/Check");
  const serving = healthMethods.check.encodeResponse({ status: ServingStatus.SERVING });
  assert.deepEqual(serving, Uint8Array.of(8, 1));
  assert.equal(healthMethods.check.decodeResponse(serving).status, ServingStatus.SERVING);
  const bytes = modelReady.encodeRequest({ name: "m", version: "2" });
  assert.deepEqual(modelReady.decodeRequest(bytes), request);
});

test("bytes that are no such message are a WireFormatError", () => {
  const { modelReady } = inferenceMethods;
  const cases = [Uint8Array.of(0x0a, 5, 0x6d), Uint8Array.of(0x0a), Uint8Array.of(0x0a, 1, 0xff)];
  for (const bytes of cases) {
    assert.throws(() => modelReady.decodeRequest(bytes), WireFormatError, String(bytes));
  }
});

test("every call of every service is found with all that its file imports", () => {
  const index = new DescriptorIndex();
  assert.deepEqual(index.serviceNames, [
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "inference.GRPCInferenceService",
  ]);
  const files = index.fileBySymbol("inference.GRPCInferenceService.ModelInfer") ?? [];
  const protos = files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const names = protos.map(({ name }) => name);
  assert.deepEqual(names, ["inference/grpc_service.proto", "inference/model_config.proto"]);
  assert.deepEqual(protos[0]?.dependency, ["inference/model_config.proto"]);
  assert.deepEqual(index.fileByName("inference/grpc_service.proto"), files);
});

test("messages, fields, nested messages and enumerations are symbols, too", () => {
  const index = new DescriptorIndex();
  const symbols = [
    "inference.ModelInferRequest",
    "inference.ModelInferRequest.model_name",
    "inference.ModelInferRequest.InferInputTensor",
    "inference.DataType",
    "inference.ModelInstanceGroup.Kind",
    "grpc.health.v1.HealthCheckResponse.ServingStatus",
  ];
  for (const symbol of symbols) {
    assert.notEqual(index.fileBySymbol(symbol), null, symbol);
  }
  assert.equal(index.fileBySymbol("inference.Nothing"), null);
  assert.equal(index.fileByName("grpc_service.proto"), null);
  assert.equal(index.hasMessage("inference.ModelInferRequest"), true);
  assert.equal(index.hasMessage("inference.DataType"), false);
});
