import {
  type CompiledServerOptions,
  compileServerOptions,
  type ServerOptions,
  type TlsOptions,
} from "../config/server-options.ts";
import type { FlagSpec } from "./flag-spec.ts";
import { FLAG_TABLE } from "./flag-table.ts";
import { GetoptLong, type LongOption } from "./getopt-long.ts";
import { OptionsDraft, type TlsDraft } from "./options-draft.ts";
import { ParseError } from "./parse-error.ts";
import { checkPortCollision } from "./port-collision.ts";
import { readTraceSettings } from "./trace-settings.ts";

/** The environment variables that stand in for flags, or belong to none. */
export interface CommandLineEnvironment {
  /** PREDICTION asks for the Vertex AI front end. */
  readonly AIP_MODE?: string | undefined;
  /** The model repository, where the command line names none. */
  readonly AIP_STORAGE_URI?: string | undefined;
  /** 0 writes log messages as they are, neither quoted nor escaped. */
  readonly TRITON_SERVER_ESCAPE_LOG_MESSAGES?: string | undefined;
  /** The user and the password for Redis, where the cache's settings have none. */
  readonly TRITONCACHE_REDIS_USERNAME?: string | undefined;
  readonly TRITONCACHE_REDIS_PASSWORD?: string | undefined;
  /** Path of the library that the ONNX Runtime backend loads, unless its setting `library-path` names one. */
  readonly NEREID_ONNXRUNTIME_LIBRARY?: string | undefined;
}

/** What the command line is read together with. */
export interface CommandLineContext {
  /** How the program was called: the beginning of `getopt_long`'s messages. */
  readonly program: string;
  readonly environment: CommandLineEnvironment;
  /** Columns of the terminal on stdout; null without one. */
  readonly terminalColumns: number | null;
  /** Takes the lines that come before any usage text: warnings, and what `getopt_long` says. */
  readonly complain: (line: string) => void;
}

/** A command line that makes sense. */
export interface ParsedCommandLine {
  readonly options: CompiledServerOptions;
}

interface TableOption extends LongOption {
  readonly spec: FlagSpec;
}

interface GivenFlag {
  readonly spec: FlagSpec;
  readonly value: string;
}

const TABLE_OPTIONS: readonly TableOption[] = FLAG_TABLE.map((spec) => ({
  name: spec.name,
  hasArgument: spec.argument !== "",
  meaning: spec.aliasOf ?? spec.name,
  yieldsPrefix: spec.isExtension,
  spec,
}));

/**
 * Reads tritonserver's command line: flags in order, then what depends on several of them, then what is not supported
 * yet, then the ports.
 *
 * @throws {ParseError} if it is wrong, or asks for help
 * @throws {TritonError} if it is well-formed and no server can be started with it
 * @see Triton server src/command_line_parser.cc `Parse`
 */
export function parseCommandLine(
  words: readonly string[],
  context: CommandLineContext,
): ParsedCommandLine {
  const draft = new OptionsDraft(context.complain);
  const given = readFlags(words, draft, context);
  checkTogether(draft, context);
  checkSupported(given, draft, context);
  const options = compileServerOptions(optionsFrom(draft, context));
  checkPortCollision(options);
  return { options };
}

function readFlags(
  words: readonly string[],
  draft: OptionsDraft,
  context: CommandLineContext,
): readonly GivenFlag[] {
  const getopt = new GetoptLong(words, TABLE_OPTIONS);
  const given: GivenFlag[] = [];
  for (;;) {
    const step = getopt.step();
    switch (step.kind) {
      case "error":
        context.complain(`${context.program}: ${step.message}`);
        throw new ParseError("");
      case "end":
        if (step.operands[0] !== undefined) {
          throw new ParseError(`Unexpected argument: ${step.operands[0]}`);
        }
        return given;
      case "option":
        applyFlag(step.option.spec, step.value, draft);
        given.push({ spec: step.option.spec, value: step.value });
    }
  }
}

function applyFlag(spec: FlagSpec, value: string, draft: OptionsDraft): void {
  try {
    spec.apply(draft, value);
  } catch (error) {
    throw error instanceof ParseError ? badOption(spec, error.message) : error;
  }
}

/** An error about one flag in tritonserver's form; without a message it is not about the flag. */
function badOption(spec: FlagSpec, message: string): ParseError {
  return new ParseError(message === "" ? "" : `Bad option: "--${spec.name}".\n${message}\n`);
}

/** What tritonserver checks once it has read the whole command line, in its order. */
function checkTogether(draft: OptionsDraft, context: CommandLineContext): void {
  if (draft.startupModels.length > 0 && draft.modelControlMode !== "explicit") {
    throw new ParseError(
      "Error: Use of '--load-model' requires setting '--model-control-mode=explicit' as well.",
    );
  }
  const storage = context.environment.AIP_STORAGE_URI ?? "";
  if (draft.modelRepositories.length === 0 && storage !== "") {
    draft.modelRepositories.push(storage);
  }
  readTraceSettings(draft);
  if (draft.isAutoCompleteDisabled && draft.strictModelConfig === false) {
    draft.warn(
      "Warning: Overriding deprecated '--strict-model-config' from False to True in favor of " +
        "'--disable-auto-complete-config'!",
    );
  }
  if (draft.isCacheSizeGiven && draft.isCacheConfigGiven) {
    throw new ParseError(
      "Error: Incompatible flags --response-cache-byte-size and --cache-config both provided. " +
        "Please provide one or the other.",
    );
  }
}

function checkSupported(
  given: readonly GivenFlag[],
  draft: OptionsDraft,
  context: CommandLineContext,
): void {
  for (const { spec, value } of given) {
    const { status } = spec;
    if (status.kind === "refused" && status.isRefused(value, draft)) {
      const accepted = status.accepted === "" ? "" : ` Accepted so far: ${status.accepted}.`;
      throw badOption(
        spec,
        `--${spec.name} is not supported yet: it comes with ${status.feature}.${accepted}`,
      );
    }
  }
  if (context.environment.AIP_MODE === "PREDICTION" && draft.allowVertexAi !== false) {
    throw new ParseError(
      "AIP_MODE=PREDICTION is not supported yet: it comes with the Vertex AI front end. " +
        "Accepted so far: --allow-vertex-ai=false.",
    );
  }
}

function optionsFrom(draft: OptionsDraft, context: CommandLineContext): ServerOptions {
  const isStrict = draft.isAutoCompleteDisabled || draft.strictModelConfig === true;
  return {
    ...draft.server,
    modelRepositories: draft.modelRepositories,
    modelControlMode: draft.modelControlMode === "explicit" ? "explicit" : "none",
    startupModels: draft.startupModels,
    autoCompleteConfig: !isStrict,
    backendSettings: backendSettingsFrom(draft, context),
    cacheSettings: cacheSettingsFrom(draft, context),
    rateLimitResources: draft.rateLimitResources,
    http: {
      ...draft.http,
      restrictedApis: draft.restrictedApis,
      tls: tlsFrom(draft.tls, { protocol: "HTTP", prefix: "http" }),
    },
    grpc: {
      ...draft.grpc,
      restrictedApis: draft.grpcRestrictedProtocols,
      keepalive: draft.grpcKeepalive,
      tls:
        draft.grpc.isAllowed === false
          ? null
          : tlsFrom(draft.grpcTls, { protocol: "gRPC", prefix: "grpc" }),
    },
    metrics: draft.metrics,
    log: {
      ...draft.log,
      escapeMessages: context.environment.TRITON_SERVER_ESCAPE_LOG_MESSAGES !== "0",
      ...(context.terminalColumns === null ? {} : { tableWidth: context.terminalColumns }),
    },
  };
}

/** The environment names a library for the ONNX Runtime backend where the command line does not. */
function backendSettingsFrom(
  draft: OptionsDraft,
  context: CommandLineContext,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const library = context.environment.NEREID_ONNXRUNTIME_LIBRARY ?? "";
  if (library === "") {
    return draft.backendSettings;
  }
  const onnxruntime = new Map([["library-path", library]]);
  for (const [key, value] of draft.backendSettings.get("onnxruntime") ?? []) {
    onnxruntime.set(key, value);
  }
  return new Map([...draft.backendSettings, ["onnxruntime", onnxruntime]]);
}

/** The environment has the credentials for Redis where the command line has not. */
function cacheSettingsFrom(
  draft: OptionsDraft,
  { environment }: CommandLineContext,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const redis = draft.cacheSettings.get("redis");
  const { TRITONCACHE_REDIS_USERNAME: user, TRITONCACHE_REDIS_PASSWORD: password } = environment;
  if (redis !== undefined) {
    for (const [setting, value] of Object.entries({ user, password })) {
      if (value !== undefined && !redis.has(setting)) {
        redis.set(setting, value);
      }
    }
  }
  return draft.cacheSettings;
}

function tlsFrom(
  draft: TlsDraft,
  { protocol, prefix }: { readonly protocol: string; readonly prefix: string },
): TlsOptions | null {
  const { isUsed, isMutual, certificateFile, keyFile, rootCertificateFile } = draft;
  if (!isUsed && !isMutual) {
    return null;
  }
  if (certificateFile === "" || keyFile === "") {
    throw new ParseError(
      `Error: ${protocol} over TLS needs --${prefix}-server-cert and --${prefix}-server-key.`,
    );
  }
  if (isMutual && rootCertificateFile === "") {
    throw new ParseError(`Error: --${prefix}-use-ssl-mutual needs --${prefix}-root-cert.`);
  }
  return { certificateFile, keyFile, rootCertificateFile, isMutual };
}
