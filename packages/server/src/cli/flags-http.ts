import { RESTRICTED_APIS } from "../config/server-options.ts";
import { type FlagSpec, type FlagStatus, flag } from "./flag-spec.ts";
import { ParseError } from "./parse-error.ts";
import { parseMetricsConfig, parseRestriction } from "./parse-setting.ts";
import { parseBoolean, parseInteger, parseInteger64 } from "./parse-value.ts";

const PORT_MAX = 65535;

/** The group HTTP, with our own flags for TLS behind tritonserver's. */
export const HTTP_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "allow-http",
    group: "HTTP",
    argument: "boolean",
    defaultText: "true",
    help: "Whether the server answers HTTP requests.",
    apply(draft, value) {
      draft.http.isAllowed = parseBoolean(value);
    },
  }),
  flag({
    name: "http-address",
    group: "HTTP",
    argument: "string",
    defaultText: "0.0.0.0",
    help: "The address that the HTTP server listens on.",
    apply(draft, value) {
      draft.http.address = value;
    },
  }),
  flag({
    name: "http-port",
    group: "HTTP",
    argument: "integer",
    defaultText: "8000",
    help: "The port that the HTTP server listens on; 0 takes any free port.",
    apply(draft, value) {
      draft.http.port = parsePort(value);
    },
  }),
  flag({
    name: "reuse-http-port",
    group: "HTTP",
    argument: "boolean",
    defaultText: "false",
    help: "Whether several servers may listen on the HTTP port, each with this flag. All of them have to serve the same models.",
    apply(draft, value) {
      draft.http.reusePort = parseBoolean(value);
    },
  }),
  flag({
    name: "http-header-forward-pattern",
    group: "HTTP",
    argument: "string",
    defaultText: "",
    help: "A regular expression (RE2 syntax, without regard to case). The headers whose names it finds a match in become parameters of the inference request.",
    apply(draft, value) {
      draft.http.headerForwardPattern = value;
    },
  }),
  flag({
    name: "http-thread-count",
    group: "HTTP",
    argument: "integer",
    defaultText: "1",
    help: "How many threads hold the connections of HTTP clients. With 1 it is the main thread, which also runs the models' schedulers: that costs the least processor time and answers the soonest. From 2 on it is so many threads beside the main one, at most 64, for machines with cores to spare whose main thread is busy with TLS or with very many small requests.",
    apply(draft, value) {
      draft.http.threadCount = parseInteger(value);
    },
  }),
  flag({
    name: "http-max-input-size",
    group: "HTTP",
    argument: "integer",
    defaultText: "67108864",
    help: "The largest body of an HTTP request in bytes, before and after it is decompressed. The default is 64 MiB.",
    apply(draft, value) {
      const size = parseInteger64(value);
      if (size <= 0n) {
        throw new ParseError("Error: --http-max-input-size must be greater than 0.");
      }
      draft.http.maxInputSizeBytes = Math.min(Number(size), Number.MAX_SAFE_INTEGER);
    },
  }),
  flag({
    name: "http-restricted-api",
    group: "HTTP",
    argument: "<string>:<string>=<string>",
    defaultText: "",
    help: `Closes parts of the HTTP API to all but requests with a certain header, as <apis>:<header>=<value>: <apis> are separated by commas, out of ${RESTRICTED_APIS.join(", ")}.`,
    isRepeatable: true,
    apply(draft, value) {
      const kind = { flag: "http-restricted-api", feature: "api" } as const;
      draft.restrictedApis.push(parseRestriction(value, kind, draft.restrictedApis));
    },
  }),
  flag({
    name: "http-overload-retry-after",
    group: "HTTP",
    isExtension: true,
    argument: "integer",
    defaultText: "0",
    help: "Seconds after which a client may ask again when its request is refused because a model's queue is full: with more than 0 the answer is 429 Too Many Requests with this time as Retry-After, otherwise 503 without one.",
    apply(draft, value) {
      const seconds = parseInteger(value);
      if (seconds < 0) {
        throw new ParseError("Error: --http-overload-retry-after must not be negative.");
      }
      draft.http.overloadRetryAfterSeconds = seconds;
    },
  }),
  flag({
    name: "http-infer-streaming",
    group: "HTTP",
    isExtension: true,
    argument: "boolean",
    defaultText: "false",
    help: "Whether infer over HTTP may be answered several times: for clients that accept application/x-ndjson or text/event-stream, from any model. Otherwise models with the decoupled transaction policy are refused there.",
    apply(draft, value) {
      draft.http.isInferStreamed = parseBoolean(value);
    },
  }),
  flag({
    name: "http-use-ssl",
    group: "HTTP",
    argument: "boolean",
    defaultText: "false",
    help: "Whether HTTP is served over TLS. Needs --http-server-cert and --http-server-key.",
    isExtension: true,
    apply(draft, value) {
      draft.tls.isUsed = parseBoolean(value);
    },
  }),
  flag({
    name: "http-use-ssl-mutual",
    group: "HTTP",
    argument: "boolean",
    defaultText: "false",
    help: "Whether HTTP is served over TLS to clients with a certificate only. True turns --http-use-ssl on, and needs --http-root-cert.",
    isExtension: true,
    apply(draft, value) {
      draft.tls.isMutual = parseBoolean(value);
    },
  }),
  flag({
    name: "http-server-cert",
    group: "HTTP",
    argument: "string",
    defaultText: "",
    help: "A file with the server's certificate in PEM, and those that lead to its root.",
    isExtension: true,
    apply(draft, value) {
      draft.tls.certificateFile = value;
    },
  }),
  flag({
    name: "http-server-key",
    group: "HTTP",
    argument: "string",
    defaultText: "",
    help: "A file with the private key of the server's certificate in PEM.",
    isExtension: true,
    apply(draft, value) {
      draft.tls.keyFile = value;
    },
  }),
  flag({
    name: "http-root-cert",
    group: "HTTP",
    argument: "string",
    defaultText: "",
    help: "A file with the certificates in PEM that a client's certificate has to lead to. Without --http-use-ssl-mutual it has no effect.",
    isExtension: true,
    apply(draft, value) {
      draft.tls.rootCertificateFile = value;
    },
  }),
];

/** The group Metrics. */
export const METRICS_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "allow-metrics",
    group: "Metrics",
    argument: "boolean",
    defaultText: "true",
    help: "Whether the server shows its metrics to Prometheus.",
    apply(draft, value) {
      draft.metrics.isAllowed = parseBoolean(value);
    },
  }),
  flag({
    name: "allow-gpu-metrics",
    group: "Metrics",
    argument: "boolean",
    defaultText: "true",
    help: "Whether the metrics include those of the GPUs. They do not exist yet: true and false are the same.",
    apply(_draft, value) {
      parseBoolean(value);
    },
  }),
  flag({
    name: "allow-cpu-metrics",
    group: "Metrics",
    argument: "boolean",
    defaultText: "true",
    help: "Whether the metrics include those of the CPUs. They do not exist yet: true and false are the same.",
    apply(_draft, value) {
      parseBoolean(value);
    },
  }),
  flag({
    name: "metrics-address",
    group: "Metrics",
    argument: "string",
    defaultText: "the value of --http-address",
    help: "The address that the metrics server listens on.",
    apply(draft, value) {
      draft.metrics.address = value;
    },
  }),
  flag({
    name: "metrics-port",
    group: "Metrics",
    argument: "integer",
    defaultText: "8002",
    help: "The port that the metrics server listens on; 0 takes any free port.",
    apply(draft, value) {
      draft.metrics.port = parsePort(value);
    },
  }),
  flag({
    name: "metrics-interval-ms",
    group: "Metrics",
    argument: "float",
    defaultText: "2000",
    help: "Milliseconds from one measurement of GPUs, CPUs and memory to the next.",
    status: {
      kind: "refused",
      feature: "the metrics of GPUs, CPUs and memory",
      accepted: "2000, or any value with --allow-metrics=false",
      isRefused: (value, draft) =>
        draft.metrics.isAllowed !== false && parseInteger(value) !== 2000,
    },
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "metrics-config",
    group: "Metrics",
    argument: "<string>=<string>",
    defaultText: "",
    help: "Chooses families of metrics: counter_latencies, summary_latencies, histogram_latencies (true or false) and summary_quantiles.",
    isRepeatable: true,
    status: metricsConfigStatus(),
    apply({ metrics }, value) {
      const config = parseMetricsConfig(value);
      if (config.setting === "histogram_latencies" && config.value === "true") {
        metrics.hasHistograms = true;
      }
    },
  }),
];

/** The values of `--metrics-config` that change what is exported and are still to come. */
const METRICS_CHANGES: ReadonlyMap<string, string> = new Map([
  ["counter_latencies", "false"],
  ["summary_latencies", "true"],
]);

function metricsConfigStatus(): FlagStatus {
  return {
    kind: "refused",
    feature: "the choice of metrics",
    accepted:
      "counter_latencies=true, summary_latencies=false, histogram_latencies, summary_quantiles",
    isRefused(value) {
      const config = parseMetricsConfig(value);
      return METRICS_CHANGES.get(config.setting) === config.value;
    },
  };
}

/** tritonserver takes any number here and listens on its low 16 bits: a mistake that is worth an error. */
function parsePort(value: string): number {
  const port = parseInteger(value);
  if (port < 0 || port > PORT_MAX) {
    throw new ParseError(`a port is between 0 and ${PORT_MAX}. Got ${value}\n`);
  }
  return port;
}
