import assert from "node:assert/strict";
import { test } from "node:test";
import { FLAG_TABLE, groupedFlags } from "./flag-table.ts";
import { formatUsage } from "./usage.ts";

/** The flags of tritonserver 2.73 by group, as its usage text lists them. */
const TRITON_FLAGS: readonly string[] = `
  help
  id exit-timeout-secs
  log-verbose log-info log-warning log-error log-format log-file
  model-store model-repository exit-on-error disable-auto-complete-config strict-readiness model-control-mode
  repository-poll-secs load-model model-config-name model-load-thread-count model-load-retry-count model-namespacing
  enable-peer-access
  allow-http http-address http-port reuse-http-port http-header-forward-pattern http-thread-count http-max-input-size
  http-restricted-api
  allow-grpc grpc-address grpc-port reuse-grpc-port grpc-header-forward-pattern grpc-infer-thread-count
  grpc-infer-allocation-pool-size grpc-max-response-pool-size grpc-use-ssl grpc-use-ssl-mutual grpc-server-cert
  grpc-server-key grpc-root-cert grpc-infer-response-compression-level grpc-keepalive-time grpc-keepalive-timeout
  grpc-keepalive-permit-without-calls grpc-http2-max-pings-without-data
  grpc-http2-min-recv-ping-interval-without-data grpc-http2-max-ping-strikes grpc-max-connection-age
  grpc-max-connection-age-grace grpc-restricted-protocol
  allow-sagemaker sagemaker-port sagemaker-safe-port-range sagemaker-thread-count
  allow-vertex-ai vertex-ai-port vertex-ai-thread-count vertex-ai-default-model
  allow-metrics allow-gpu-metrics allow-cpu-metrics metrics-address metrics-port metrics-interval-ms metrics-config
  trace-config
  backend-directory backend-config
  repoagent-directory
  cache-config cache-directory
  rate-limit rate-limit-resource
  pinned-memory-pool-byte-size cuda-memory-pool-byte-size cuda-virtual-address-size min-supported-compute-capability
  buffer-manager-thread-count host-policy model-load-gpu-limit
  allow-client-shm
  strict-model-config response-cache-byte-size trace-file trace-level trace-rate trace-count trace-log-frequency
`
  .trim()
  .split(/\s+/);

test("the table has every flag of tritonserver in its order, and ours are marked", () => {
  const names = FLAG_TABLE.filter((spec) => !spec.isExtension).map((spec) => spec.name);
  assert.deepEqual(names, TRITON_FLAGS);
  assert.deepEqual(
    FLAG_TABLE.filter((spec) => spec.isExtension).map((spec) => spec.name),
    [
      "http-overload-retry-after",
      "http-infer-streaming",
      "http-use-ssl",
      "http-use-ssl-mutual",
      "http-server-cert",
      "http-server-key",
      "http-root-cert",
    ],
  );
});

test("the table keeps groups together, in the order in which the usage text has them", () => {
  const grouped = groupedFlags().flatMap(({ flags }) => flags);
  assert.deepEqual(grouped, FLAG_TABLE);
});

test("aliases and replacements name flags that exist", () => {
  const names = new Set(FLAG_TABLE.map((spec) => spec.name));
  assert.equal(names.size, FLAG_TABLE.length);
  for (const { aliasOf, replacement } of FLAG_TABLE) {
    assert.ok(aliasOf === null || names.has(aliasOf), String(aliasOf));
    const replacing = replacement?.replace(/^--([a-z-]+).*/, "$1");
    assert.ok(replacing === undefined || names.has(replacing), replacing);
  }
});

test("the usage text has a line for each flag under its group, and no line that is too long", () => {
  const usage = formatUsage("nereid-server");
  assert.ok(
    usage.startsWith(
      "Usage: nereid-server [options]\n  --help\n\tPrint this text.\n\nServer:\n  --id <string>\n",
    ),
  );
  assert.ok(usage.endsWith("\n\n"));
  for (const { name, argument } of FLAG_TABLE) {
    assert.ok(usage.includes(`\n  --${name}${argument === "" ? "" : ` <${argument}>`}\n\t`), name);
  }
  const longest = Math.max(...usage.split("\n").map((line) => line.length));
  assert.ok(longest <= 150, `a line has ${longest} characters`);
});
