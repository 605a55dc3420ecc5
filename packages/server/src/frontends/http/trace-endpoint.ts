import { type JsonObject, type JsonValue, StatusCode, TritonError } from "@nereid/protocol";
import type { TraceSetting, TraceSettingUpdate } from "../../engine/trace-settings.ts";
import {
  checkTraceModel,
  readTraceSettingUpdate,
  traceFileIsFixed,
  traceSettingTexts,
} from "../semantics/trace-setting-text.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { expectString, readRequiredJsonBody } from "./json-body.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

/**
 * Shows and changes the trace settings of the server or of a model.
 *
 * @see Triton docs/protocol/extension_trace.md; server src/http_server.cc, HandleTrace
 */
export const traceSetting: ControlEndpoint = {
  methods: ["GET", "POST"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server, inputSizeMax }, exchange, { modelName }) {
    checkTraceModel(server, modelName);
    if (exchange.method === "POST") {
      const body = readRequiredJsonBody(exchange.body, inputSizeMax);
      server.traceSettings.update(modelName, readUpdate(body));
    }
    replyJson(exchange, HTTP_OK, settingJson(server.traceSettings.get(modelName)));
  },
};

/** Levels are a list, everything else is one text. */
function settingJson(setting: TraceSetting): string {
  const texts = [...traceSettingTexts(setting)];
  return JSON.stringify(
    Object.fromEntries(
      texts.map(([key, values]) => [key, key === "trace_level" ? values : values[0]]),
    ),
  );
}

function readUpdate(body: JsonObject): TraceSettingUpdate {
  if (body.has("trace_file")) {
    throw traceFileIsFixed();
  }
  const level = body.get("trace_level");
  return readTraceSettingUpdate(
    {
      levels: level === undefined || level === null ? level : expectTexts(level),
      rate: textOf(body, "trace_rate"),
      count: textOf(body, "trace_count"),
      logFrequency: textOf(body, "log_frequency"),
    },
    "",
  );
}

function textOf(body: JsonObject, key: string): string | null | undefined {
  const value = body.get(key);
  return value === undefined || value === null ? value : expectString(value);
}

function expectTexts(value: JsonValue): readonly string[] {
  if (!Array.isArray(value)) {
    throw new TritonError(StatusCode.Internal, "attempt to access JSON non-array as array");
  }
  return value.map(expectString);
}
