import { inferenceMethods, StatusCode, TritonError } from "@nereid/protocol";
import type { LogFormat, LogSettings } from "../../base/log-settings.ts";
import {
  checkTraceModel,
  readTraceSettingUpdate,
  traceFileIsFixed,
  traceSettingTexts,
} from "../semantics/trace-setting-text.ts";
import type { ServedMethod } from "./served-method.ts";
import { unaryMethod } from "./unary-call.ts";

/** A LogSettingsRequest.SettingValue: which member is set, and its value. */
interface LogSettingValue {
  readonly parameterChoice:
    | { readonly case: "boolParam"; readonly value: boolean }
    | { readonly case: "uint32Param"; readonly value: number }
    | { readonly case: "stringParam"; readonly value: string }
    | { readonly case: undefined; readonly value?: undefined };
}

type LogSettingValues = Readonly<Record<string, LogSettingValue>>;
type TraceSettingValues = Readonly<Record<string, { readonly value: readonly string[] }>>;

/** The trace and log settings. @see Triton server src/grpc/grpc_server.cc, RegisterTrace and RegisterLogging */
export const SETTINGS_CALLS: readonly ServedMethod[] = [
  unaryMethod(inferenceMethods.traceSetting, "trace", (server, { modelName, settings }) => {
    checkTraceModel(server, modelName);
    if (Object.keys(settings).length > 0) {
      updateTrace(server.traceSettings, modelName, settings);
    }
    const texts = traceSettingTexts(server.traceSettings.get(modelName));
    return {
      settings: Object.fromEntries([...texts].map(([key, value]) => [key, { value: [...value] }])),
    };
  }),
  unaryMethod(inferenceMethods.logSettings, "logging", (server, { settings }) => {
    updateLog(server.logSettings, settings);
    const { file, info, warning, error, verboseLevel, format } = server.logSettings;
    return {
      settings: {
        log_file: textSetting(file),
        log_info: booleanSetting(info),
        log_warning: booleanSetting(warning),
        log_error: booleanSetting(error),
        log_verbose_level: {
          parameterChoice: { case: "uint32Param" as const, value: verboseLevel >>> 0 },
        },
        log_format: textSetting(format),
      },
    };
  }),
];

function updateTrace(
  traceSettings: { update(name: string, change: ReturnType<typeof readTraceSettingUpdate>): void },
  modelName: string,
  settings: TraceSettingValues,
): void {
  if (settings["trace_file"] !== undefined) {
    throw traceFileIsFixed();
  }
  const levels = settings["trace_level"]?.value;
  const change = readTraceSettingUpdate(
    {
      levels: levels?.length === 0 ? null : levels,
      rate: onlyValue(settings, "trace_rate"),
      count: onlyValue(settings, "trace_count"),
      logFrequency: onlyValue(settings, "log_frequency"),
    },
    " ",
  );
  traceSettings.update(modelName, change);
}

/** A setting with an empty list is cleared. */
function onlyValue(settings: TraceSettingValues, key: string): string | null | undefined {
  const values = settings[key]?.value;
  if (values === undefined) {
    return undefined;
  }
  if (values.length > 1) {
    throw invalid(`expect only 1 value for '${key}'`);
  }
  return values[0] ?? null;
}

/** A bad value leaves the settings before it in this list changed, as in the real server. */
function updateLog(settings: LogSettings, values: LogSettingValues): void {
  if (values["log_file"] !== undefined) {
    throw new TritonError(
      StatusCode.Unsupported,
      "log file location can not be updated through network protocol",
    );
  }
  settings.info = newBoolean(values, "log_info") ?? settings.info;
  settings.warning = newBoolean(values, "log_warning") ?? settings.warning;
  settings.error = newBoolean(values, "log_error") ?? settings.error;
  const level = values["log_verbose_level"]?.parameterChoice;
  if (level !== undefined) {
    if (level.case !== "uint32Param") {
      throw invalid("expect int32 for 'log_verbose_level'");
    }
    settings.verboseLevel = Math.max(0, level.value | 0);
  }
  const format = values["log_format"]?.parameterChoice;
  if (format !== undefined) {
    if (format.case !== "stringParam") {
      throw invalid("expect string for 'log_format'");
    }
    settings.format = logFormat(format.value);
  }
}

function newBoolean(values: LogSettingValues, key: string): boolean | undefined {
  const choice = values[key]?.parameterChoice;
  if (choice !== undefined && choice.case !== "boolParam") {
    throw invalid(`expect boolean for '${key}'`);
  }
  return choice?.value;
}

function logFormat(text: string): LogFormat {
  if (text !== "default" && text !== "ISO8601") {
    throw invalid(`invalid argument for log_format, got: ${text}`);
  }
  return text;
}

function textSetting(value: string): {
  readonly parameterChoice: { readonly case: "stringParam"; readonly value: string };
} {
  return { parameterChoice: { case: "stringParam", value } };
}

function booleanSetting(value: boolean): {
  readonly parameterChoice: { readonly case: "boolParam"; readonly value: boolean };
} {
  return { parameterChoice: { case: "boolParam", value } };
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
