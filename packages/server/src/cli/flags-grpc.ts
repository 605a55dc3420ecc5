import { type GrpcCompressionLevel, RESTRICTED_APIS } from "../config/server-options.ts";
import { type FlagSpec, flag } from "./flag-spec.ts";
import type { OptionsDraft } from "./options-draft.ts";
import { ParseError } from "./parse-error.ts";
import { parseRestriction } from "./parse-setting.ts";
import { asciiLowerCase, parseBoolean, parseInteger } from "./parse-value.ts";

const THREAD_COUNT_MIN = 2;
const THREAD_COUNT_MAX = 128;
const PORT_MAX = 65535;
const RESPONSE_POOL_SIZE_DEFAULT = 2147483647;
const COMPRESSION_LEVELS: readonly GrpcCompressionLevel[] = ["none", "low", "medium", "high"];

type KeepaliveDraft = OptionsDraft["grpcKeepalive"];

/** The group GRPC. */
export const GRPC_FLAGS: readonly FlagSpec[] = [
  boolean(
    "allow-grpc",
    ({ grpc }, value) => {
      grpc.isAllowed = value;
    },
    "Whether the server answers gRPC requests.",
    "true",
  ),
  text("grpc-address", "address", "0.0.0.0", "The address that the gRPC server listens on."),
  integer(
    "grpc-port",
    "8001",
    ({ grpc }, port) => {
      if (port < 0 || port > PORT_MAX) {
        throw new ParseError(`a port is between 0 and ${PORT_MAX}. Got ${port}\n`);
      }
      grpc.port = port;
    },
    "The port that the gRPC server listens on; 0 takes any free port.",
  ),
  boolean(
    "reuse-grpc-port",
    ({ grpc }, value) => {
      grpc.reusePort = value;
    },
    "Whether several servers may listen on the gRPC port, each with this flag. All of them have to serve the same models.",
  ),
  text(
    "grpc-header-forward-pattern",
    "headerForwardPattern",
    "",
    "A regular expression (RE2 syntax, without regard to case). The metadata whose keys it finds a match in become parameters of the inference request.",
  ),
  integer(
    "grpc-infer-thread-count",
    "2",
    (_draft, count) => {
      if (count < THREAD_COUNT_MIN || count > THREAD_COUNT_MAX) {
        throw new ParseError(
          "invalid argument for --grpc_infer_thread_count. Must be in the range 2 to 128.",
        );
      }
    },
    "How many threads serve inference over gRPC, 2 to 128. Here one event loop serves all of it: any number does the same.",
  ),
  integer(
    "grpc-infer-allocation-pool-size",
    "8",
    () => {},
    "How many states of inference calls are kept for the next call. Here none has to be: any number does the same.",
  ),
  flag({
    name: "grpc-max-response-pool-size",
    group: "GRPC",
    argument: "integer",
    defaultText: String(RESPONSE_POOL_SIZE_DEFAULT),
    help: "How many answers of a decoupled model to one request may wait for a client that reads slowly, before the model is asked to wait.",
    apply({ grpc }, value) {
      const size = parseInteger(value);
      if (size <= 0) {
        throw new ParseError("Error: --grpc-max-response-pool-size must be greater than 0.");
      }
      grpc.responsePoolSize = size;
    },
  }),
  boolean(
    "grpc-use-ssl",
    ({ grpcTls }, value) => {
      grpcTls.isUsed = value;
    },
    "Whether gRPC is served over TLS. Needs --grpc-server-cert and --grpc-server-key.",
  ),
  boolean(
    "grpc-use-ssl-mutual",
    ({ grpcTls }, value) => {
      grpcTls.isMutual = value;
      grpcTls.isUsed = true;
    },
    "Whether gRPC is served over TLS to clients with a certificate only, which needs --grpc-root-cert. The flag turns --grpc-use-ssl on, with either value.",
  ),
  tlsFile("grpc-server-cert", "certificateFile", "A file with the server's certificate in PEM."),
  tlsFile("grpc-server-key", "keyFile", "A file with the private key of that certificate in PEM."),
  tlsFile(
    "grpc-root-cert",
    "rootCertificateFile",
    "A file with the certificates in PEM that a client's certificate has to lead to.",
  ),
  flag({
    name: "grpc-infer-response-compression-level",
    group: "GRPC",
    argument: "string",
    defaultText: "none",
    help: "Whether inference responses are compressed for clients that accept it: none, low (gzip first), medium or high (deflate first).",
    apply({ grpc }, value) {
      const level = COMPRESSION_LEVELS.find((known) => known === asciiLowerCase(value));
      if (level === undefined) {
        throw new ParseError("invalid argument for --grpc_infer_response_compression_level");
      }
      grpc.responseCompressionLevel = level;
    },
  }),
  keepalive(
    "grpc-keepalive-time",
    "timeMs",
    "7200000",
    "Milliseconds after which a keepalive ping is sent on a silent connection. The default is 2 hours.",
  ),
  keepalive(
    "grpc-keepalive-timeout",
    "timeoutMs",
    "20000",
    "Milliseconds that the answer to a keepalive ping may take before the connection is closed.",
  ),
  boolean(
    "grpc-keepalive-permit-without-calls",
    ({ grpcKeepalive }, value) => {
      grpcKeepalive.permitsWithoutCalls = value;
    },
    "Whether keepalive pings are sent on connections without calls too.",
  ),
  keepalive(
    "grpc-http2-max-pings-without-data",
    "pingsWithoutDataMax",
    "2",
    "How many pings may be sent with nothing else to send; 0 is no limit.",
  ),
  keepalive(
    "grpc-http2-min-recv-ping-interval-without-data",
    "recvPingIntervalWithoutDataMsMin",
    "300000",
    "Milliseconds that a client has to wait from one ping to the next without calls. An earlier one is a strike against it.",
  ),
  keepalive(
    "grpc-http2-max-ping-strikes",
    "pingStrikesMax",
    "2",
    "How many strikes a connection may have before it is closed; 0 is no limit.",
  ),
  keepalive(
    "grpc-max-connection-age",
    "connectionAgeMsMax",
    "",
    "Milliseconds after which a connection is closed. Without the flag, or with 0, it may last for ever.",
  ),
  keepalive(
    "grpc-max-connection-age-grace",
    "connectionAgeGraceMs",
    "",
    "Milliseconds that calls have to end in once their connection has reached that age. Without the flag, or with 0, they have all the time they need.",
  ),
  flag({
    name: "grpc-restricted-protocol",
    group: "GRPC",
    argument: "<string>:<string>=<string>",
    defaultText: "",
    help: `Closes parts of the gRPC API to all but calls with certain metadata, as <protocols>:<key>=<value>: <protocols> are separated by commas, out of ${RESTRICTED_APIS.join(", ")}. Clients send the key with triton-grpc-protocol- in front.`,
    isRepeatable: true,
    apply(draft, value) {
      const kind = { flag: "grpc-restricted-protocol", feature: "protocol" } as const;
      draft.grpcRestrictedProtocols.push(
        parseRestriction(value, kind, draft.grpcRestrictedProtocols),
      );
    },
  }),
];

function text(
  name: string,
  key: "address" | "headerForwardPattern",
  defaultText: string,
  help: string,
): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "string",
    defaultText,
    help,
    apply({ grpc }, value) {
      grpc[key] = value;
    },
  });
}

function tlsFile(
  name: string,
  key: "certificateFile" | "keyFile" | "rootCertificateFile",
  help: string,
): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "string",
    defaultText: "",
    help,
    apply({ grpcTls }, value) {
      grpcTls[key] = value;
    },
  });
}

function integer(
  name: string,
  defaultText: string,
  set: (draft: OptionsDraft, value: number) => void,
  help: string,
): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "integer",
    defaultText,
    help,
    apply(draft, value) {
      set(draft, parseInteger(value));
    },
  });
}

function keepalive(
  name: string,
  key: Exclude<keyof KeepaliveDraft, "permitsWithoutCalls">,
  defaultText: string,
  help: string,
): FlagSpec {
  return integer(
    name,
    defaultText,
    ({ grpcKeepalive }, value) => {
      if (value < 0) {
        throw new ParseError(`--${name} cannot be negative. Got ${value}\n`);
      }
      grpcKeepalive[key] = value;
    },
    help,
  );
}

function boolean(
  name: string,
  set: (draft: OptionsDraft, value: boolean) => void,
  help: string,
  defaultText: "true" | "false" = "false",
): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "boolean",
    defaultText,
    help,
    apply(draft, value) {
      set(draft, parseBoolean(value));
    },
  });
}
