import { modelConfigToJson, type ServerMetadata } from "@nereid/protocol";
import { modelMetadata as describeModel } from "../semantics/model-metadata.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

/** GET /v2 */
export const serverMetadata: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server }, exchange) {
    const { name, version, extensions } = server;
    const metadata: ServerMetadata = { name, version, extensions };
    replyJson(exchange, HTTP_OK, JSON.stringify(metadata));
  },
};

/** GET /v2/models/M[/versions/V] */
export const modelMetadata: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server }, exchange, { modelName, versionText }) {
    const metadata = describeModel(server, modelName, parseModelVersion(versionText));
    replyJson(exchange, HTTP_OK, JSON.stringify(metadata));
  },
};

/** GET /v2/models/M[/versions/V]/config */
export const modelConfig: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server }, exchange, { modelName, versionText }) {
    const { config } = server.getModel(modelName, parseModelVersion(versionText));
    replyJson(exchange, HTTP_OK, modelConfigToJson(config));
  },
};
