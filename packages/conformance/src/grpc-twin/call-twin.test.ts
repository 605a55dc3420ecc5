import assert from "node:assert/strict";
import { test } from "node:test";
import { infer, type RequestStep, send } from "../suite.ts";
import { callTwin } from "./call-twin.ts";

function twinOf(step: RequestStep): ReturnType<typeof callTwin> {
  assert.ok(step.source !== undefined);
  return callTwin(step.source);
}

const INPUT = { name: "IN", datatype: "INT64", shape: [2] };

test("paths and bodies become calls", () => {
  for (const [step, method, request] of [
    [send("/v2/health/live"), "ServerLive", {}],
    [send("/v2/models/m/versions/3/ready"), "ModelReady", { name: "m", version: "3" }],
    [send("/v2/models/stats"), "ModelStatistics", {}],
    [send("/v2/repository/index", { body: '{"ready":true}' }), "RepositoryIndex", { ready: true }],
    [
      send("/v2/repository/models/m/load", {
        body: '{"parameters":{"config":"{}","file:a":"AAE="}}',
      }),
      "RepositoryModelLoad",
      {
        modelName: "m",
        parameters: { config: { stringParam: "{}" }, "file:a": { bytesParam: "AAE=" } },
      },
    ],
    [
      send("/v2/trace/setting", { body: '{"trace_rate":"3","trace_count":null}' }),
      "TraceSetting",
      { settings: { trace_rate: { value: ["3"] }, trace_count: {} } },
    ],
    [
      send("/v2/logging", { body: '{"log_info":false,"log_verbose_level":2}' }),
      "LogSettings",
      { settings: { log_info: { boolParam: false }, log_verbose_level: { uint32Param: 2 } } },
    ],
  ] as const) {
    assert.deepEqual(twinOf(step), { method, request, metadata: {} }, method);
  }
});

test("JSON data become typed contents with every digit, binary data raw contents", () => {
  const json = `{"id":"x","inputs":[{"name":"IN","datatype":"INT64","shape":[2],"data":[[1],[9223372036854775807]]}]}`;
  assert.deepEqual(twinOf(infer("m", json))?.request, {
    modelName: "m",
    id: "x",
    inputs: [{ ...INPUT, shape: ["2"], contents: { int64Contents: ["1", "9223372036854775807"] } }],
    outputs: [],
  });
  const binary = {
    inputs: [
      { ...INPUT, parameters: { binary_data_size: 2 } },
      { ...INPUT, parameters: { binary_data_size: 1 } },
    ],
  };
  assert.deepEqual(
    twinOf(infer("m", binary, { binary: [Uint8Array.of(1, 2, 3)], version: "7" }))?.request,
    {
      modelName: "m",
      modelVersion: "7",
      inputs: [
        { ...INPUT, shape: ["2"] },
        { ...INPUT, shape: ["2"] },
      ],
      outputs: [],
      rawInputContents: ["AQI=", "Aw=="],
    },
  );
});

test("parameters keep their types, those of binary data have no meaning", () => {
  const json = `{"parameters":{"a":1,"b":18446744073709551615,"c":1.5,"d":"s","e":true},"inputs":[],"outputs":[{"name":"O","parameters":{"binary_data":true,"classification":2}}]}`;
  assert.deepEqual(twinOf(infer("m", json, { headers: { "X-Any": "v" } })), {
    method: "ModelInfer",
    request: {
      modelName: "m",
      parameters: {
        a: { int64Param: "1" },
        b: { uint64Param: "18446744073709551615" },
        c: { doubleParam: 1.5 },
        d: { stringParam: "s" },
        e: { boolParam: true },
      },
      inputs: [],
      outputs: [{ name: "O", parameters: { classification: { int64Param: "2" } } }],
    },
    metadata: { "x-any": "v" },
  });
});

test("what gRPC cannot ask has no twin", () => {
  for (const step of [
    send("/v2/nothing"),
    send("/v2/models/m/ready", { method: "POST" }),
    send("/v2/models/m", { headers: { key: "v" } }),
    send("/v2/repository/index", { body: '{"ready":"yes"}' }),
    send("/v2/repository/models/m/load", { body: "{" }),
    send("/v2/logging", { body: '{"log_info":null}' }),
    infer("m", "{"),
    infer("m", '{"inputs":[],"inputs":[]}'),
    infer("m", '{"inputs":[{"name":"IN","datatype":"FP16","shape":[1],"data":[1]}]}'),
    infer("m", '{"inputs":[{"name":"IN","datatype":"INT32","shape":[1],"data":[1.5]}]}'),
    infer("m", '{"inputs":[{"name":"IN","datatype":"BOOL","shape":[1],"data":[1]}]}'),
    infer(
      "m",
      '{"inputs":[{"name":"IN","datatype":"INT32","shape":[18446744073709551615],"data":[1]}]}',
    ),
    infer("m", { inputs: [{ ...INPUT, data: [1, 2] }] }, { binary: [Uint8Array.of(1)] }),
    infer("m", { inputs: [INPUT] }, { headers: { "Inference-Header-Content-Length": "1" } }),
  ]) {
    assert.equal(twinOf(step), null, JSON.stringify(step.source));
  }
});
