import {
  checkRegionExists,
  type SharedMemoryKind,
  sharedMemoryDisabled,
} from "../semantics/client-shared-memory.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

/** Lists the registered regions: there are none; a region asked for by name is not found. */
function statusEndpoint(memory: SharedMemoryKind): ControlEndpoint {
  return {
    methods: ["GET"],
    errorHeaderLines: APPLICATION_JSON,
    handle(_services, exchange, { regionName }) {
      checkRegionExists(memory, regionName);
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
    throw sharedMemoryDisabled();
  },
};
