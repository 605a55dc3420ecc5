import { ServingStatus, StatusCode, TritonError } from "@nereid/protocol";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";

/** The service name of one model: its path in the REST protocol. */
const MODEL_SERVICE = /^models\/([^/]+)(?:\/versions\/([0-9]+))?$/;

/**
 * What a health check of a service answers. `models/<name>[/versions/<version>]` is a model, which the real server does not
 * have; any other name, and none, is the server, as there.
 *
 * @throws {TritonError} NotFound if there is no such model, Unavailable while the server is about to end
 */
export function healthStatus(server: ServerFacade, service: string): ServingStatus {
  const match = MODEL_SERVICE.exec(service);
  if (match === null) {
    return server.isReady() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }
  const [, name = "", versionText = ""] = match;
  try {
    server.getModel(name, parseModelVersion(versionText));
    return ServingStatus.SERVING;
  } catch (error) {
    // Known, and loading, unloading or failed.
    if (error instanceof TritonError && error.code === StatusCode.Unavailable) {
      server.isLive();
      return ServingStatus.NOT_SERVING;
    }
    throw error;
  }
}

/** The same for a watch, which goes on whatever happens: an unknown model may still come. */
export function watchedStatus(server: ServerFacade, service: string): ServingStatus {
  try {
    return healthStatus(server, service);
  } catch (error) {
    return error instanceof TritonError && error.code === StatusCode.NotFound
      ? ServingStatus.SERVICE_UNKNOWN
      : ServingStatus.NOT_SERVING;
  }
}
