import {
  type ModelMetadata,
  modelConfigToJson,
  type ServerMetadata,
  type TensorMetadata,
} from "@nereid/protocol";
import type { TensorSpec } from "../../model/model-spec.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { parseModelVersion } from "./model-version-text.ts";
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
    const version = parseModelVersion(versionText);
    const { spec } = server.getModel(modelName, version);
    const versions = version === null ? server.readyVersions(modelName) : [version];
    const metadata: ModelMetadata = {
      name: spec.name,
      versions: versions.map(String),
      platform: spec.platform,
      inputs: spec.inputs.map(tensorMetadata),
      outputs: spec.outputs.map(tensorMetadata),
    };
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

function tensorMetadata({ name, datatype, fullShape }: TensorSpec): TensorMetadata {
  return { name, datatype, shape: fullShape };
}
