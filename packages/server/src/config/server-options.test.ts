import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode, TritonError } from "@nereid/protocol";
import {
  compileServerOptions,
  resolveBackendSettings,
  type ServerOptions,
} from "./server-options.ts";

const REPOSITORIES: ServerOptions = { modelRepositories: ["/models"] };

function refuses(options: ServerOptions, message: string): void {
  assert.throws(
    () => compileServerOptions(options),
    (error) =>
      error instanceof TritonError &&
      error.code === StatusCode.InvalidArg &&
      error.message === message,
  );
}

test("everything but the repositories has tritonserver's default", () => {
  assert.deepEqual(compileServerOptions(REPOSITORIES), {
    id: "triton",
    version: "2.73.0",
    modelRepositories: ["/models"],
    modelControlMode: "none",
    startupModels: [],
    modelConfigName: "",
    modelLoadThreadCount: 4,
    modelLoadRetryCount: 0,
    exitOnError: true,
    strictReadiness: true,
    autoCompleteConfig: true,
    backendDirectory: "/opt/tritonserver/backends",
    repositoryAgentDirectory: "/opt/tritonserver/repoagents",
    backendSettings: new Map(),
    cacheSettings: new Map(),
    cacheDirectory: "/opt/tritonserver/caches",
    rateLimitMode: "off",
    rateLimitResources: [],
    exitTimeoutSecs: 30,
    http: {
      isAllowed: true,
      address: "0.0.0.0",
      port: 8000,
      reusePort: false,
      threadCount: null,
      maxInputSizeBytes: 67108864,
      overloadRetryAfterSeconds: 0,
      isInferStreamed: false,
      headerForwardPattern: "",
      restrictedApis: [],
      tls: null,
    },
    grpc: {
      isAllowed: true,
      address: "0.0.0.0",
      port: 8001,
      reusePort: false,
      headerForwardPattern: "",
      restrictedApis: [],
      tls: null,
      responseCompressionLevel: "none",
      responsePoolSize: 2147483647,
      keepalive: {
        timeMs: 7_200_000,
        timeoutMs: 20_000,
        permitsWithoutCalls: false,
        pingsWithoutDataMax: 2,
        recvPingIntervalWithoutDataMsMin: 300_000,
        pingStrikesMax: 2,
        connectionAgeMsMax: 0,
        connectionAgeGraceMs: 0,
      },
    },
    metrics: { isAllowed: true, address: "0.0.0.0", port: 8002, hasHistograms: false },
    log: {
      file: "",
      info: true,
      warning: true,
      error: true,
      verboseLevel: 0,
      format: "default",
      escapeMessages: true,
      tableWidth: 500,
    },
  });
});

test("compiled options compile to themselves", () => {
  const compiled = compileServerOptions({
    modelRepositories: ["b", "a", "b"],
    modelControlMode: "explicit",
    startupModels: ["y", "x"],
    modelLoadThreadCount: -1,
    exitTimeoutSecs: -1,
    backendSettings: new Map([["", new Map([["auto-complete-config", "FALSE"]])]]),
    http: { address: "::1", port: 0, threadCount: 0 },
    metrics: { address: "" },
    log: { verboseLevel: -1 },
  });
  assert.deepEqual(compileServerOptions(compiled), compiled);
  assert.deepEqual(compiled.modelRepositories, ["a", "b"]);
  assert.deepEqual(compiled.startupModels, ["x", "y"]);
  assert.equal(compiled.modelLoadThreadCount, 1);
  assert.equal(compiled.exitTimeoutSecs, 0);
  assert.equal(compiled.http.threadCount, 1);
  assert.equal(compiled.metrics.address, "::1");
  assert.equal(compiled.log.verboseLevel, 0);
});

test("a setting of all backends decides on auto-completion before the flag", () => {
  const isCompleting = (setting: string | null, autoCompleteConfig: boolean): boolean => {
    const settings = new Map(setting === null ? [] : [["auto-complete-config", setting]]);
    const backendSettings = new Map([["", settings]]);
    return compileServerOptions({ ...REPOSITORIES, autoCompleteConfig, backendSettings })
      .autoCompleteConfig;
  };
  assert.equal(isCompleting(null, false), false);
  assert.equal(isCompleting("True", false), true);
  assert.equal(isCompleting("no", true), false);
});

test("options that contradict each other are refused", () => {
  refuses({ modelRepositories: [] }, "--model-repository must be specified");
  refuses(
    { ...REPOSITORIES, startupModels: ["a"] },
    "startup models need the model control mode 'explicit'",
  );
  refuses(
    { ...REPOSITORIES, modelControlMode: "explicit", startupModels: ["*", "a"] },
    "Wildcard model name '*' must be the ONLY startup model if specified at all.",
  );
  refuses(
    { ...REPOSITORIES, repositoryAgentDirectory: "" },
    "--repoagent-directory can not be empty",
  );
  const health = { apis: ["health"], header: "a", value: "b" } as const;
  refuses(
    { ...REPOSITORIES, http: { restrictedApis: [health, health] } },
    "restricted api 'health' can not be specified in multiple config groups",
  );
});

test("numbers out of their range are refused", () => {
  for (const port of [-1, 65536, 1.5, Number.NaN]) {
    refuses(
      { ...REPOSITORIES, http: { port } },
      `the HTTP port ${port} is not between 0 and 65535`,
    );
  }
  refuses(
    { ...REPOSITORIES, metrics: { port: 65536 } },
    "the metrics port 65536 is not between 0 and 65535",
  );
  refuses(
    { ...REPOSITORIES, http: { maxInputSizeBytes: 0 } },
    "the maximum input size must be greater than 0",
  );
  for (const overloadRetryAfterSeconds of [-1, 0.5]) {
    refuses(
      { ...REPOSITORIES, http: { overloadRetryAfterSeconds } },
      "the seconds to retry after must be an integer that is not negative",
    );
  }
});

test("a backend's settings are those of all, its own, and the server's, in Triton's order", () => {
  const options = compileServerOptions({
    ...REPOSITORIES,
    backendDirectory: "/backends",
    backendSettings: new Map([
      [
        "",
        new Map([
          ["zeta", "1"],
          ["alpha", "2"],
          ["backend-directory", "ignored"],
        ]),
      ],
      ["onnxruntime", new Map([["zeta", "3"]])],
    ]),
  });
  assert.deepEqual(
    [...resolveBackendSettings(options, "onnxruntime")],
    [
      ["alpha", "2"],
      ["auto-complete-config", "true"],
      ["backend-directory", "/backends"],
      ["min-compute-capability", "6.000000"],
      ["zeta", "3"],
      ["default-max-batch-size", "4"],
    ],
  );
  assert.equal(resolveBackendSettings(options, "python").get("zeta"), "1");
});

test("a default-max-batch-size that is given stands among the others", () => {
  const options = compileServerOptions({
    ...REPOSITORIES,
    backendSettings: new Map([["python", new Map([["default-max-batch-size", "8"]])]]),
  });
  assert.deepEqual(
    [...resolveBackendSettings(options, "python").keys()],
    [
      "auto-complete-config",
      "backend-directory",
      "default-max-batch-size",
      "min-compute-capability",
    ],
  );
  assert.equal(resolveBackendSettings(options, "other").get("default-max-batch-size"), "4");
});
