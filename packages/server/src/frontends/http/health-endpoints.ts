import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { replyEmpty, replyErrorText, TEXT_PLAIN } from "./reply.ts";
import { HTTP_BAD_REQUEST, HTTP_OK } from "./status.ts";

/** GET /v2/health/live */
export const serverLive: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: TEXT_PLAIN,
  handle({ server }, exchange) {
    replyEmpty(exchange, server.isLive() ? HTTP_OK : HTTP_BAD_REQUEST, TEXT_PLAIN);
  },
};

/** GET /v2/health/ready */
export const serverReady: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: TEXT_PLAIN,
  async handle({ server }, exchange) {
    replyEmpty(exchange, (await server.askReady()) ? HTTP_OK : HTTP_BAD_REQUEST, TEXT_PLAIN);
  },
};

/** GET /v2/models/M[/versions/V]/ready */
export const modelReady: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: TEXT_PLAIN,
  async handle({ server }, exchange, { modelName, versionText }) {
    if (await server.askModelReady(modelName, parseModelVersion(versionText))) {
      replyEmpty(exchange, HTTP_OK, TEXT_PLAIN);
    } else {
      replyErrorText(exchange, HTTP_BAD_REQUEST, TEXT_PLAIN, "Model version not ready");
    }
  },
};
