import { type RequestStep, type Suite, send, testCase } from "../suite.ts";

const GET = send("/v2/logging");

function post(body: string | object): RequestStep {
  return send("/v2/logging", { body: typeof body === "string" ? body : JSON.stringify(body) });
}

/** Puts everything back. */
const RESET = post({
  log_info: true,
  log_warning: true,
  log_error: true,
  log_verbose_level: 0,
  log_format: "default",
});

/** Log settings. */
export const loggingSuite: Suite = {
  name: "L0_logging",
  about: "the logging extension: reading, updating and refusing settings",
  models: [],
  flags: ["--model-control-mode=explicit"],
  cases: [
    testCase("get", GET),
    testCase("post_empty", post("")),
    testCase("post_empty_object", post({})),
    testCase("post_bad_json", post("{log")),
    testCase("post_array", post("[]")),
    testCase("unknown_member", post({ other: 1 })),
    testCase("info_off", post({ log_info: false }), GET, RESET),
    testCase("warning_off", post({ log_warning: false }), RESET),
    testCase("error_off", post({ log_error: false }), RESET),
    testCase("info_number", post({ log_info: 1 })),
    testCase("info_string", post({ log_info: "true" })),
    testCase("info_null", post({ log_info: null })),
    testCase("verbose_level", post({ log_verbose_level: 3 }), RESET),
    testCase("verbose_level_string", post({ log_verbose_level: "1" })),
    testCase("verbose_level_negative", post({ log_verbose_level: -1 })),
    testCase("verbose_level_fraction", post({ log_verbose_level: 1.5 })),
    testCase("verbose_level_large", post({ log_verbose_level: 4294967297 }), RESET),
    testCase("verbose_level_largest", post({ log_verbose_level: 4294967295 }), RESET),
    testCase("format_iso", post({ log_format: "ISO8601" }), GET, RESET),
    testCase("format_lower_case", post({ log_format: "iso8601" })),
    testCase("format_unknown", post({ log_format: "json" })),
    testCase("format_number", post({ log_format: 1 })),
    testCase("format_null", post({ log_format: null })),
    testCase("file", post({ log_file: "other.log" })),
    testCase("file_null", post({ log_file: null })),
    testCase(
      "several",
      post({ log_info: false, log_verbose_level: 2, log_format: "ISO8601" }),
      RESET,
    ),
    testCase(
      "first_error_keeps_earlier",
      post({ log_info: false, log_verbose_level: "x" }),
      GET,
      RESET,
    ),
  ],
};
