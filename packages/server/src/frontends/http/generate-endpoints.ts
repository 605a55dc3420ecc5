import { StatusCode, TritonError } from "@nereid/protocol";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { APPLICATION_JSON } from "./reply.ts";

/** The generate extension is not there yet: a known model gets an answer that says so. */
function notSupportedYet(extension: string): ControlEndpoint {
  return {
    methods: ["POST"],
    errorHeaderLines: APPLICATION_JSON,
    handle({ server }, _exchange, { modelName, versionText }) {
      server.getModel(modelName, parseModelVersion(versionText));
      throw new TritonError(StatusCode.Unsupported, `${extension} is not supported yet, use infer`);
    },
  };
}

/** POST /v2/models/M[/versions/V]/generate */
export const generate: ControlEndpoint = notSupportedYet("generate");
/** POST /v2/models/M[/versions/V]/generate_stream */
export const generateStream: ControlEndpoint = notSupportedYet("generate_stream");
