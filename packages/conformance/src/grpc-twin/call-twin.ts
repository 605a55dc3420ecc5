import type { JsonValue } from "@bufbuild/protobuf";
import { type JsonNode, JsonNumber, parseJsonText } from "../json-text.ts";
import type { RequestSource } from "../suite.ts";
import { inferTwin } from "./infer-twin.ts";
import { hasOnly, membersOf } from "./plain-json.ts";

/** A call that asks what an HTTP request asks. */
export interface CallTwin {
  readonly method: string;
  readonly request: JsonValue;
  readonly metadata: Readonly<Record<string, string>>;
}

type Body = ReadonlyMap<string, JsonNode>;

interface Route {
  readonly pattern: RegExp;
  readonly verb: "GET" | "POST";
  readonly method: string;
  /** The request from the path's groups and the body; null if gRPC cannot ask it. */
  readonly request: (groups: Readonly<Record<string, string>>, body: Body) => JsonValue;
}

const MODEL = "^/v2/models/(?<name>[^/?#]+)(?:/versions/(?<version>[^/?#]+))?";

const SETTINGS_MODEL = "^/v2/models/(?<modelName>[^/?#]+)";

function modelRoute(suffix: string, method: string): Route {
  const request = (groups: Readonly<Record<string, string>>): JsonValue => groups;
  return { pattern: new RegExp(`${MODEL}${suffix}$`), verb: "GET", method, request };
}

const ROUTES: readonly Route[] = [
  { pattern: /^\/v2\/health\/live$/, verb: "GET", method: "ServerLive", request: () => ({}) },
  { pattern: /^\/v2\/health\/ready$/, verb: "GET", method: "ServerReady", request: () => ({}) },
  { pattern: /^\/v2$/, verb: "GET", method: "ServerMetadata", request: () => ({}) },
  { pattern: /^\/v2\/models\/stats$/, verb: "GET", method: "ModelStatistics", request: () => ({}) },
  modelRoute("", "ModelMetadata"),
  modelRoute("/ready", "ModelReady"),
  modelRoute("/config", "ModelConfig"),
  modelRoute("/stats", "ModelStatistics"),
  {
    pattern: /^\/v2\/repository\/index$/,
    verb: "POST",
    method: "RepositoryIndex",
    request: (_, body) => {
      const ready = body.get("ready") ?? false;
      return typeof ready === "boolean" ? { ready } : null;
    },
  },
  {
    pattern: /^\/v2\/repository\/models\/(?<modelName>[^/]+)\/load$/,
    verb: "POST",
    method: "RepositoryModelLoad",
    request: (groups, body) => controlRequest(groups, body),
  },
  {
    pattern: /^\/v2\/repository\/models\/(?<modelName>[^/]+)\/unload$/,
    verb: "POST",
    method: "RepositoryModelUnload",
    request: (groups, body) => controlRequest(groups, body),
  },
  settingsRoute("GET", /^\/v2\/trace\/setting$/, "TraceSetting", traceValue),
  settingsRoute("POST", /^\/v2\/trace\/setting$/, "TraceSetting", traceValue),
  settingsRoute("GET", new RegExp(`${SETTINGS_MODEL}/trace/setting$`), "TraceSetting", traceValue),
  settingsRoute("POST", new RegExp(`${SETTINGS_MODEL}/trace/setting$`), "TraceSetting", traceValue),
  settingsRoute("GET", /^\/v2\/logging$/, "LogSettings", logValue),
  settingsRoute("POST", /^\/v2\/logging$/, "LogSettings", logValue),
];

function settingsRoute(
  verb: "GET" | "POST",
  pattern: RegExp,
  method: string,
  settingOf: (node: JsonNode) => JsonValue,
): Route {
  return {
    pattern,
    verb,
    method,
    request: (groups, body) => {
      const settings = [...body].map(([key, node]): [string, JsonValue] => [key, settingOf(node)]);
      return settings.some(([, value]) => value === null)
        ? null
        : { ...groups, settings: Object.fromEntries(settings) };
    },
  };
}

/** null clears a setting: an empty list does so here. */
function traceValue(node: JsonNode): JsonValue {
  if (node === null) {
    return {};
  }
  if (typeof node === "string") {
    return { value: [node] };
  }
  return Array.isArray(node) && node.every((item: JsonNode) => typeof item === "string")
    ? { value: node.map(String) }
    : null;
}

function logValue(node: JsonNode): JsonValue {
  if (typeof node === "boolean") {
    return { boolParam: node };
  }
  if (typeof node === "string") {
    return { stringParam: node };
  }
  const isUint32 =
    node instanceof JsonNumber &&
    node.isInteger &&
    /^\d{1,10}$/.test(node.text) &&
    Number(node.text) < 2 ** 32;
  return isUint32 ? { uint32Param: Number(node.text) } : null;
}

/** Load and unload: parameters by their types; the contents of files are bytes, not base64. */
function controlRequest(groups: Readonly<Record<string, string>>, body: Body): JsonValue {
  const given = body.get("parameters");
  const members = given === undefined ? new Map<string, JsonNode>() : membersOf(given);
  if (members === null || !hasOnly(body, ["parameters"])) {
    return null;
  }
  const parameters = [...members].map(([name, node]): [string, JsonValue] => [
    name,
    repositoryParameter(name, node),
  ]);
  return parameters.some(([, value]) => value === null)
    ? null
    : { ...groups, parameters: Object.fromEntries(parameters) };
}

function repositoryParameter(name: string, node: JsonNode): JsonValue {
  if (typeof node === "boolean") {
    return { boolParam: node };
  }
  if (node instanceof JsonNumber) {
    return node.isInteger ? { int64Param: node.text } : null;
  }
  if (typeof node !== "string") {
    return null;
  }
  return name.startsWith("file:")
    ? { bytesParam: Buffer.from(node, "base64").toString("base64") }
    : { stringParam: node };
}

/** The call that asks the same; null if there is none. */
export function callTwin(source: RequestSource): CallTwin | null {
  return inferencePath(source.path) === null ? controlTwin(source) : inferenceTwin(source);
}

function inferencePath(path: string): Readonly<Record<string, string>> | null {
  return new RegExp(`${MODEL}/infer$`).exec(path)?.groups ?? null;
}

function inferenceTwin({ path, options, inference }: RequestSource): CallTwin | null {
  const groups = inferencePath(path);
  const { body } = options;
  const parts = typeof body === "string" ? { json: body, binary: [] } : inference;
  const request = parts === null ? null : inferTwin(parts);
  const metadata = new Map(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const isAboutBody = metadata.has("inference-header-content-length");
  if (groups === null || request === null || isAboutBody) {
    return null;
  }
  const { name: modelName = "", version } = groups;
  return {
    method: "ModelInfer",
    request: { modelName, ...(version === undefined ? {} : { modelVersion: version }), ...request },
    metadata: Object.fromEntries(metadata),
  };
}

function controlTwin({ path, options }: RequestSource): CallTwin | null {
  const verb = options.method ?? (options.body === undefined ? "GET" : "POST");
  const body = bodyMembers(options.body);
  if (body === null || Object.keys(options.headers ?? {}).length > 0) {
    return null;
  }
  for (const route of ROUTES) {
    const match = route.verb === verb ? route.pattern.exec(path) : null;
    if (match !== null) {
      const groups = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined);
      const request = route.request(Object.fromEntries(groups), body);
      return request === null ? null : { method: route.method, request, metadata: {} };
    }
  }
  return null;
}

function bodyMembers(body: string | Uint8Array | undefined): Body | null {
  if (body === undefined || body.length === 0) {
    return new Map();
  }
  try {
    return membersOf(parseJsonText(Buffer.from(body).toString()));
  } catch {
    // Malformed on purpose: gRPC has no such fault.
    return null;
  }
}
