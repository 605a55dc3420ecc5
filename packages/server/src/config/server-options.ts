import { StatusCode, TritonError } from "@nereid/protocol";
import type { LogFormat } from "../base/log-settings.ts";
import {
  compileRateLimitResources,
  type RateLimitMode,
  type RateLimitResource,
} from "./execution-options.ts";

/** The Triton release whose protocol, texts and behaviour the server follows: what metadata reports as its version. */
export const TRITON_VERSION = "2.73.0";

/** How models come and go: all at start-up, or on request. */
export type ModelControlMode = "none" | "explicit";

/** The categories of the protocol that `--http-restricted-api` can close, in Triton's order. */
export const RESTRICTED_APIS = [
  "health",
  "metadata",
  "inference",
  "shared-memory",
  "model-config",
  "model-repository",
  "statistics",
  "trace",
  "logging",
] as const;
/** One category of the protocol. */
export type RestrictedApi = (typeof RESTRICTED_APIS)[number];

/** APIs that answer only requests whose header `header` is exactly `value`. An API is in one group at most. */
export interface RestrictedApiGroup {
  readonly apis: readonly RestrictedApi[];
  /** The header's name as the operator wrote it, shown to refused clients; looked up without regard to case. */
  readonly header: string;
  readonly value: string;
}

/** TLS for one front end: paths of PEM files, read when the front end starts. */
export interface TlsOptions {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The certificates that clients must chain to; empty if clients need none. */
  readonly rootCertificateFile: string;
  /** Whether clients must present a certificate. */
  readonly isMutual: boolean;
}

/** The HTTP front end. */
export interface HttpOptions {
  readonly isAllowed: boolean;
  readonly address: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Whether other processes with the same option may listen on the same port (SO_REUSEPORT). */
  readonly reusePort: boolean;
  /** Threads that serve requests, at least 1; null if the operator gave none and the front end chooses. */
  readonly threadCount: number | null;
  /** The largest request body in bytes, after decompression too. */
  readonly maxInputSizeBytes: number;
  /** What a client is told to wait when a queue is full, with status 429; 0: status 503 and no time, as the real server. */
  readonly overloadRetryAfterSeconds: number;
  /** Whether infer answers models that answer several times, to clients that accept a stream; as tritonserver it does not. */
  readonly isInferStreamed: boolean;
  /** A pattern (RE2 syntax) for the names of headers that become request parameters, case-insensitive; empty: none. */
  readonly headerForwardPattern: string;
  readonly restrictedApis: readonly RestrictedApiGroup[];
  /** null: plain HTTP. */
  readonly tls: TlsOptions | null;
}

/** How hard inference responses over gRPC are compressed, in gRPC's words. */
export type GrpcCompressionLevel = "none" | "low" | "medium" | "high";

/** How long silent gRPC clients are trusted, and how often they may ask whether the server is there. Milliseconds. */
export interface GrpcKeepaliveOptions {
  readonly timeMs: number;
  readonly timeoutMs: number;
  readonly permitsWithoutCalls: boolean;
  /** 0: no limit. */
  readonly pingsWithoutDataMax: number;
  readonly recvPingIntervalWithoutDataMsMin: number;
  /** 0: no limit. */
  readonly pingStrikesMax: number;
  /** 0: connections may last for ever. */
  readonly connectionAgeMsMax: number;
  /** 0: calls have all the time they need. */
  readonly connectionAgeGraceMs: number;
}

/** The gRPC front end. */
export interface GrpcOptions {
  readonly isAllowed: boolean;
  readonly address: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Whether other processes with the same option may listen on the same port (SO_REUSEPORT). */
  readonly reusePort: boolean;
  /** A pattern (RE2 syntax) for the keys of metadata that become request parameters, case-insensitive; empty: none. */
  readonly headerForwardPattern: string;
  /** The metadata key that clients send is the header with `triton-grpc-protocol-` in front. */
  readonly restrictedApis: readonly RestrictedApiGroup[];
  /** null: without TLS. */
  readonly tls: TlsOptions | null;
  readonly responseCompressionLevel: GrpcCompressionLevel;
  /** Answers of a decoupled model to one request that may wait for the client; more than 0. */
  readonly responsePoolSize: number;
  readonly keepalive: GrpcKeepaliveOptions;
}

/** The metrics front end. */
export interface MetricsOptions {
  readonly isAllowed: boolean;
  readonly address: string;
  readonly port: number;
  /** Whether the times to the first answer are counted in buckets. */
  readonly hasHistograms: boolean;
}

/** What the logger starts with. The levels and the format can change through the logging extension. */
export interface LogOptions {
  /** Path of the log file; empty writes info to stdout, warnings and errors to stderr. */
  readonly file: string;
  readonly info: boolean;
  readonly warning: boolean;
  readonly error: boolean;
  /** 0: none. */
  readonly verboseLevel: number;
  readonly format: LogFormat;
  /** Whether messages are quoted and escaped as JSON strings. */
  readonly escapeMessages: boolean;
  /** Columns that start-up tables are fitted to: the terminal's, or 500 without one. */
  readonly tableWidth: number;
}

/**
 * Everything that is decided before the server starts: complete, checked, plain data.
 *
 * Names and meanings are those of tritonserver's flags, which `docs/cli.md` lists.
 */
export interface CompiledServerOptions {
  /** The server's name in its metadata. */
  readonly id: string;
  /** The server's version in its metadata. */
  readonly version: string;
  /** As given, in byte order and without repeats: the order in which Triton looks at them. At least one. */
  readonly modelRepositories: readonly string[];
  readonly modelControlMode: ModelControlMode;
  /** Models to load at start-up in explicit mode, in byte order without repeats; `["*"]` for all. */
  readonly startupModels: readonly string[];
  /** Reads `configs/<name>.pbtxt` of a model where it exists; empty: config.pbtxt. */
  readonly modelConfigName: string;
  /** Models loaded at the same time, at least 1. */
  readonly modelLoadThreadCount: number;
  /** Extra attempts to load a version. */
  readonly modelLoadRetryCount: number;
  /** Whether a model that fails to load at start-up ends the server. */
  readonly exitOnError: boolean;
  /** Whether readiness needs every model to be ready. */
  readonly strictReadiness: boolean;
  /** Whether backends may fill in what a model's configuration leaves out. */
  readonly autoCompleteConfig: boolean;
  /** Shown to backends and searched for backends that are not built in. */
  readonly backendDirectory: string;
  /** Searched for repository agents. */
  readonly repositoryAgentDirectory: string;
  /**
   * `--backend-config` by backend name, the key "" holding the settings of all backends. `resolveBackendSettings`
   * merges them for one backend.
   */
  readonly backendSettings: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** `--cache-config` by cache; empty: responses are not cached. */
  readonly cacheSettings: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Shown where a cache is not built in. */
  readonly cacheDirectory: string;
  readonly rateLimitMode: RateLimitMode;
  /** By device and name, each once; without any there is as much of each as the hungriest instance needs. */
  readonly rateLimitResources: readonly RateLimitResource[];
  /** Seconds that a shutdown waits for requests in flight, at least 0. */
  readonly exitTimeoutSecs: number;
  readonly http: HttpOptions;
  readonly grpc: GrpcOptions;
  readonly metrics: MetricsOptions;
  readonly log: LogOptions;
}

/** The part of the gRPC front end that a program sets. */
export interface PartialGrpcOptions extends Partial<Omit<GrpcOptions, "keepalive">> {
  readonly keepalive?: Partial<GrpcKeepaliveOptions>;
}

/**
 * What an embedding program or the command line sets; whatever it leaves out has tritonserver's default. A
 * `CompiledServerOptions` is also a valid `ServerOptions`, and compiles to itself.
 */
export interface ServerOptions
  extends Partial<
    Omit<CompiledServerOptions, "http" | "grpc" | "metrics" | "log" | "modelRepositories">
  > {
  readonly modelRepositories: readonly string[];
  readonly http?: Partial<HttpOptions>;
  readonly grpc?: PartialGrpcOptions;
  /** The address defaults to that of `http`. */
  readonly metrics?: Partial<MetricsOptions>;
  readonly log?: Partial<LogOptions>;
}

const PORT_MAX = 65535;
/** No bound, as in tritonserver. */
const RESPONSE_POOL_SIZE_DEFAULT = 2 ** 31 - 1;
const MAX_INPUT_SIZE_BYTES_DEFAULT = 64 * 1024 * 1024;
const ALL_MODELS = "*";

/**
 * Fills in tritonserver's defaults and checks what depends on more than one option.
 *
 * @throws {TritonError} InvalidArg if there is no repository, if startup models are given without explicit mode or
 *   beside `*`, if an API is restricted twice, or if a number is out of its range
 * @see Triton core src/server.cc `Init`, src/model_repository_manager/model_repository_manager.cc `Create`
 */
export function compileServerOptions(options: ServerOptions): CompiledServerOptions {
  const http = compileHttpOptions(options.http ?? {});
  const compiled: CompiledServerOptions = {
    id: options.id ?? "triton",
    version: options.version ?? TRITON_VERSION,
    modelRepositories: orderedSet(options.modelRepositories),
    modelControlMode: options.modelControlMode ?? "none",
    startupModels: orderedSet(options.startupModels ?? []),
    modelConfigName: options.modelConfigName ?? "",
    modelLoadThreadCount: Math.max(1, options.modelLoadThreadCount ?? 4),
    modelLoadRetryCount: Math.max(0, options.modelLoadRetryCount ?? 0),
    exitOnError: options.exitOnError ?? true,
    strictReadiness: options.strictReadiness ?? true,
    autoCompleteConfig: isAutoCompleting(options),
    backendDirectory: options.backendDirectory ?? "/opt/tritonserver/backends",
    repositoryAgentDirectory: options.repositoryAgentDirectory ?? "/opt/tritonserver/repoagents",
    backendSettings: options.backendSettings ?? new Map(),
    cacheSettings: options.cacheSettings ?? new Map(),
    cacheDirectory: options.cacheDirectory ?? "/opt/tritonserver/caches",
    rateLimitMode: options.rateLimitMode ?? "off",
    rateLimitResources: compileRateLimitResources(options.rateLimitResources ?? []),
    exitTimeoutSecs: Math.max(0, options.exitTimeoutSecs ?? 30),
    http,
    grpc: compileGrpcOptions(options.grpc ?? {}),
    metrics: {
      isAllowed: options.metrics?.isAllowed ?? true,
      // An empty address is no address, as in tritonserver.
      address: options.metrics?.address || http.address,
      port: checkedPort("metrics", options.metrics?.port ?? 8002),
      hasHistograms: options.metrics?.hasHistograms ?? false,
    },
    log: {
      file: options.log?.file ?? "",
      info: options.log?.info ?? true,
      warning: options.log?.warning ?? true,
      error: options.log?.error ?? true,
      verboseLevel: Math.max(0, options.log?.verboseLevel ?? 0),
      format: options.log?.format ?? "default",
      escapeMessages: options.log?.escapeMessages ?? true,
      tableWidth: options.log?.tableWidth ?? 500,
    },
  };
  checkModels(compiled);
  return compiled;
}

/**
 * The settings of one backend as Triton hands them to it: those of all backends, the backend's own over them, what the
 * server adds (`auto-complete-config`, `backend-directory`, `min-compute-capability`), and the default of
 * `default-max-batch-size`. In byte order of their keys, as in the start-up table.
 *
 * @see Triton core src/tritonserver.cc `TRITONSERVER_ServerNew`, src/backend_model.cc `ResolveBackendConfigs`
 */
export function resolveBackendSettings(
  options: CompiledServerOptions,
  backend: string,
): Map<string, string> {
  const settings = new Map<string, string>(options.backendSettings.get(""));
  settings.set("auto-complete-config", String(options.autoCompleteConfig));
  settings.set("min-compute-capability", "6.000000");
  settings.set("backend-directory", options.backendDirectory);
  if (backend !== "") {
    for (const [key, value] of options.backendSettings.get(backend) ?? []) {
      settings.set(key, value);
    }
  }
  const ordered = new Map([...settings].sort(([a], [b]) => compareText(a, b)));
  if (!ordered.has("default-max-batch-size")) {
    // Triton appends this default to the sorted settings.
    ordered.set("default-max-batch-size", "4");
  }
  return ordered;
}

/** The setting of all backends wins against the flag, as the first of the two does in Triton. */
function isAutoCompleting(options: ServerOptions): boolean {
  const setting = options.backendSettings?.get("")?.get("auto-complete-config");
  return setting === undefined
    ? (options.autoCompleteConfig ?? true)
    : setting.toLowerCase() === "true";
}

function checkedRetryAfter(seconds: number): number {
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw invalid("the seconds to retry after must be an integer that is not negative");
  }
  return seconds;
}

function compileHttpOptions(http: Partial<HttpOptions>): HttpOptions {
  const { threadCount = null, maxInputSizeBytes = MAX_INPUT_SIZE_BYTES_DEFAULT } = http;
  if (maxInputSizeBytes <= 0) {
    throw invalid("the maximum input size must be greater than 0");
  }
  return {
    isAllowed: http.isAllowed ?? true,
    address: http.address ?? "0.0.0.0",
    port: checkedPort("HTTP", http.port ?? 8000),
    reusePort: http.reusePort ?? false,
    threadCount: threadCount === null ? null : Math.max(1, threadCount),
    maxInputSizeBytes,
    overloadRetryAfterSeconds: checkedRetryAfter(http.overloadRetryAfterSeconds ?? 0),
    isInferStreamed: http.isInferStreamed ?? false,
    headerForwardPattern: http.headerForwardPattern ?? "",
    restrictedApis: checkedRestrictions(http.restrictedApis ?? []),
    tls: http.tls ?? null,
  };
}

const KEEPALIVE_DEFAULT: GrpcKeepaliveOptions = {
  timeMs: 7_200_000,
  timeoutMs: 20_000,
  permitsWithoutCalls: false,
  pingsWithoutDataMax: 2,
  recvPingIntervalWithoutDataMsMin: 300_000,
  pingStrikesMax: 2,
  connectionAgeMsMax: 0,
  connectionAgeGraceMs: 0,
};

function compileGrpcOptions(grpc: PartialGrpcOptions): GrpcOptions {
  return {
    isAllowed: grpc.isAllowed ?? true,
    address: grpc.address ?? "0.0.0.0",
    port: checkedPort("gRPC", grpc.port ?? 8001),
    reusePort: grpc.reusePort ?? false,
    headerForwardPattern: grpc.headerForwardPattern ?? "",
    restrictedApis: checkedRestrictions(grpc.restrictedApis ?? []),
    tls: grpc.tls ?? null,
    responseCompressionLevel: grpc.responseCompressionLevel ?? "none",
    responsePoolSize: checkedPoolSize(grpc.responsePoolSize ?? RESPONSE_POOL_SIZE_DEFAULT),
    keepalive: { ...KEEPALIVE_DEFAULT, ...grpc.keepalive },
  };
}

/** @throws {TritonError} InvalidArg for what is no number of responses */
function checkedPoolSize(size: number): number {
  if (!(Number.isSafeInteger(size) && size > 0)) {
    throw invalid(`the gRPC response pool size must be greater than 0, got ${size}`);
  }
  return size;
}

function checkedRestrictions(groups: readonly RestrictedApiGroup[]): readonly RestrictedApiGroup[] {
  const seen = new Set<RestrictedApi>();
  for (const api of groups.flatMap((group) => group.apis)) {
    if (seen.has(api)) {
      throw invalid(`restricted api '${api}' can not be specified in multiple config groups`);
    }
    seen.add(api);
  }
  return groups;
}

function checkModels(options: CompiledServerOptions): void {
  if (options.modelRepositories.length === 0) {
    throw invalid("--model-repository must be specified");
  }
  if (options.startupModels.length > 0 && options.modelControlMode !== "explicit") {
    throw invalid("startup models need the model control mode 'explicit'");
  }
  if (options.startupModels.includes(ALL_MODELS) && options.startupModels.length > 1) {
    throw invalid("Wildcard model name '*' must be the ONLY startup model if specified at all.");
  }
  if (options.repositoryAgentDirectory === "") {
    throw invalid("--repoagent-directory can not be empty");
  }
}

function checkedPort(service: string, port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    throw invalid(`the ${service} port ${port} is not between 0 and ${PORT_MAX}`);
  }
  return port;
}

function orderedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
