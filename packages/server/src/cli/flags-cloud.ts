import { type FlagSpec, type FlagStatus, flag } from "./flag-spec.ts";
import { parsePair } from "./parse-setting.ts";
import { parseBoolean, parseInteger } from "./parse-value.ts";

const NEEDS_SAGEMAKER: FlagStatus = { kind: "dormant", switch: "--allow-sagemaker=true" };
const NEEDS_VERTEX_AI: FlagStatus = { kind: "dormant", switch: "--allow-vertex-ai=true" };

/** The groups Sagemaker and Vertex: endpoints that are off unless they are allowed. */
export const CLOUD_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "allow-sagemaker",
    group: "Sagemaker",
    argument: "boolean",
    defaultText: "false",
    help: "Whether the server answers SageMaker's requests.",
    status: {
      kind: "refused",
      feature: "the SageMaker front end",
      accepted: "false",
      isRefused: parseBoolean,
    },
    apply(_draft, value) {
      parseBoolean(value);
    },
  }),
  flag({
    name: "sagemaker-port",
    group: "Sagemaker",
    argument: "integer",
    defaultText: "8080",
    help: "The port that the SageMaker server listens on.",
    status: NEEDS_SAGEMAKER,
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "sagemaker-safe-port-range",
    group: "Sagemaker",
    argument: "<integer>-<integer>",
    defaultText: "",
    help: "The ports that all other endpoints have to lie in.",
    status: NEEDS_SAGEMAKER,
    apply(_draft, value) {
      const [first, last] = parsePair(value, "-");
      parseInteger(first);
      parseInteger(last);
    },
  }),
  flag({
    name: "sagemaker-thread-count",
    group: "Sagemaker",
    argument: "integer",
    defaultText: "8",
    help: "How many threads serve SageMaker's requests.",
    status: NEEDS_SAGEMAKER,
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "allow-vertex-ai",
    group: "Vertex",
    argument: "boolean",
    defaultText: "false, or true if AIP_MODE is PREDICTION",
    help: "Whether the server answers Vertex AI's requests.",
    status: {
      kind: "refused",
      feature: "the Vertex AI front end",
      accepted: "false",
      isRefused: (_value, draft) => draft.allowVertexAi === true,
    },
    apply(draft, value) {
      draft.allowVertexAi = parseBoolean(value);
    },
  }),
  flag({
    name: "vertex-ai-port",
    group: "Vertex",
    argument: "integer",
    defaultText: "AIP_HTTP_PORT, or 8080",
    help: "The port that the Vertex AI server listens on.",
    status: NEEDS_VERTEX_AI,
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "vertex-ai-thread-count",
    group: "Vertex",
    argument: "integer",
    defaultText: "8",
    help: "How many threads serve Vertex AI's requests.",
    status: NEEDS_VERTEX_AI,
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "vertex-ai-default-model",
    group: "Vertex",
    argument: "string",
    defaultText: "",
    help: "The model that answers Vertex AI's requests, where the server has several.",
    status: NEEDS_VERTEX_AI,
    // Every text is a valid value, and nothing reads it while Vertex AI is off.
    apply() {},
  }),
];
