import { type JsonValue, StatusCode, TritonError } from "@nereid/protocol";
import type { LogFormat, LogSettings } from "../../base/log-settings.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { expectBoolean, expectString, expectUnsigned, readRequiredJsonBody } from "./json-body.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

/**
 * Shows the log settings and changes them. A bad value leaves the settings before it in the list below changed, as in
 * the real server.
 *
 * @see Triton docs/protocol/extension_logging.md
 */
export const logging: ControlEndpoint = {
  methods: ["GET", "POST"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server, inputSizeMax }, exchange) {
    const settings = server.logSettings;
    if (exchange.method === "POST") {
      const body = readRequiredJsonBody(exchange.body, inputSizeMax);
      update(settings, (key) => {
        const value = body.get(key);
        return value === undefined ? null : value;
      });
    }
    replyJson(
      exchange,
      HTTP_OK,
      JSON.stringify({
        log_file: settings.file,
        log_info: settings.info,
        log_warning: settings.warning,
        log_error: settings.error,
        log_verbose_level: settings.verboseLevel,
        log_format: settings.format,
      }),
    );
  },
};

/** @param newValue the new value of a key; null leaves the setting as it is */
function update(settings: LogSettings, newValue: (key: string) => JsonValue): void {
  if (newValue("log_file") !== null) {
    throw new TritonError(
      StatusCode.Unsupported,
      "log file location can not be updated through network protocol",
    );
  }
  const info = newValue("log_info");
  if (info !== null) {
    settings.info = expectBoolean(info);
  }
  const warning = newValue("log_warning");
  if (warning !== null) {
    settings.warning = expectBoolean(warning);
  }
  const error = newValue("log_error");
  if (error !== null) {
    settings.error = expectBoolean(error);
  }
  const verboseLevel = newValue("log_verbose_level");
  if (verboseLevel !== null) {
    // The real server keeps the low 32 bits.
    settings.verboseLevel = Math.max(0, Number(BigInt.asIntN(32, expectUnsigned(verboseLevel))));
  }
  const format = newValue("log_format");
  if (format !== null) {
    settings.format = logFormat(expectString(format));
  }
}

function logFormat(text: string): LogFormat {
  if (text !== "default" && text !== "ISO8601") {
    throw new TritonError(
      StatusCode.Unavailable,
      `invalid argument for --log_format, got: ${text}`,
    );
  }
  return text;
}
