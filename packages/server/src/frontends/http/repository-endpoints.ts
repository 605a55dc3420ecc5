import { isJsonObject, type JsonObject, StatusCode, TritonError } from "@nereid/protocol";
import type { ModelIndexEntry } from "../../engine/server-facade.ts";
import type { LoadParameters } from "../../model/model-host.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { expectString, readJsonBody } from "./json-body.ts";
import { APPLICATION_JSON, replyEmpty, replyJson } from "./reply.ts";
import type { Route } from "./router.ts";
import { HTTP_OK } from "./status.ts";

const FILE_PREFIX = "file:";

/** POST /v2/repository/index */
export const repositoryIndex: ControlEndpoint = {
  methods: ["POST"],
  errorHeaderLines: APPLICATION_JSON,
  async handle({ server, inputSizeMax }, exchange) {
    const ready = readJsonBody(exchange.body, inputSizeMax)?.get("ready");
    if (ready !== undefined && typeof ready !== "boolean") {
      throw new TritonError(StatusCode.InvalidArg, "Invalid value for 'ready': expected a boolean");
    }
    const entries = await server.repositoryIndex({ readyOnly: ready ?? false });
    replyJson(exchange, HTTP_OK, JSON.stringify(entries.map(indexEntryJson)));
  },
};

/** POST /v2/repository/models/M/load */
export const modelLoad: ControlEndpoint = {
  methods: ["POST"],
  errorHeaderLines: APPLICATION_JSON,
  async handle({ server, inputSizeMax }, exchange, route) {
    checkRepositoryName(route);
    const body = readJsonBody(exchange.body, inputSizeMax);
    await server.loadModel(route.modelName, loadParameters(body));
    replyEmpty(exchange, HTTP_OK, APPLICATION_JSON);
  },
};

/** POST /v2/repository/models/M/unload */
export const modelUnload: ControlEndpoint = {
  methods: ["POST"],
  errorHeaderLines: APPLICATION_JSON,
  async handle({ server, inputSizeMax }, exchange, route) {
    checkRepositoryName(route);
    const body = readJsonBody(exchange.body, inputSizeMax);
    await server.unloadModel(route.modelName, { unloadDependents: unloadDependents(body) });
    replyEmpty(exchange, HTTP_OK, APPLICATION_JSON);
  },
};

function indexEntryJson({ name, version, state, reason }: ModelIndexEntry): object {
  return {
    name,
    ...(version !== null && { version: String(version) }),
    ...(state !== null && { state }),
    ...(reason !== "" && { reason }),
  };
}

function checkRepositoryName({ repositoryName }: Route): void {
  if (repositoryName !== "") {
    throw new TritonError(
      StatusCode.Unsupported,
      "'repository_name' specification is not supported",
    );
  }
}

/** @see Triton server src/http_server.cc, HandleRepositoryControl */
function loadParameters(body: JsonObject | null): LoadParameters {
  const parameters = body?.get("parameters");
  let config: string | null = null;
  const files = new Map<string, Uint8Array>();
  if (parameters === undefined) {
    return { config, files };
  }
  if (!isJsonObject(parameters)) {
    throw new TritonError(StatusCode.Internal, "attempt to get members for non-object");
  }
  for (const [key, value] of parameters) {
    const text = expectString(value);
    if (key === "config") {
      config = text;
    } else if (key.startsWith(FILE_PREFIX)) {
      // Characters outside the alphabet are skipped, as in the real server.
      files.set(key.slice(FILE_PREFIX.length), Buffer.from(text, "base64"));
    } else {
      throw new TritonError(StatusCode.Internal, "unexpected error on creating Triton parameter");
    }
  }
  return { config, files };
}

function unloadDependents(body: JsonObject | null): boolean {
  const parameters = body?.get("parameters");
  if (!isJsonObject(parameters)) {
    return false;
  }
  // What is no boolean counts as false: the real server notices it and then forgets about it.
  return parameters.get("unload_dependents") === true;
}
