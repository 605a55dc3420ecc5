import { type FlagSpec, type FlagStatus, flag } from "./flag-spec.ts";
import { parseTraceConfig } from "./parse-setting.ts";
import { parseBoolean, parseInteger, parseInteger64 } from "./parse-value.ts";
import {
  parseTraceLevel,
  parseTraceMode,
  TRACE_DEFAULTS,
  type TraceSettingName,
} from "./trace-settings.ts";

const NEEDS_TRACING: FlagStatus = {
  kind: "refused",
  feature: "tracing",
  accepted: "level=OFF, rate=1000, count=-1, mode=triton, log-frequency=0",
  isRefused: (_value, draft) => draft.isTracingAsked,
};

/** The group Tracing. */
export const TRACE_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "trace-config",
    group: "Tracing",
    argument: "<string>,<string>=<string>",
    defaultText: "level=OFF, rate=1000, count=-1, mode=triton",
    help: 'A setting of tracing, as <setting>=<value> for level, rate, count and mode, or as <mode>,<setting>=<value> where <mode> is "triton" or "opentelemetry".',
    isRepeatable: true,
    status: NEEDS_TRACING,
    apply(draft, value) {
      const { name, setting, value: text } = parseTraceConfig(value, parseTraceMode);
      const mode = name === "" ? "" : parseTraceMode(name);
      draft.traceSettings.push({ mode, setting, value: text });
    },
  }),
];

/** The group DEPRECATED: each flag writes a warning and does what its replacement does. */
export const DEPRECATED_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "strict-model-config",
    group: "DEPRECATED",
    argument: "boolean",
    defaultText: "false",
    help: "If true, the same as --disable-auto-complete-config.",
    replacement: "--disable-auto-complete-config",
    apply(draft, value) {
      draft.warn(
        "Warning: '--strict-model-config' has been deprecated! Please use '--disable-auto-complete-config' instead.",
      );
      draft.strictModelConfig = parseBoolean(value);
    },
  }),
  flag({
    name: "response-cache-byte-size",
    group: "DEPRECATED",
    argument: "integer",
    defaultText: "",
    help: "The same as --cache-config=local,size=<value>.",
    replacement: "--cache-config=local,size=<value>",
    apply(draft, value) {
      draft.isCacheSizeGiven = true;
      const size = parseInteger64(value);
      draft.cacheSettings.set("local", new Map([["size", String(size)]]));
      draft.warn(
        "Warning: '--response-cache-byte-size' has been deprecated! This will default to the 'local' cache " +
          "implementation with the provided byte size for its config. Please use '--cache-config' instead. " +
          `The equivalent --cache-config CLI args would be: '--cache-config=local,size=${size}'`,
      );
    },
  }),
  deprecatedTrace({
    name: "trace-file",
    setting: "file",
    replacement: "--trace-config triton,file=<filepath>",
    help: "The file that traces are written to.",
    // Every text is a path.
    check() {},
  }),
  deprecatedTrace({
    name: "trace-level",
    setting: "level",
    replacement: "--trace-config level=<OFF|TIMESTAMPS|TENSORS>",
    help: "What is traced: OFF, TIMESTAMPS or TENSORS; given twice, both.",
    isRepeatable: true,
    check: parseTraceLevel,
  }),
  deprecatedTrace({
    name: "trace-rate",
    setting: "rate",
    replacement: "--trace-config rate=<rate value>",
    help: "Traces one of so many requests.",
    check: parseInteger,
  }),
  deprecatedTrace({
    name: "trace-count",
    setting: "count",
    replacement: "--trace-config count=<count value>",
    help: "How many requests are traced in all; -1 is no limit.",
    check: parseInteger,
  }),
  deprecatedTrace({
    name: "trace-log-frequency",
    setting: "log-frequency",
    replacement: "--trace-config triton,log-frequency=<log frequency value>",
    help: "Writes a file after so many traces; 0 writes one file at the end.",
    check: parseInteger,
  }),
];

interface DeprecatedTrace {
  readonly name: string;
  readonly setting: TraceSettingName;
  readonly replacement: string;
  readonly help: string;
  readonly isRepeatable?: boolean;
  /** @throws {ParseError} for a value that is not of the setting's kind */
  readonly check: (value: string) => unknown;
}

function deprecatedTrace(trace: DeprecatedTrace): FlagSpec {
  return flag({
    name: trace.name,
    group: "DEPRECATED",
    argument: trace.check === parseInteger ? "integer" : "string",
    defaultText: TRACE_DEFAULTS[trace.setting],
    help: trace.help,
    isRepeatable: trace.isRepeatable ?? false,
    replacement: trace.replacement,
    status: NEEDS_TRACING,
    apply(draft, value) {
      // The quote that is not closed is tritonserver's.
      draft.warn(
        `Warning: '--${trace.name}' has been deprecated and will be removed in future releases. ` +
          `Please use '${trace.replacement} instead.`,
      );
      trace.check(value);
      draft.deprecatedTrace.push({ setting: trace.setting, value });
    },
  });
}
