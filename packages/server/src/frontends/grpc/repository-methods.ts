import { inferenceMethods, StatusCode, TritonError } from "@nereid/protocol";
import type { LoadParameters } from "../../model/model-host.ts";
import type { ServedMethod } from "./served-method.ts";
import { unaryMethod } from "./unary-call.ts";

const FILE_PREFIX = "file:";

/** A ModelRepositoryParameter: which member is set, and its value. */
interface RepositoryParameter {
  readonly parameterChoice:
    | { readonly case: "boolParam"; readonly value: boolean }
    | { readonly case: "int64Param"; readonly value: bigint }
    | { readonly case: "stringParam"; readonly value: string }
    | { readonly case: "bytesParam"; readonly value: Uint8Array }
    | { readonly case: undefined; readonly value?: undefined };
}

type RepositoryParameters = Readonly<Record<string, RepositoryParameter>>;

/** @see Triton server src/grpc/grpc_server.cc, RegisterRepositoryIndex and the two after it */
export const REPOSITORY_CALLS: readonly ServedMethod[] = [
  unaryMethod(inferenceMethods.repositoryIndex, "model-repository", async (server, request) => {
    checkRepositoryName(request);
    const entries = await server.repositoryIndex({ readyOnly: request.ready });
    return {
      models: entries.map(({ name, version, state, reason }) => ({
        name,
        version: version === null ? "" : String(version),
        state: state ?? "",
        reason,
      })),
    };
  }),
  unaryMethod(inferenceMethods.repositoryModelLoad, "model-repository", async (server, request) => {
    checkRepositoryName(request);
    await server.loadModel(request.modelName, loadParameters(request.parameters));
    return {};
  }),
  unaryMethod(
    inferenceMethods.repositoryModelUnload,
    "model-repository",
    async (server, request) => {
      checkRepositoryName(request);
      const unloadDependents = readUnloadDependents(request.parameters);
      await server.unloadModel(request.modelName, { unloadDependents });
      return {};
    },
  ),
];

function checkRepositoryName({ repositoryName }: { readonly repositoryName: string }): void {
  if (repositoryName !== "") {
    throw new TritonError(
      StatusCode.Unsupported,
      "'repository_name' specification is not supported",
    );
  }
}

function loadParameters(parameters: RepositoryParameters): LoadParameters {
  let config: string | null = null;
  const files = new Map<string, Uint8Array>();
  for (const [key, { parameterChoice }] of Object.entries(parameters)) {
    if (key === "config") {
      if (parameterChoice.case !== "stringParam") {
        throw wrongType(`load parameter '${key}', expected string_param.`);
      }
      config = parameterChoice.value;
    } else if (key.startsWith(FILE_PREFIX)) {
      if (parameterChoice.case !== "bytesParam") {
        throw wrongType(`load parameter '${key}', expected bytes_param.`);
      }
      files.set(key.slice(FILE_PREFIX.length), parameterChoice.value);
    } else {
      throw new TritonError(StatusCode.InvalidArg, `unrecognized load parameter '${key}'.`);
    }
  }
  return { config, files };
}

function readUnloadDependents(parameters: RepositoryParameters): boolean {
  const choice = parameters["unload_dependents"]?.parameterChoice;
  if (choice !== undefined && choice.case !== "boolParam") {
    throw wrongType("'unload_dependents' parameter, expected bool_param.");
  }
  return choice?.value ?? false;
}

function wrongType(subject: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, `invalid value type for ${subject}`);
}
