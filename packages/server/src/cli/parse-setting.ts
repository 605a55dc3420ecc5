import {
  RESTRICTED_APIS,
  type RestrictedApi,
  type RestrictedApiGroup,
} from "../config/server-options.ts";
import { ParseError } from "./parse-error.ts";

/** `<name>,<setting>=<value>`: the name is empty where a flag allows it to be left out. */
export interface NamedSetting {
  readonly name: string;
  readonly setting: string;
  readonly value: string;
}

/**
 * Reads `--backend-config`: `<backend>,<setting>=<value>`, or `<setting>=<value>` for every backend.
 *
 * @throws {ParseError} if there is no setting, no value, or nothing before the comma
 * @see Triton server src/command_line_parser.cc `ParseBackendConfigOption`
 */
export function parseBackendConfig(text: string): NamedSetting {
  return parseOptionallyNamed(text, {
    flag: "backend-config",
    name: "backend name",
    missing: "No backend specified.",
  });
}

/** Reads `--trace-config`: `<mode>,<setting>=<value>`, or `<setting>=<value>`. @throws {ParseError} as above */
export function parseTraceConfig(text: string, checkMode: (mode: string) => void): NamedSetting {
  const comma = text.indexOf(",");
  if (comma > 0) {
    checkMode(text.slice(0, comma));
  }
  return parseOptionallyNamed(text, {
    flag: "trace-config",
    name: "trace mode",
    missing: "No trace mode specified.",
  });
}

/** Reads `--cache-config`: `<cache>,<setting>=<value>`. @throws {ParseError} if a part is missing */
export function parseCacheConfig(text: string): NamedSetting {
  const comma = text.indexOf(",");
  if (comma <= 0) {
    throw new ParseError(
      `No cache specified. --cache-config option format is <cache name>,<setting>=<value>. Got ${text}\n`,
    );
  }
  return splitSetting(
    text,
    comma,
    `--cache-config option format is '<cache name>,<setting>=<value>'. Got ${text}\n`,
  );
}

/** Reads `--metrics-config`: `<setting>=<value>`. @throws {ParseError} if a part is missing or a name precedes it */
export function parseMetricsConfig(text: string): NamedSetting {
  const format = `--metrics-config option format is <setting>=<value>. Got ${text}\n`;
  const equals = text.indexOf("=");
  if (equals >= 0 && text.slice(0, equals).includes(",")) {
    throw new ParseError(format);
  }
  return splitSetting(text, -1, format);
}

/** Reads `--host-policy`: `<policy>,<setting>=<value>`. @throws {ParseError} if a part is missing */
export function parseHostPolicy(text: string): NamedSetting {
  return parseNamed(text, ",", { flag: "host-policy", name: "policy name" });
}

/**
 * Reads `--http-restricted-api` or `--grpc-restricted-protocol`: `<api>,<api>:<key>=<value>`. `groups` are those read
 * before; an API may be in one only, and in that only once.
 *
 * @param kind `api` or `protocol`, as the messages call it
 * @throws {ParseError} if the form is wrong, an API unknown or restricted before
 * @see Triton server src/command_line_parser.cc `ParseRestrictedFeatureOption`
 */
export function parseRestriction(
  text: string,
  kind: { readonly flag: string; readonly feature: "api" | "protocol" },
  groups: readonly RestrictedApiGroup[],
): RestrictedApiGroup {
  const { name, setting, value } = parseNamed(text, ":", { flag: kind.flag, name: "config name" });
  const restricted = new Set(groups.flatMap((group) => group.apis));
  const apis: RestrictedApi[] = [];
  for (const word of name.split(",")) {
    const api = RESTRICTED_APIS.find((known) => known === word);
    if (api === undefined) {
      throw new ParseError(`unknown restricted ${kind.feature} '${word}' \n`);
    }
    if (restricted.has(api)) {
      throw new ParseError(
        `restricted ${kind.feature} '${api}' can not be specified in multiple config groups\n`,
      );
    }
    restricted.add(api);
    apis.push(api);
  }
  return { apis, header: setting, value };
}

/**
 * Splits `<first><delimiter><second>` at the first delimiter.
 *
 * @throws {ParseError} if there is none
 * @see Triton server src/command_line_parser.cc `ParsePairOption`
 */
export function parsePair(text: string, delimiter: string): readonly [string, string] {
  const index = text.indexOf(delimiter);
  if (index < 0) {
    throw new ParseError(
      "Cannot parse pair option due to incorrect number of inputs." +
        `--<pair option> argument requires format <first>${delimiter}<second>. Found: ${text}\n`,
    );
  }
  return [text.slice(0, index), text.slice(index + delimiter.length)];
}

interface SettingForm {
  readonly flag: string;
  /** What stands before the delimiter, in words. */
  readonly name: string;
}

function parseOptionallyNamed(
  text: string,
  form: SettingForm & { readonly missing: string },
): NamedSetting {
  const comma = text.indexOf(",");
  if (comma === 0) {
    throw new ParseError(
      `${form.missing} --${form.flag} option format is <${form.name}>,<setting>=<value> or ` +
        `<setting>=<value>. Got ${text}\n`,
    );
  }
  return splitSetting(
    text,
    comma,
    `--${form.flag} option format is '<${form.name}>,<setting>=<value>'. Got ${text}\n`,
  );
}

function parseNamed(text: string, delimiter: string, form: SettingForm): NamedSetting {
  const message = `--${form.flag} option format is '<${form.name}>${delimiter}<setting>=<value>'. Got ${text}\n`;
  const index = text.indexOf(delimiter);
  if (index <= 0) {
    throw new ParseError(message);
  }
  return splitSetting(text, index, message);
}

/** Reads `<setting>=<value>` behind the delimiter at `nameEnd`, or all of `text` if that is negative. */
function splitSetting(text: string, nameEnd: number, message: string): NamedSetting {
  const start = nameEnd + 1;
  const equals = text.indexOf("=", start);
  if (equals < 0) {
    throw new ParseError(message);
  }
  const setting = text.slice(start, equals);
  const value = text.slice(equals + 1);
  if (setting === "" || value === "") {
    throw new ParseError(message);
  }
  return { name: nameEnd > 0 ? text.slice(0, nameEnd) : "", setting, value };
}
