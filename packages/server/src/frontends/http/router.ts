/** What a path asks for. The names are those of the protocol's sections. */
export type EndpointKind =
  | "server-metadata"
  | "server-live"
  | "server-ready"
  | "model-metadata"
  | "model-ready"
  | "model-config"
  | "model-statistics"
  | "infer"
  | "generate"
  | "generate-stream"
  | "trace-setting"
  | "logging"
  | "repository-index"
  | "model-load"
  | "model-unload"
  | "system-shared-memory-status"
  | "system-shared-memory-register"
  | "system-shared-memory-unregister"
  | "cuda-shared-memory-status"
  | "cuda-shared-memory-register"
  | "cuda-shared-memory-unregister";

/** A path, taken apart. Texts are empty where the path has no such part. */
export interface Route {
  readonly kind: EndpointKind;
  readonly modelName: string;
  /** Decimal digits, as received. */
  readonly versionText: string;
  readonly repositoryName: string;
  readonly regionName: string;
}

const MODEL =
  /^\/v2\/models\/([^/]+)(?:\/versions\/([0-9]+))?(?:\/(infer|generate|generate_stream|ready|config|stats|trace\/setting))?$/;
const SERVER = /^\/v2(?:\/health\/(live|ready))?$/;
const SHARED_MEMORY =
  /^\/v2\/(system|cuda)sharedmemory(?:\/region\/([^/]+))?\/(status|register|unregister)$/;
const REPOSITORY = /^\/v2\/repository(?:\/([^/]+))?\/(?:(index)|models\/([^/]+)\/(load|unload))$/;

const MODEL_KINDS: Readonly<Record<string, EndpointKind>> = {
  "": "model-metadata",
  infer: "infer",
  generate: "generate",
  generate_stream: "generate-stream",
  ready: "model-ready",
  config: "model-config",
  stats: "model-statistics",
  "trace/setting": "trace-setting",
};

/**
 * The endpoint of a path, or null. The whole path must match as received: no trailing slash, nothing decoded. A newline
 * cannot occur in a path, so `$` means its end.
 *
 * @see Triton server src/http_server.cc, HTTPAPIServer::Handle
 */
export function findRoute(path: string): Route | null {
  switch (path) {
    case "/v2/models/stats":
      return route("model-statistics", {});
    case "/v2/logging":
      return route("logging", {});
    case "/v2/trace/setting":
      return route("trace-setting", {});
    default:
      return (
        modelRoute(path) ?? serverRoute(path) ?? sharedMemoryRoute(path) ?? repositoryRoute(path)
      );
  }
}

function route(kind: EndpointKind, parts: Partial<Route>): Route {
  return { modelName: "", versionText: "", repositoryName: "", regionName: "", ...parts, kind };
}

function modelRoute(path: string): Route | null {
  const match = MODEL.exec(path);
  if (match === null) {
    return null;
  }
  const [, modelName = "", versionText = "", action = ""] = match;
  const kind = MODEL_KINDS[action];
  // The trace settings of one version do not exist.
  if (kind === undefined || (kind === "trace-setting" && versionText !== "")) {
    return null;
  }
  return route(kind, { modelName, versionText });
}

function serverRoute(path: string): Route | null {
  const match = SERVER.exec(path);
  if (match === null) {
    return null;
  }
  switch (match[1]) {
    case "live":
      return route("server-live", {});
    case "ready":
      return route("server-ready", {});
    default:
      return route("server-metadata", {});
  }
}

const SHARED_MEMORY_KINDS: Readonly<Record<string, EndpointKind>> = {
  "system status": "system-shared-memory-status",
  "system register": "system-shared-memory-register",
  "system unregister": "system-shared-memory-unregister",
  "cuda status": "cuda-shared-memory-status",
  "cuda register": "cuda-shared-memory-register",
  "cuda unregister": "cuda-shared-memory-unregister",
};

function sharedMemoryRoute(path: string): Route | null {
  const match = SHARED_MEMORY.exec(path);
  if (match === null) {
    return null;
  }
  const [, memory = "", regionName = "", action = ""] = match;
  const kind = SHARED_MEMORY_KINDS[`${memory} ${action}`];
  return kind === undefined ? null : route(kind, { regionName });
}

function repositoryRoute(path: string): Route | null {
  const match = REPOSITORY.exec(path);
  if (match === null) {
    return null;
  }
  const [, repositoryName = "", index, modelName = "", action = ""] = match;
  if (index !== undefined) {
    return route("repository-index", { repositoryName });
  }
  return route(action === "load" ? "model-load" : "model-unload", { repositoryName, modelName });
}

/** Paths whose routes a cache keeps; a client that makes up paths only empties it. */
const CACHED_PATHS_MAX = 1024;

/** `findRoute` with a memory: servers see the same few paths over and over. */
export class RouteCache {
  readonly #routes = new Map<string, Route>();

  find(path: string): Route | null {
    const known = this.#routes.get(path);
    if (known !== undefined) {
      return known;
    }
    const found = findRoute(path);
    if (found !== null) {
      if (this.#routes.size >= CACHED_PATHS_MAX) {
        this.#routes.clear();
      }
      this.#routes.set(path, found);
    }
    return found;
  }
}
