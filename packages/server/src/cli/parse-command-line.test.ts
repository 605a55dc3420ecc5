import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompiledServerOptions } from "../config/server-options.ts";
import { type CommandLineContext, parseCommandLine } from "./parse-command-line.ts";
import { ParseError } from "./parse-error.ts";

const REPOSITORY = "--model-repository=/models";

function context(change: Partial<CommandLineContext> = {}): CommandLineContext {
  return {
    program: "nereid-server",
    environment: {},
    terminalColumns: null,
    complain: (line) => assert.fail(`unexpected: ${line}`),
    ...change,
  };
}

function optionsOf(...words: readonly string[]): CompiledServerOptions {
  return parseCommandLine([REPOSITORY, ...words], context()).options;
}

function refusal(...words: readonly string[]): string {
  try {
    parseCommandLine([REPOSITORY, ...words], context({ complain() {} }));
  } catch (error) {
    assert.ok(error instanceof ParseError, String(error));
    return error.message;
  }
  return assert.fail(`${words.join(" ")} was accepted`);
}

test("every option of the server is set by its flag", () => {
  const options = optionsOf(
    "--model-store=/a",
    "--id=name",
    "--exit-timeout-secs=-3",
    "--exit-on-error=0",
    "--strict-readiness=off",
    "--model-control-mode=Explicit",
    "--load-model=b",
    "--load-model=a",
    "--load-model=b",
    "--model-config-name=h100",
    "--model-load-thread-count=0",
    "--model-load-retry-count=2",
    "--backend-directory=/backends",
    "--repoagent-directory=/agents",
    "--disable-auto-complete-config",
  );
  assert.deepEqual(options.modelRepositories, ["/a", "/models"]);
  assert.equal(options.id, "name");
  assert.equal(options.exitTimeoutSecs, 0);
  assert.equal(options.exitOnError, false);
  assert.equal(options.strictReadiness, false);
  assert.equal(options.modelControlMode, "explicit");
  assert.deepEqual(options.startupModels, ["a", "b"]);
  assert.equal(options.modelConfigName, "h100");
  assert.equal(options.modelLoadThreadCount, 1);
  assert.equal(options.modelLoadRetryCount, 2);
  assert.equal(options.backendDirectory, "/backends");
  assert.equal(options.repositoryAgentDirectory, "/agents");
  assert.equal(options.autoCompleteConfig, false);
});

test("every option of HTTP and metrics is set by its flag", () => {
  const { http, metrics } = optionsOf(
    "--allow-http=1",
    "--http-address=::1",
    "--http-port=81",
    "--reuse-http-port=true",
    "--http-header-forward-pattern=^x-",
    "--http-thread-count=3",
    "--http-max-input-size=1000",
    "--http-overload-retry-after=2",
    "--http-infer-streaming=true",
    "--http-restricted-api=health,trace:k=v",
    "--http-restricted-api=logging:l=w",
    "--allow-metrics=1",
    "--metrics-port=82",
  );
  assert.deepEqual(http, {
    isAllowed: true,
    address: "::1",
    port: 81,
    reusePort: true,
    threadCount: 3,
    maxInputSizeBytes: 1000,
    overloadRetryAfterSeconds: 2,
    isInferStreamed: true,
    headerForwardPattern: "^x-",
    restrictedApis: [
      { apis: ["health", "trace"], header: "k", value: "v" },
      { apis: ["logging"], header: "l", value: "w" },
    ],
    tls: null,
  });
  assert.deepEqual(metrics, { isAllowed: true, address: "::1", port: 82, hasHistograms: false });
  assert.equal(optionsOf("--metrics-address=127.0.0.1").metrics.address, "127.0.0.1");
  assert.equal(
    optionsOf("--http-max-input-size=9223372036854775807").http.maxInputSizeBytes,
    2 ** 53 - 1,
  );
  assert.equal(optionsOf("--allow-http=0").http.isAllowed, false);
});

test("every option of the log is set by its flag, its terminal or its environment", () => {
  const flags = [
    "--log-verbose=true",
    "--log-info=0",
    "--log-warning=0",
    "--log-error=0",
    "--log-format=ISO8601",
    "--log-file=/log",
  ];
  const environment = { TRITON_SERVER_ESCAPE_LOG_MESSAGES: "0" };
  const { options } = parseCommandLine(
    [REPOSITORY, ...flags],
    context({ environment, terminalColumns: 80 }),
  );
  assert.deepEqual(options.log, {
    file: "/log",
    info: false,
    warning: false,
    error: false,
    verboseLevel: 1,
    format: "ISO8601",
    escapeMessages: false,
    tableWidth: 80,
  });
  assert.equal(optionsOf("--log-verbose=-1").log.verboseLevel, 0);
});

test("backend settings are kept by backend, the last value of each", () => {
  const { backendSettings } = optionsOf(
    "--backend-config=onnxruntime,a=1",
    "--backend-config=onnxruntime,a=2",
    "--backend-config=b=3",
  );
  assert.deepEqual(
    backendSettings,
    new Map([
      ["onnxruntime", new Map([["a", "2"]])],
      ["", new Map([["b", "3"]])],
    ]),
  );
});

test("the environment names the ONNX Runtime library unless a flag does", () => {
  const environment = { NEREID_ONNXRUNTIME_LIBRARY: "/env.so" };
  const libraryOf = (...words: string[]): string | undefined =>
    parseCommandLine([REPOSITORY, ...words], context({ environment }))
      .options.backendSettings.get("onnxruntime")
      ?.get("library-path");
  assert.equal(libraryOf("--backend-config=onnxruntime,a=1"), "/env.so");
  assert.equal(libraryOf("--backend-config=onnxruntime,library-path=/flag.so"), "/flag.so");
});

test("the environment names the repository where the command line names none", () => {
  const environment = { AIP_STORAGE_URI: "/aip" };
  const repositories = (...words: string[]): readonly string[] =>
    parseCommandLine(words, context({ environment })).options.modelRepositories;
  assert.deepEqual(repositories(), ["/aip"]);
  assert.deepEqual(repositories("--model-store=/b"), ["/b"]);
});

test("Vertex AI's mode is refused unless Vertex AI is switched off", () => {
  const parse = (...words: string[]): unknown =>
    parseCommandLine([REPOSITORY, ...words], context({ environment: { AIP_MODE: "PREDICTION" } }));
  assert.throws(() => parse(), /^ParseError: AIP_MODE=PREDICTION is not supported yet/);
  assert.ok(parse("--allow-vertex-ai=false"));
});

test("TLS needs a certificate and a key, and mutual TLS needs roots", () => {
  const pair = ["--http-server-cert=/c", "--http-server-key=/k"];
  const files = { certificateFile: "/c", keyFile: "/k", rootCertificateFile: "" };
  assert.deepEqual(optionsOf("--http-use-ssl=1", ...pair).http.tls, { ...files, isMutual: false });
  assert.deepEqual(optionsOf("--http-use-ssl-mutual=1", "--http-root-cert=/r", ...pair).http.tls, {
    ...files,
    rootCertificateFile: "/r",
    isMutual: true,
  });
  assert.equal(optionsOf(...pair).http.tls, null);
  assert.match(
    refusal("--http-use-ssl=1", "--http-server-cert=/c"),
    /needs --http-server-cert and/,
  );
  assert.match(refusal("--http-use-ssl-mutual=1", ...pair), /needs --http-root-cert/);
});

test("the response cache is set by its name, and Redis gets its credentials from the environment too", () => {
  assert.deepEqual(
    optionsOf(
      "--cache-config=local,size=1",
      "--cache-config=local,size=1000",
      "--cache-config=local,ttl_seconds=3",
    ).cacheSettings,
    new Map([
      [
        "local",
        new Map([
          ["size", "1000"],
          ["ttl_seconds", "3"],
        ]),
      ],
    ]),
  );
  assert.equal(optionsOf("--cache-directory=/caches").cacheDirectory, "/caches");
  const { options } = parseCommandLine(
    ["--model-repository=/models", "--cache-config=redis,host=h", "--cache-config=redis,user=mine"],
    {
      program: "nereid",
      environment: { TRITONCACHE_REDIS_USERNAME: "theirs", TRITONCACHE_REDIS_PASSWORD: "secret" },
      terminalColumns: null,
      complain: () => {},
    },
  );
  assert.deepEqual(
    options.cacheSettings.get("redis"),
    new Map([
      ["host", "h"],
      ["user", "mine"],
      ["password", "secret"],
    ]),
  );
});

test("of a resource given several times the smallest count holds, devices and names in order", () => {
  const options = optionsOf(
    "--rate-limit=Execution_Count",
    ...["b:-1", "R1:4", "r2:2:0", "r2:3:0", "R1:9:1", "R1:5:-1"].map(
      (value) => `--rate-limit-resource=${value}`,
    ),
  );
  assert.equal(options.rateLimitMode, "execution_count");
  assert.deepEqual(options.rateLimitResources, [
    { name: "R1", count: 4, deviceId: null },
    { name: "b", count: -1, deviceId: null },
    { name: "r2", count: 2, deviceId: 0 },
    { name: "R1", count: 9, deviceId: 1 },
  ]);
});

test("flags of features that are still to come are refused by name", () => {
  const table: readonly (readonly string[])[] = [
    ["--model-control-mode=poll"],
    ["--model-namespacing=true"],
    ["--allow-sagemaker=true"],
    ["--allow-vertex-ai=true"],
    ["--metrics-interval-ms=1000"],
    ["--metrics-config=counter_latencies=false"],
    ["--metrics-config=summary_latencies=true"],
    ["--trace-config=level=TIMESTAMPS"],
    ["--trace-config=mode=opentelemetry"],
    ["--trace-config=rate=5"],
    ["--trace-config=triton,file=/trace"],
    ["--trace-config=triton,log-frequency=5"],
    ["--trace-file=/trace"],
    ["--trace-level=TENSORS"],
    ["--trace-rate=1"],
    ["--trace-count=5"],
    ["--trace-log-frequency=1"],
    ["--pinned-memory-pool-byte-size=1"],
    ["--cuda-memory-pool-byte-size=0:1"],
    ["--cuda-virtual-address-size=0:1"],
    ["--min-supported-compute-capability=7.5"],
    ["--buffer-manager-thread-count=1"],
    ["--host-policy=cpu,numa-node=0"],
    ["--model-load-gpu-limit=0:0.5"],
    ["--model-load-gpu-limit=0:nan"],
    ["--allow-client-shm=true"],
  ];
  for (const words of table) {
    const name = (words[0] ?? "").replace(/^--([^=]+)=.*/, "$1");
    const message = refusal(...words);
    assert.ok(
      message.startsWith(
        `Bad option: "--${name}".\n--${name} is not supported yet: it comes with `,
      ),
      message,
    );
  }
});

test("values that mean off or the default are accepted for the same flags", () => {
  const words = [
    "--model-namespacing=false",
    "--enable-peer-access=true",
    "--repository-poll-secs=5",
    "--allow-sagemaker=false",
    "--sagemaker-port=1",
    "--allow-vertex-ai=false",
    "--vertex-ai-port=1",
    "--allow-gpu-metrics=true",
    "--allow-cpu-metrics=false",
    "--metrics-interval-ms=2000",
    "--metrics-config=counter_latencies=true",
    "--metrics-config=summary_latencies=TRUE",
    "--trace-config=level=OFF",
    "--trace-config=rate=1000",
    "--trace-config=count=-1",
    "--trace-config=mode=triton",
    "--trace-config=opentelemetry,url=http://x",
    "--pinned-memory-pool-byte-size=268435456",
    "--pinned-memory-pool-byte-size=-5",
    "--cuda-memory-pool-byte-size=0:0",
    "--cuda-virtual-address-size=1:1073741824",
    "--min-supported-compute-capability=0.0",
    "--buffer-manager-thread-count=-1",
    "--model-load-gpu-limit=0:1",
    "--allow-client-shm=false",
    "--grpc-infer-thread-count=128",
    "--grpc-infer-allocation-pool-size=1",
    "--grpc-max-response-pool-size=2147483647",
  ];
  assert.deepEqual(optionsOf(...words), optionsOf());
  assert.equal(optionsOf("--allow-grpc=false", "--grpc-use-ssl-mutual=true").grpc.tls, null);
});

test("histograms are counted once one word asks for them", () => {
  const asked = "--metrics-config=histogram_latencies=true";
  const others = ["--metrics-config=histogram_latencies=false", "--metrics-config=x=true"];
  assert.ok(optionsOf(asked, ...others).metrics.hasHistograms);
  assert.ok(!optionsOf(...others).metrics.hasHistograms);
});

test("an interval is moot without metrics", () => {
  assert.equal(
    optionsOf("--metrics-interval-ms=5", "--allow-metrics=false").metrics.isAllowed,
    false,
  );
});

test("flags of tritonserver 2.73 that the golden file's server does not know have its texts", () => {
  assert.equal(
    refusal("--http-max-input-size=0"),
    'Bad option: "--http-max-input-size".\nError: --http-max-input-size must be greater than 0.\n',
  );
  assert.equal(
    refusal("--grpc-infer-thread-count=1"),
    'Bad option: "--grpc-infer-thread-count".\ninvalid argument for --grpc_infer_thread_count. Must be in the range 2 to 128.\n',
  );
  assert.equal(
    refusal("--grpc-max-response-pool-size=0"),
    'Bad option: "--grpc-max-response-pool-size".\nError: --grpc-max-response-pool-size must be greater than 0.\n',
  );
  assert.equal(
    refusal("--allow-client-shm=x"),
    'Bad option: "--allow-client-shm".\ninvalid value for bool option: x\n',
  );
});

test("a port that is none is refused, where tritonserver would take its low bits", () => {
  assert.equal(
    refusal("--http-port=70000"),
    'Bad option: "--http-port".\na port is between 0 and 65535. Got 70000\n\n',
  );
  assert.match(refusal("--metrics-port=-1"), /^Bad option: "--metrics-port"/);
});

test("our own flags leave tritonserver's prefixes alone", () => {
  assert.equal(optionsOf("--http-r=health:k=v").http.restrictedApis.length, 1);
});

test("HTTP and metrics may not share an address and a port", () => {
  assert.equal(
    refusal("--http-port=9000", "--metrics-port=9000"),
    "The server cannot listen to HTTP requests and metrics requests at the same address and port 0.0.0.0:9000\n",
  );
  assert.ok(optionsOf("--http-port=9000", "--metrics-port=9000", "--metrics-address=127.0.0.1"));
  assert.ok(optionsOf("--http-port=9000", "--metrics-port=9000", "--allow-metrics=0"));
  assert.ok(optionsOf("--http-port=0", "--metrics-port=0"));
});

test("gRPC may not share them either, and comes before metrics", () => {
  assert.equal(
    refusal("--http-port=9000", "--grpc-port=9000"),
    "The server cannot listen to HTTP requests and GRPC requests at the same address and port 0.0.0.0:9000\n",
  );
  assert.equal(
    refusal("--grpc-port=9000", "--metrics-port=9000"),
    "The server cannot listen to GRPC requests and metrics requests at the same address and port 0.0.0.0:9000\n",
  );
  assert.ok(optionsOf("--http-port=9000", "--grpc-port=9000", "--allow-grpc=0"));
});

test("the flags of gRPC are its options", () => {
  const { grpc } = optionsOf(
    "--grpc-address=127.0.0.1",
    "--grpc-port=0",
    "--reuse-grpc-port=true",
    "--grpc-header-forward-pattern=x-.*",
    "--grpc-restricted-protocol=health,trace:key=value",
    "--grpc-infer-response-compression-level=LOW",
    "--grpc-keepalive-time=1",
    "--grpc-keepalive-timeout=2",
    "--grpc-keepalive-permit-without-calls=true",
    "--grpc-http2-max-pings-without-data=3",
    "--grpc-http2-min-recv-ping-interval-without-data=4",
    "--grpc-http2-max-ping-strikes=5",
    "--grpc-max-connection-age=6",
    "--grpc-max-connection-age-grace=7",
    "--grpc-max-response-pool-size=9",
  );
  assert.deepEqual(grpc, {
    isAllowed: true,
    address: "127.0.0.1",
    port: 0,
    reusePort: true,
    headerForwardPattern: "x-.*",
    restrictedApis: [{ apis: ["health", "trace"], header: "key", value: "value" }],
    tls: null,
    responseCompressionLevel: "low",
    responsePoolSize: 9,
    keepalive: {
      timeMs: 1,
      timeoutMs: 2,
      permitsWithoutCalls: true,
      pingsWithoutDataMax: 3,
      recvPingIntervalWithoutDataMsMin: 4,
      pingStrikesMax: 5,
      connectionAgeMsMax: 6,
      connectionAgeGraceMs: 7,
    },
  });
  assert.match(refusal("--grpc-keepalive-time=-1"), /cannot be negative/);
  assert.match(refusal("--grpc-port=65536"), /^Bad option: "--grpc-port"/);
});

test("TLS of gRPC needs its files, and the flag for mutual TLS turns it on with either value", () => {
  const files = ["--grpc-server-cert=c", "--grpc-server-key=k"];
  assert.equal(
    refusal("--grpc-use-ssl=true"),
    "Error: gRPC over TLS needs --grpc-server-cert and --grpc-server-key.",
  );
  assert.equal(
    refusal("--grpc-use-ssl-mutual=true", ...files),
    "Error: --grpc-use-ssl-mutual needs --grpc-root-cert.",
  );
  assert.deepEqual(optionsOf("--grpc-use-ssl-mutual=false", ...files).grpc.tls, {
    certificateFile: "c",
    keyFile: "k",
    rootCertificateFile: "",
    isMutual: false,
  });
  assert.equal(optionsOf(...files).grpc.tls, null);
});
