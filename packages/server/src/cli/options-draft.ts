import type { RateLimitResource } from "../config/execution-options.ts";
import type {
  CompiledServerOptions,
  GrpcKeepaliveOptions,
  GrpcOptions,
  HttpOptions,
  LogOptions,
  MetricsOptions,
  RestrictedApiGroup,
} from "../config/server-options.ts";

type Draft<T> = { -readonly [K in keyof T]?: T[K] };

/** What the command line has said of one front end's TLS. */
export interface TlsDraft {
  isUsed: boolean;
  isMutual: boolean;
  certificateFile: string;
  keyFile: string;
  rootCertificateFile: string;
}

function noTls(): TlsDraft {
  return {
    isUsed: false,
    isMutual: false,
    certificateFile: "",
    keyFile: "",
    rootCertificateFile: "",
  };
}

/** What the command line has said so far. Flags that are left out leave their field undefined. */
export class OptionsDraft {
  readonly server: Draft<
    Pick<
      CompiledServerOptions,
      | "id"
      | "exitTimeoutSecs"
      | "exitOnError"
      | "strictReadiness"
      | "modelConfigName"
      | "modelLoadThreadCount"
      | "modelLoadRetryCount"
      | "backendDirectory"
      | "repositoryAgentDirectory"
      | "cacheDirectory"
      | "rateLimitMode"
    >
  > = {};
  readonly http: Draft<HttpOptions> = {};
  readonly metrics: Draft<MetricsOptions> = {};
  readonly log: Draft<LogOptions> = {};
  readonly modelRepositories: string[] = [];
  readonly startupModels: string[] = [];
  readonly restrictedApis: RestrictedApiGroup[] = [];
  /** By backend; "" for all. */
  readonly backendSettings: Map<string, Map<string, string>> = new Map();
  /** By cache. */
  readonly cacheSettings: Map<string, Map<string, string>> = new Map();
  readonly rateLimitResources: RateLimitResource[] = [];
  modelControlMode: "none" | "poll" | "explicit" = "none";
  isAutoCompleteDisabled = false;
  /** The deprecated --strict-model-config, if given. */
  strictModelConfig: boolean | null = null;
  readonly tls: TlsDraft = noTls();
  readonly grpc: Draft<Omit<GrpcOptions, "keepalive" | "restrictedApis" | "tls">> = {};
  readonly grpcKeepalive: Draft<GrpcKeepaliveOptions> = {};
  readonly grpcTls: TlsDraft = noTls();
  allowVertexAi: boolean | null = null;
  readonly grpcRestrictedProtocols: RestrictedApiGroup[] = [];
  /** `--trace-config` in order; the mode is "" for the global settings. They are read once the command line is known. */
  readonly traceSettings: NamedTraceSetting[] = [];
  /** The deprecated flags of tracing, in order. */
  readonly deprecatedTrace: TraceSetting[] = [];
  /** Whether anything of tracing is to differ from its defaults, under which nothing is traced. */
  isTracingAsked = false;
  isCacheSizeGiven = false;
  isCacheConfigGiven = false;
  /** Tells the operator about a deprecated flag, at once. */
  readonly warn: (line: string) => void;

  constructor(warn: (line: string) => void) {
    this.warn = warn;
  }
}

/** One setting of tracing as given: checked, not yet read. */
export interface TraceSetting {
  readonly setting: string;
  readonly value: string;
}

/** A setting of `--trace-config` with the mode it is meant for. */
export interface NamedTraceSetting extends TraceSetting {
  readonly mode: string;
}
