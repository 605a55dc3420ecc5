import { type FlagSpec, flag } from "./flag-spec.ts";
import { ParseError } from "./parse-error.ts";
import {
  asciiLowerCase,
  parseBoolean,
  parseInteger,
  parseIntegerOrBoolean,
} from "./parse-value.ts";

/** --help, and the groups Server and Logging. */
export const SERVER_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "help",
    group: "",
    argument: "",
    defaultText: "",
    help: "Print this text.",
    apply() {
      throw new ParseError("");
    },
  }),
  flag({
    name: "id",
    group: "Server",
    argument: "string",
    defaultText: "triton",
    help: "The name of the server in its metadata.",
    apply(draft, value) {
      draft.server.id = value;
    },
  }),
  flag({
    name: "exit-timeout-secs",
    group: "Server",
    argument: "integer",
    defaultText: "30",
    help: "How many seconds a shutdown waits for requests in flight. When they have passed, the server exits with status 1 whatever is still running.",
    apply(draft, value) {
      draft.server.exitTimeoutSecs = parseInteger(value);
    },
  }),
  flag({
    name: "log-verbose",
    group: "Logging",
    argument: "integer",
    defaultText: "0",
    help: "The verbosity of the log: 0 (or false) writes no verbose messages, 1 (or true) and above write those up to that level.",
    apply(draft, value) {
      draft.log.verboseLevel = parseIntegerOrBoolean(value);
    },
  }),
  flag({
    name: "log-info",
    group: "Logging",
    argument: "boolean",
    defaultText: "true",
    help: "Whether messages of level info are written.",
    apply(draft, value) {
      draft.log.info = parseBoolean(value);
    },
  }),
  flag({
    name: "log-warning",
    group: "Logging",
    argument: "boolean",
    defaultText: "true",
    help: "Whether messages of level warning are written.",
    apply(draft, value) {
      draft.log.warning = parseBoolean(value);
    },
  }),
  flag({
    name: "log-error",
    group: "Logging",
    argument: "boolean",
    defaultText: "true",
    help: "Whether messages of level error are written.",
    apply(draft, value) {
      draft.log.error = parseBoolean(value);
    },
  }),
  flag({
    name: "log-format",
    group: "Logging",
    argument: "string",
    defaultText: "default",
    help: 'How a log line begins: "default" writes the level and the time as "LMMDD hh:mm:ss.ssssss", "ISO8601" as "YYYY-MM-DDThh:mm:ssZ L".',
    apply(draft, value) {
      if (value !== "default" && value !== "ISO8601") {
        throw new ParseError("invalid argument for --log-format");
      }
      draft.log.format = value;
    },
  }),
  flag({
    name: "log-file",
    group: "Logging",
    argument: "string",
    defaultText: "",
    help: "A file that the log is appended to. Without it, info and verbose messages go to stdout, warnings and errors to stderr.",
    apply(draft, value) {
      draft.log.file = value;
    },
  }),
];

/** The group Model Repository. */
export const REPOSITORY_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "model-store",
    group: "Model Repository",
    argument: "string",
    defaultText: "",
    help: "Another name of --model-repository.",
    isRepeatable: true,
    aliasOf: "model-repository",
    apply(draft, value) {
      draft.modelRepositories.push(value);
    },
  }),
  flag({
    name: "model-repository",
    group: "Model Repository",
    argument: "string",
    defaultText: "",
    help: "The path of a model repository. Given several times, all of them are served; a model that is in two of them is not available.",
    isRepeatable: true,
    apply(draft, value) {
      draft.modelRepositories.push(value);
    },
  }),
  flag({
    name: "exit-on-error",
    group: "Model Repository",
    argument: "boolean",
    defaultText: "true",
    help: "Whether the server exits if a model cannot be loaded at start-up.",
    apply(draft, value) {
      draft.server.exitOnError = parseBoolean(value);
    },
  }),
  flag({
    name: "disable-auto-complete-config",
    group: "Model Repository",
    argument: "",
    defaultText: "",
    help: "Do not fill in what a model's configuration leaves out: every model needs a configuration file with all required settings.",
    apply(draft) {
      draft.isAutoCompleteDisabled = true;
    },
  }),
  flag({
    name: "strict-readiness",
    group: "Model Repository",
    argument: "boolean",
    defaultText: "true",
    help: "Whether /v2/health/ready says ready only while all models are available. If false, a server that answers is ready.",
    apply(draft, value) {
      draft.server.strictReadiness = parseBoolean(value);
    },
  }),
  flag({
    name: "model-control-mode",
    group: "Model Repository",
    argument: "string",
    defaultText: "none",
    help: 'How models come and go. "none" loads all models at start-up and leaves it at that. "explicit" loads the models named by --load-model at start-up, and others on request. "poll" follows the changes of the repositories.',
    status: {
      kind: "refused",
      feature: "polling of repositories",
      accepted: "none, explicit",
      isRefused: (_value, draft) => draft.modelControlMode === "poll",
    },
    apply(draft, value) {
      const mode = asciiLowerCase(value);
      if (mode !== "none" && mode !== "poll" && mode !== "explicit") {
        throw new ParseError("invalid argument for --model-control-mode");
      }
      draft.modelControlMode = mode;
    },
  }),
  flag({
    name: "repository-poll-secs",
    group: "Model Repository",
    argument: "integer",
    defaultText: "15",
    help: "Seconds from one look at the repositories to the next.",
    status: { kind: "dormant", switch: "--model-control-mode=poll" },
    apply(_draft, value) {
      parseInteger(value);
    },
  }),
  flag({
    name: "load-model",
    group: "Model Repository",
    argument: "string",
    defaultText: "",
    help: "The name of a model to load at start-up; needs --model-control-mode=explicit. Given once as '*', it loads all models; this is no pattern matching.",
    isRepeatable: true,
    apply(draft, value) {
      draft.startupModels.push(value);
    },
  }),
  flag({
    name: "model-config-name",
    group: "Model Repository",
    argument: "string",
    defaultText: "",
    help: "Reads configs/<name>.pbtxt of a model instead of config.pbtxt, where the model has it.",
    apply(draft, value) {
      if (value === "") {
        throw new ParseError("Error: empty argument for --model-config-name");
      }
      draft.server.modelConfigName = value;
    },
  }),
  flag({
    name: "model-load-thread-count",
    group: "Model Repository",
    argument: "integer",
    defaultText: "4",
    help: "How many models are loaded at the same time, at least 1.",
    apply(draft, value) {
      draft.server.modelLoadThreadCount = parseInteger(value);
    },
  }),
  flag({
    name: "model-load-retry-count",
    group: "Model Repository",
    argument: "integer",
    defaultText: "0",
    help: "How often loading a model is tried again after it has failed.",
    apply(draft, value) {
      draft.server.modelLoadRetryCount = parseInteger(value);
    },
  }),
  flag({
    name: "model-namespacing",
    group: "Model Repository",
    argument: "boolean",
    defaultText: "false",
    help: "Whether models of the same name in different repositories can be served together.",
    status: {
      kind: "refused",
      feature: "model namespaces",
      accepted: "false",
      isRefused: parseBoolean,
    },
    apply(_draft, value) {
      parseBoolean(value);
    },
  }),
  flag({
    name: "enable-peer-access",
    group: "Model Repository",
    argument: "boolean",
    defaultText: "true",
    help: "Whether GPUs may reach each other's memory, where the system can do that. There is nothing to enable as long as tensors stay in host memory.",
    apply(_draft, value) {
      parseBoolean(value);
    },
  }),
];
