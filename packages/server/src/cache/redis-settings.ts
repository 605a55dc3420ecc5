import { StatusCode, TritonError } from "@nereid/protocol";

/** Where a Redis server is and how it is spoken to. */
export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  /** Empty: the server's default user. */
  readonly user: string;
  readonly password: string;
  readonly database: number;
  readonly connectTimeoutMs: number;
  /** How long an answer of Redis is waited for; null: for ever. */
  readonly answerTimeoutMs: number | null;
  readonly connectionCount: number;
  /** What keys begin with. */
  readonly keyPrefix: string;
  /** null: plain TCP. */
  readonly tls: RedisTlsSettings | null;
}

/** Paths of PEM files; empty where there is none. */
export interface RedisTlsSettings {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly rootCertificateFile: string;
  readonly rootCertificateDirectory: string;
  /** The name that the server's certificate must have; empty: the host. */
  readonly serverName: string;
}

const CONNECT_TIMEOUT_MS_DEFAULT = 5000;
const WAIT_TIMEOUT_MS_DEFAULT = 1000;
const CONNECTION_COUNT_MAX = 64;
const KEY_PREFIX_DEFAULT = "nereid:";

/**
 * Reads `--cache-config=redis,<setting>=<value>`, with the numbers read as C's `atoi` does.
 *
 * Where the real server waits for ever unless told otherwise, for a connection or an answer, this has limits; a
 * `socket_timeout` of 0 still means for ever.
 *
 * @throws {TritonError} InvalidArg without host or port
 * @see Triton redis_cache src/redis_cache.cc, README.md
 */
export function readRedisSettings(settings: ReadonlyMap<string, string>): RedisSettings {
  const host = settings.get("host");
  const port = settings.get("port");
  if (host === undefined || port === undefined) {
    throw new TritonError(
      StatusCode.InvalidArg,
      "Failed to initialize RedisCache, didn't specify address. Must at a minimum specify 'host' and 'port' in the " +
        "configuration - e.g. tritonserver --cache-config redis,host=redis --cache-config redis,port=6379 " +
        "--model-repository=/models ...",
    );
  }
  const integer = (name: string, otherwise: number): number => {
    const text = settings.get(name);
    return text === undefined ? otherwise : leadingInteger(text);
  };
  const socketTimeoutMs = integer("socket_timeout", -1);
  return {
    host,
    port: leadingInteger(port),
    user: settings.get("user") ?? "",
    password: settings.get("password") ?? "",
    database: integer("db", 0),
    connectTimeoutMs: integer("connect_timeout", CONNECT_TIMEOUT_MS_DEFAULT),
    answerTimeoutMs:
      socketTimeoutMs === 0
        ? null
        : socketTimeoutMs > 0
          ? socketTimeoutMs
          : Math.max(1, integer("wait_timeout", WAIT_TIMEOUT_MS_DEFAULT)),
    connectionCount: Math.min(CONNECTION_COUNT_MAX, Math.max(1, integer("pool_size", 1))),
    keyPrefix: settings.get("key_prefix") ?? KEY_PREFIX_DEFAULT,
    tls: settings.get("tls_enabled") === "true" ? tlsSettings(settings) : null,
  };
}

function tlsSettings(settings: ReadonlyMap<string, string>): RedisTlsSettings {
  return {
    certificateFile: settings.get("cert") ?? "",
    keyFile: settings.get("key") ?? "",
    rootCertificateFile: settings.get("cacert") ?? "",
    rootCertificateDirectory: settings.get("cacert_dir") ?? "",
    serverName: settings.get("sni") ?? "",
  };
}

function leadingInteger(text: string): number {
  return Number(/^\s*([+-]?\d{1,15})/.exec(text)?.[1] ?? 0);
}
