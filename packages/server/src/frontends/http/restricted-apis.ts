import type { RestrictedApi, RestrictedApiGroup } from "../../config/server-options.ts";
import type { EndpointKind } from "./router.ts";

const API_OF: Readonly<Record<EndpointKind, RestrictedApi>> = {
  "server-metadata": "metadata",
  "server-live": "health",
  "server-ready": "health",
  "model-metadata": "metadata",
  "model-ready": "health",
  "model-config": "model-config",
  "model-statistics": "statistics",
  infer: "inference",
  generate: "inference",
  "generate-stream": "inference",
  "trace-setting": "trace",
  logging: "logging",
  "repository-index": "model-repository",
  "model-load": "model-repository",
  "model-unload": "model-repository",
  "system-shared-memory-status": "shared-memory",
  "system-shared-memory-register": "shared-memory",
  "system-shared-memory-unregister": "shared-memory",
  "cuda-shared-memory-status": "shared-memory",
  "cuda-shared-memory-register": "shared-memory",
  "cuda-shared-memory-unregister": "shared-memory",
};

/**
 * `--http-restricted-api`: endpoints that answer only requests with an agreed header.
 *
 * @see Triton server src/http_server.cc, RespondIfRestricted
 */
export class RestrictedApis {
  readonly #groupsByKind: ReadonlyMap<EndpointKind, RestrictedApiGroup>;

  constructor(groups: readonly RestrictedApiGroup[]) {
    const byKind = new Map<EndpointKind, RestrictedApiGroup>();
    for (const [kind, api] of Object.entries(API_OF)) {
      const group = groups.find(({ apis }) => apis.includes(api));
      if (group !== undefined) {
        // The keys of API_OF are endpoint kinds by its type.
        byKind.set(kind as EndpointKind, group);
      }
    }
    this.#groupsByKind = byKind;
  }

  /**
   * The header that the request should have carried, or null if it may go on.
   *
   * @param headerOf value of a header by its name in lower case; undefined if it was not sent
   */
  missingHeader(kind: EndpointKind, headerOf: (name: string) => string | undefined): string | null {
    const group = this.#groupsByKind.get(kind);
    if (group === undefined || headerOf(group.header.toLowerCase()) === group.value) {
      return null;
    }
    return group.header;
  }
}
