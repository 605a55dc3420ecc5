import { type Case, type RequestStep, type Suite, send, testCase } from "../suite.ts";
import { identityOf, simpleModel } from "./sample-models.ts";

function get(model?: string): RequestStep {
  return send(pathOf(model));
}

function post(body: string | object, model?: string): RequestStep {
  return send(pathOf(model), { body: typeof body === "string" ? body : JSON.stringify(body) });
}

function pathOf(model: string | undefined): string {
  return model === undefined ? "/v2/trace/setting" : `/v2/models/${model}/trace/setting`;
}

/** Puts everything back to what the server started with. */
const CLEAR = { trace_level: null, trace_rate: null, trace_count: null, log_frequency: null };

/** What is asked of a server with tracing, and of one without. */
const CASES: readonly Case[] = [
  testCase("get", get()),
  testCase("get_model", get("simple")),
  testCase("get_unknown_model", get("nothing")),
  testCase("get_model_version", send("/v2/models/simple/versions/1/trace/setting")),
  testCase("post_unknown_model", post({ trace_rate: "1" }, "nothing")),
  testCase("post_empty", post("")),
  testCase("post_empty_object", post({})),
  testCase("post_bad_json", post("{")),
  testCase("post_array", post("[]")),
  testCase("unknown_member", post({ other: "x" })),
  testCase("level_timestamps", post({ trace_level: ["TIMESTAMPS"] }), get(), post(CLEAR)),
  testCase("level_both", post({ trace_level: ["TENSORS", "TIMESTAMPS"] }), post(CLEAR)),
  testCase("level_off", post({ trace_level: ["OFF"] }), post(CLEAR)),
  testCase("level_off_and_other", post({ trace_level: ["OFF", "TIMESTAMPS"] })),
  testCase("level_other_and_off", post({ trace_level: ["TIMESTAMPS", "OFF"] })),
  testCase("level_unknown", post({ trace_level: ["EVERYTHING"] }), post(CLEAR)),
  testCase("level_lower_case", post({ trace_level: ["timestamps"] }), post(CLEAR)),
  testCase("level_min_max", post({ trace_level: ["MIN", "MAX"] }), post(CLEAR)),
  testCase("level_empty", post({ trace_level: [] }), post(CLEAR)),
  testCase("level_string", post({ trace_level: "TIMESTAMPS" })),
  testCase("level_number", post({ trace_level: [1] })),
  testCase("rate", post({ trace_rate: "7" }), get(), post(CLEAR)),
  testCase("rate_zero", post({ trace_rate: "0" }), post(CLEAR)),
  testCase("rate_number", post({ trace_rate: 7 })),
  testCase("rate_word", post({ trace_rate: "many" })),
  testCase("rate_trailing", post({ trace_rate: "7x" }), post(CLEAR)),
  testCase("rate_negative", post({ trace_rate: "-1" }), post(CLEAR)),
  testCase("rate_too_large", post({ trace_rate: "99999999999" })),
  testCase("rate_huge", post({ trace_rate: "99999999999999999999999" })),
  testCase("count", post({ trace_count: "3" }), post(CLEAR)),
  testCase("count_zero", post({ trace_count: "0" }), post(CLEAR)),
  testCase("count_minus_one", post({ trace_count: "-1" }), post(CLEAR)),
  testCase("count_minus_two", post({ trace_count: "-2" })),
  testCase("count_word", post({ trace_count: "x" })),
  testCase("count_number", post({ trace_count: 3 })),
  testCase("count_too_large", post({ trace_count: "99999999999" })),
  testCase("log_frequency", post({ log_frequency: "10" }), post(CLEAR)),
  testCase("log_frequency_word", post({ log_frequency: "x" })),
  testCase("log_frequency_negative", post({ log_frequency: "-1" }), post(CLEAR)),
  testCase("log_frequency_too_large", post({ log_frequency: "99999999999" })),
  testCase("file", post({ trace_file: "other.json" })),
  testCase("file_null", post({ trace_file: null })),
  testCase("mode", post({ trace_mode: "opentelemetry" })),
  testCase("first_error_keeps_rest", post({ trace_rate: "9", trace_count: "x" }), get()),
  testCase(
    "model_overrides",
    post({ trace_rate: "11", trace_level: ["TENSORS"] }, "simple"),
    get("simple"),
    get("identity_fp32"),
    get(),
    post({ trace_rate: "13" }),
    get("simple"),
    post({ trace_rate: null }, "simple"),
    get("simple"),
    post(CLEAR, "simple"),
    post(CLEAR),
  ),
  testCase(
    "clear_all",
    post({ trace_rate: "3", trace_level: ["OFF"], trace_count: "4", log_frequency: "5" }),
    post(CLEAR),
  ),
];

const MODELS = [simpleModel(), identityOf("FP32")];

/** Trace settings, global and of a model. */
export const traceSuite: Suite = {
  name: "L0_trace",
  about:
    "the trace extension's settings of a server that traces: global, of a model, updates, refusals",
  models: MODELS,
  flags: [
    "--trace-config",
    "triton,file=/dev/null",
    "--trace-config",
    "rate=5",
    "--trace-config",
    "level=TIMESTAMPS",
  ],
  cases: CASES,
};

/** The same on a server that was started without tracing. */
export const traceOffSuite: Suite = {
  name: "L0_trace_off",
  about: "the same settings of a server that was started without tracing",
  models: MODELS,
  flags: [],
  cases: CASES,
};
