import { StatusCode, TritonError } from "@nereid/protocol";
import type { ServerFacade } from "../../engine/server-facade.ts";
import {
  TRACE_LEVELS,
  type TraceLevel,
  type TraceSetting,
  type TraceSettingUpdate,
} from "../../engine/trace-settings.ts";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const UINT32_MAX = 2 ** 32 - 1;
const COUNT_MIN = -1;

/** What a client says of the trace settings, as text: undefined leaves a setting, null clears it. */
export interface TraceSettingTexts {
  readonly levels: readonly string[] | null | undefined;
  readonly rate: string | null | undefined;
  readonly count: string | null | undefined;
  readonly logFrequency: string | null | undefined;
}

/** @throws {TritonError} InvalidArg if the model, where one is named, is not ready */
export function checkTraceModel(server: ServerFacade, modelName: string): void {
  if (modelName !== "" && !server.isModelReady(modelName, null)) {
    throw invalid(`Request for unknown model : ${modelName}`);
  }
}

/** The error for a client that wants another trace file. */
export function traceFileIsFixed(): TritonError {
  return new TritonError(
    StatusCode.Unsupported,
    "trace file location can not be updated through network protocol",
  );
}

/** Every setting with its values, in the order in which they are shown. `trace_level` may have several, the others have one. */
export function traceSettingTexts(setting: TraceSetting): ReadonlyMap<string, readonly string[]> {
  return new Map([
    ["trace_level", setting.levels.length === 0 ? ["OFF"] : setting.levels],
    ["trace_rate", [String(setting.rate)]],
    ["trace_count", [String(setting.count)]],
    ["log_frequency", [String(setting.logFrequency)]],
    ["trace_file", [setting.file]],
    ["trace_mode", ["triton"]],
  ]);
}

/**
 * Reads what a client says of the settings.
 *
 * @param countSeparator what the real server's front end writes between "got:" and a count that is too small
 * @throws {TritonError} InvalidArg for a text that does not say what it should
 */
export function readTraceSettingUpdate(
  texts: TraceSettingTexts,
  countSeparator: "" | " ",
): TraceSettingUpdate {
  const levels = texts.levels === null ? null : readLevels(texts.levels);
  const rate = readInteger("trace_rate", texts.rate, 0, UINT32_MAX);
  const count = readInteger("trace_count", texts.count, COUNT_MIN, INT32_MAX);
  if (typeof count === "number" && count < COUNT_MIN) {
    throw invalid(
      `Unable to parse 'trace_count'. Expecting value >= ${COUNT_MIN}, got:${countSeparator}${texts.count}`,
    );
  }
  const logFrequency = readInteger("log_frequency", texts.logFrequency, 0, UINT32_MAX);
  return {
    ...(levels !== undefined && { levels }),
    ...(rate !== undefined && { rate: rate === null ? null : rate >>> 0 }),
    ...(count !== undefined && { count }),
    ...(logFrequency !== undefined && {
      logFrequency: logFrequency === null ? null : logFrequency >>> 0,
    }),
  };
}

/** Unknown levels are ignored. If nothing but those was given, the levels stay as they are. */
function readLevels(texts: readonly string[] | undefined): readonly TraceLevel[] | undefined {
  if (texts === undefined) {
    return undefined;
  }
  if (texts.includes("OFF")) {
    if (texts.length > 1) {
      throw invalid("Expect only one trace level 'OFF' is specified");
    }
    return [];
  }
  const levels = TRACE_LEVELS.filter((level) => texts.includes(level));
  return levels.length === 0 ? undefined : levels;
}

/**
 * An integer in a text, as C's stoi reads it: white space in front, then digits; what follows them is ignored.
 *
 * @param shownMin the range that the error names, which is not the one that is checked: any int32 passes, as in the real server
 */
function readInteger(
  key: string,
  text: string | null | undefined,
  shownMin: number,
  shownMax: number,
): number | null | undefined {
  if (text === undefined || text === null) {
    return text;
  }
  const match = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text);
  if (match === null) {
    throw invalid(`Unable to parse '${key}', got: ${text}`);
  }
  const number = Number(match[1]);
  if (number < INT32_MIN || number > INT32_MAX) {
    throw invalid(
      `Unable to parse '${key}', value is out of range [ ${shownMin}, ${shownMax} ], got: ${text}`,
    );
  }
  return number;
}

function invalid(message: string): TritonError {
  return new TritonError(StatusCode.InvalidArg, message);
}
