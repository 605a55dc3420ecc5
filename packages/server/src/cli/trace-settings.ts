import type { OptionsDraft } from "./options-draft.ts";
import { ParseError } from "./parse-error.ts";
import { asciiLowerCase, parseInteger } from "./parse-value.ts";

/** What is not said otherwise: nothing is traced. */
export const TRACE_DEFAULTS = {
  level: "OFF",
  rate: "1000",
  count: "-1",
  mode: "triton",
  file: "",
  "log-frequency": "0",
} as const;
/** A setting of tracing that has a default. */
export type TraceSettingName = keyof typeof TRACE_DEFAULTS;

/** What is traced. */
export type TraceLevel = "OFF" | "TIMESTAMPS" | "TENSORS";
/** Who writes the traces: the server itself, or OpenTelemetry. */
export type TraceMode = "triton" | "opentelemetry";

/** Reads a level with its old names. @throws {ParseError} for any other text */
export function parseTraceLevel(text: string): TraceLevel {
  const level = asciiLowerCase(text);
  switch (level) {
    case "false":
    case "off":
      return "OFF";
    case "true":
    case "on":
    case "min":
    case "max":
    case "timestamps":
      return "TIMESTAMPS";
    case "tensors":
      return "TENSORS";
    default:
      throw new ParseError(`invalid value for trace level option: ${level}`);
  }
}

/** @throws {ParseError} unless the mode is triton or opentelemetry, without regard to case */
export function parseTraceMode(text: string): TraceMode {
  const mode = asciiLowerCase(text);
  if (mode !== "triton" && mode !== "opentelemetry") {
    throw new ParseError(
      `invalid value for trace mode option: ${mode}. Available options are "triton" and "opentelemetry"`,
    );
  }
  return mode;
}

/**
 * Reads the tracing settings of a whole command line: adds the warnings about deprecated flags that lose against
 * `--trace-config`, and sets `isTracingAsked`.
 *
 * @throws {ParseError} for a value that is not of its setting's kind
 * @see Triton server src/command_line_parser.cc `PostProcessTraceArgs`
 */
export function readTraceSettings(draft: OptionsDraft): void {
  const deprecated = new Set(draft.deprecatedTrace.map((trace) => trace.setting));
  const effective: { readonly setting: string; readonly value: string }[] = [
    ...draft.deprecatedTrace,
  ];
  let mode: TraceMode = "triton";
  for (const { setting, value } of draft.traceSettings.filter((trace) => trace.mode === "")) {
    const name = `--trace-config ${setting}`;
    switch (setting) {
      case "rate":
        warnIfOverridden(draft, deprecated, setting, "rate value");
        checked(name, () => parseInteger(value));
        break;
      case "count":
        warnIfOverridden(draft, deprecated, setting, "count");
        checked(name, () => parseInteger(value));
        break;
      case "level":
        warnIfOverridden(draft, deprecated, setting, "level");
        checked(name, () => parseTraceLevel(value));
        break;
      case "mode":
        mode = checked(name, () => parseTraceMode(value));
        break;
      default:
        // Unknown settings are ignored, as tritonserver does.
        continue;
    }
    effective.push({ setting, value });
  }
  if (mode === "triton") {
    effective.push(...readTritonSettings(draft, deprecated));
  }
  draft.isTracingAsked = effective.some(({ setting, value }) => !isDefault(setting, value));
}

function readTritonSettings(
  draft: OptionsDraft,
  deprecated: ReadonlySet<string>,
): { readonly setting: string; readonly value: string }[] {
  const settings = draft.traceSettings.filter(
    ({ mode, setting }) => mode === "triton" && (setting === "file" || setting === "log-frequency"),
  );
  for (const { setting, value } of settings) {
    warnIfOverridden(draft, deprecated, setting, setting);
    if (setting === "log-frequency") {
      checked(`--trace-config triton,${setting}`, () => parseInteger(value));
    }
  }
  return settings;
}

function isDefault(setting: string, value: string): boolean {
  switch (setting) {
    case "level":
      return parseTraceLevel(value) === "OFF";
    case "mode":
      return parseTraceMode(value) === TRACE_DEFAULTS.mode;
    case "rate":
    case "count":
    case "log-frequency":
      return parseInteger(value) === Number(TRACE_DEFAULTS[setting]);
    default:
      // A file alone switches nothing on, but asks for traces.
      return value === "";
  }
}

function warnIfOverridden(
  draft: OptionsDraft,
  deprecated: ReadonlySet<string>,
  setting: string,
  words: string,
): void {
  if (deprecated.has(setting)) {
    draft.warn(
      `Warning: Overriding deprecated '--trace-${setting}' in favor of provided ${words} in --trace-config!`,
    );
  }
}

function checked<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParseError) {
      throw new ParseError(`Bad option: "${name}".\n${error.message}\n`);
    }
    throw error;
  }
}
