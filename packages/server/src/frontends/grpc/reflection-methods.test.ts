import assert from "node:assert/strict";
import { test } from "node:test";
import { reflectionMethods, reflectionV1AlphaMethods } from "@nereid/protocol";
import { CallHarness, type TestCall } from "./testing/call-harness.ts";

const method = reflectionMethods.serverReflectionInfo;
type Question = NonNullable<Parameters<typeof method.encodeRequest>[0]["messageRequest"]>;

function ask(call: TestCall, messageRequest: Question): TestCall {
  return call.send(method.encodeRequest({ host: "h", messageRequest }));
}

function answersOf(call: TestCall): ReturnType<typeof method.decodeResponse>[] {
  return call.stream.messages.map(({ bytes }) => method.decodeResponse(bytes));
}

test("both versions list the services and hand out their files, with what was asked", () => {
  for (const { path } of [method, reflectionV1AlphaMethods.serverReflectionInfo]) {
    const call = new CallHarness().call(path);
    ask(call, { case: "listServices", value: "*" });
    ask(call, { case: "fileContainingSymbol", value: "inference.GRPCInferenceService" });
    ask(call, { case: "fileByFilename", value: "inference/model_config.proto" });
    call.end();
    assert.equal(call.outcome, "0");
    const [services, symbol, file] = answersOf(call);
    assert.equal(services?.messageResponse.case, "listServicesResponse");
    assert.ok(
      services.messageResponse.value.service.some(({ name }) => name === "grpc.health.v1.Health"),
    );
    assert.equal(services.originalRequest?.messageRequest.case, "listServices");
    assert.equal(services.validHost, "h");
    assert.equal(symbol?.messageResponse.case, "fileDescriptorResponse");
    assert.equal(symbol.messageResponse.value.fileDescriptorProto.length, 2);
    assert.equal(file?.messageResponse.case, "fileDescriptorResponse");
  }
});

test("what is not there is an answer, and the stream goes on", () => {
  const call = new CallHarness().call(method.path);
  ask(call, { case: "fileContainingSymbol", value: "no.Such" });
  ask(call, {
    case: "fileContainingExtension",
    value: { containingType: "inference.ModelConfig", extensionNumber: 5 },
  });
  ask(call, { case: "allExtensionNumbersOfType", value: "inference.ModelConfig" });
  ask(call, { case: "allExtensionNumbersOfType", value: "no.Such" });
  call.send(new Uint8Array(0));
  const outcomes = answersOf(call).map(({ messageResponse }) =>
    messageResponse.case === "errorResponse"
      ? messageResponse.value.errorCode
      : messageResponse.case,
  );
  assert.deepEqual(outcomes, [5, 5, "allExtensionNumbersResponse", 5, 3]);
  assert.equal(call.outcome, "");
});

test("bytes that are no request end the stream", () => {
  const call = new CallHarness().call(method.path).send(Uint8Array.of(0x0a, 9));
  assert.equal(call.outcome, "13 Unable to parse request");
});

test("questions wait while their answers are not read", () => {
  const call = new CallHarness().call(method.path);
  call.stream.hasRoom = false;
  ask(call, { case: "listServices", value: "" });
  ask(call, { case: "listServices", value: "" });
  assert.equal(call.stream.messages.length, 1);
  call.drain();
  assert.equal(call.stream.messages.length, 2);
});

test("reflection ends with the server", () => {
  const harness = new CallHarness();
  const call = harness.call(method.path);
  harness.frontend.shutDown();
  assert.match(call.outcome, /^14 /);
});
