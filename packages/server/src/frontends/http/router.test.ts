import assert from "node:assert/strict";
import { test } from "node:test";
import { findRoute, type Route, RouteCache } from "./router.ts";

function found(kind: Route["kind"], parts: Partial<Route> = {}): Route {
  return { kind, modelName: "", versionText: "", repositoryName: "", regionName: "", ...parts };
}

const cases: readonly (readonly [string, Route | null])[] = [
  ["/v2", found("server-metadata")],
  ["/v2/", null],
  ["/v2/health/live", found("server-live")],
  ["/v2/health/ready", found("server-ready")],
  ["/v2/health", null],
  ["/v2/health/live/", null],
  ["/v2/models/m", found("model-metadata", { modelName: "m" })],
  ["/v2/models/m/", null],
  ["/v2/models/", null],
  ["/v2/models", null],
  ["/v2/models/stats", found("model-statistics")],
  ["/v2/models/stats/stats", found("model-statistics", { modelName: "stats" })],
  ["/v2/models/m/stats", found("model-statistics", { modelName: "m" })],
  ["/v2/models/m/versions/12", found("model-metadata", { modelName: "m", versionText: "12" })],
  ["/v2/models/m/versions/12/infer", found("infer", { modelName: "m", versionText: "12" })],
  ["/v2/models/m/versions/abc/infer", null],
  ["/v2/models/m/versions/-1/infer", null],
  ["/v2/models/m/versions//infer", null],
  ["/v2/models/a%20b/infer", found("infer", { modelName: "a%20b" })],
  ["/v2/models/m/infer", found("infer", { modelName: "m" })],
  ["/v2/models/m/infer/", null],
  ["/v2/models/m/generate", found("generate", { modelName: "m" })],
  ["/v2/models/m/generate_stream", found("generate-stream", { modelName: "m" })],
  ["/v2/models/m/ready", found("model-ready", { modelName: "m" })],
  ["/v2/models/m/config", found("model-config", { modelName: "m" })],
  ["/v2/models/m/trace/setting", found("trace-setting", { modelName: "m" })],
  ["/v2/models/m/versions/1/trace/setting", null],
  ["/v2/models/m/unknown", null],
  ["/v2/trace/setting", found("trace-setting")],
  ["/v2/logging", found("logging")],
  ["/v2/repository/index", found("repository-index")],
  ["/v2/repository/r/index", found("repository-index", { repositoryName: "r" })],
  ["/v2/repository/models/m/load", found("model-load", { modelName: "m" })],
  ["/v2/repository/models/m/unload", found("model-unload", { modelName: "m" })],
  ["/v2/repository/r/models/m/load", found("model-load", { repositoryName: "r", modelName: "m" })],
  ["/v2/repository/models/m/reload", null],
  ["/v2/systemsharedmemory/status", found("system-shared-memory-status")],
  [
    "/v2/systemsharedmemory/region/x/register",
    found("system-shared-memory-register", { regionName: "x" }),
  ],
  ["/v2/systemsharedmemory/unregister", found("system-shared-memory-unregister")],
  ["/v2/cudasharedmemory/status", found("cuda-shared-memory-status")],
  [
    "/v2/cudasharedmemory/region/x/register",
    found("cuda-shared-memory-register", { regionName: "x" }),
  ],
  [
    "/v2/cudasharedmemory/region/x/unregister",
    found("cuda-shared-memory-unregister", { regionName: "x" }),
  ],
  ["/", null],
  ["", null],
  ["/V2", null],
  ["/metrics", null],
];

for (const [path, expected] of cases) {
  test(`${path} is ${expected === null ? "no route" : expected.kind}`, () => {
    assert.deepEqual(findRoute(path), expected);
  });
}

test("the cache gives the same answers and stays bounded", () => {
  const cache = new RouteCache();
  for (let index = 0; index < 5000; index++) {
    assert.equal(cache.find(`/v2/models/m${index}/infer`)?.modelName, `m${index}`);
  }
  const first = cache.find("/v2/models/m/infer");
  assert.equal(cache.find("/v2/models/m/infer"), first);
  assert.equal(cache.find("/nothing"), null);
});
