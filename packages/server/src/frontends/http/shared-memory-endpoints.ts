import { StatusCode, TritonError } from "@nereid/protocol";
import type { ControlEndpoint } from "./control-call.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

/**
 * Regions cannot be registered yet: the answers are those of a server that does not allow it, which is the default of the
 * real one too.
 */
const DISABLED =
  "Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.";

/** Lists the registered regions: there are none; a region asked for by name is not found. */
function statusEndpoint(memory: "system" | "cuda"): ControlEndpoint {
  return {
    methods: ["GET"],
    errorHeaderLines: APPLICATION_JSON,
    handle(_services, exchange, { regionName }) {
      if (regionName !== "") {
        throw new TritonError(
          StatusCode.NotFound,
          `Unable to find ${memory} shared memory region: '${regionName}'`,
        );
      }
      replyJson(exchange, HTTP_OK, "[]");
    },
  };
}

/** GET /v2/systemsharedmemory[/region/N]/status */
export const systemSharedMemoryStatus: ControlEndpoint = statusEndpoint("system");
/** GET /v2/cudasharedmemory[/region/N]/status */
export const cudaSharedMemoryStatus: ControlEndpoint = statusEndpoint("cuda");

/** Register and unregister, of either kind. */
export const sharedMemoryControl: ControlEndpoint = {
  methods: ["POST"],
  errorHeaderLines: APPLICATION_JSON,
  handle() {
    throw new TritonError(StatusCode.Unsupported, DISABLED);
  },
};
