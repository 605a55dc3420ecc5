import { type JsonObject, type JsonValue, StatusCode, TritonError } from "@nereid/protocol";
import {
  TRACE_LEVELS,
  type TraceLevel,
  type TraceSetting,
  type TraceSettingUpdate,
} from "../../engine/trace-settings.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { expectString, readRequiredJsonBody } from "./json-body.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
const UINT32_MAX = 2 ** 32 - 1;
const COUNT_MIN = -1;

/**
 * Shows and changes the trace settings of the server or of a model.
 *
 * @see Triton docs/protocol/extension_trace.md; server src/http_server.cc, HandleTrace
 */
export const traceSetting: ControlEndpoint = {
  methods: ["GET", "POST"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server, inputSizeMax }, exchange, { modelName }) {
    if (modelName !== "" && !server.isModelReady(modelName, null)) {
      throw invalid(`Request for unknown model : ${modelName}`);
    }
    if (exchange.method === "POST") {
      const body = readRequiredJsonBody(exchange.body, inputSizeMax);
      server.traceSettings.update(modelName, readUpdate(body));
    }
    replyJson(exchange, HTTP_OK, settingJson(server.traceSettings.get(modelName)));
  },
};

function settingJson(setting: TraceSetting): string {
  return JSON.stringify({
    trace_level: setting.levels.length === 0 ? ["OFF"] : setting.levels,
    trace_rate: String(setting.rate),
    trace_count: String(setting.count),
    log_frequency: String(setting.logFrequency),
    trace_file: setting.file,
    trace_mode: "triton",
  });
}

function readUpdate(body: JsonObject): TraceSettingUpdate {
  if (body.has("trace_file")) {
    throw new TritonError(
      StatusCode.Unsupported,
      "trace file location can not be updated through network protocol",
    );
  }
  const level = body.get("trace_level");
  const levels = level === undefined || level === null ? level : readLevels(level);
  const rate = readInteger(body, "trace_rate", 0, UINT32_MAX);
  const count = readInteger(body, "trace_count", COUNT_MIN, INT32_MAX);
  if (typeof count === "number" && count < COUNT_MIN) {
    const text = expectString(body.get("trace_count") ?? null);
    throw invalid(`Unable to parse 'trace_count'. Expecting value >= ${COUNT_MIN}, got:${text}`);
  }
  const logFrequency = readInteger(body, "log_frequency", 0, UINT32_MAX);
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
function readLevels(value: JsonValue): readonly TraceLevel[] | undefined {
  if (!Array.isArray(value)) {
    throw new TritonError(StatusCode.Internal, "attempt to access JSON non-array as array");
  }
  const texts = value.map(expectString);
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
 * An integer in a string, as C's stoi reads it: white space in front, then digits; what follows them is ignored.
 *
 * @param shownMin the range that the error names, which is not the one that is checked: any int32 passes, as in the real server
 */
function readInteger(
  body: JsonObject,
  key: string,
  shownMin: number,
  shownMax: number,
): number | null | undefined {
  const value = body.get(key);
  if (value === undefined || value === null) {
    return value;
  }
  const text = expectString(value);
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
