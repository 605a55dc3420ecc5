import { RESTRICTED_APIS } from "../config/server-options.ts";
import { type FlagSpec, type FlagStatus, flag } from "./flag-spec.ts";
import { ParseError } from "./parse-error.ts";
import { parseRestriction } from "./parse-setting.ts";
import { asciiLowerCase, parseBoolean, parseInteger } from "./parse-value.ts";

const THREAD_COUNT_MIN = 2;
const THREAD_COUNT_MAX = 128;

const NEEDS_GRPC: FlagStatus = {
  kind: "refused",
  feature: "the gRPC front end",
  accepted: "any value with --allow-grpc=false",
  isRefused: (_value, draft) => draft.allowGrpc !== false,
};

/** The group GRPC. */
export const GRPC_FLAGS: readonly FlagSpec[] = [
  flag({
    name: "allow-grpc",
    group: "GRPC",
    argument: "boolean",
    defaultText: "true",
    help: "Whether the server answers gRPC requests. Without the flag it does not yet either, and says so in its log.",
    status: {
      kind: "refused",
      feature: "the gRPC front end",
      accepted: "false",
      isRefused: (_value, draft) => draft.allowGrpc === true,
    },
    apply(draft, value) {
      draft.allowGrpc = parseBoolean(value);
    },
  }),
  text("grpc-address", "0.0.0.0", "The address that the gRPC server listens on."),
  integer("grpc-port", "8001", "The port that the gRPC server listens on."),
  boolean(
    "reuse-grpc-port",
    "Whether several servers may listen on the gRPC port, each with this flag. All of them have to serve the same models.",
  ),
  text(
    "grpc-header-forward-pattern",
    "",
    "A regular expression (RE2 syntax, without regard to case). The metadata whose keys it finds a match in become parameters of the inference request.",
  ),
  integer(
    "grpc-infer-thread-count",
    "2",
    "How many threads serve inference over gRPC, 2 to 128.",
    (count) => {
      if (count < THREAD_COUNT_MIN || count > THREAD_COUNT_MAX) {
        throw new ParseError(
          "invalid argument for --grpc_infer_thread_count. Must be in the range 2 to 128.",
        );
      }
    },
  ),
  integer(
    "grpc-infer-allocation-pool-size",
    "8",
    "How many states of inference calls are kept for the next call. Calls beyond them cost an allocation each.",
  ),
  integer(
    "grpc-max-response-pool-size",
    "2147483647",
    "How many responses may wait in the queue of one call.",
    (size) => {
      if (size <= 0) {
        throw new ParseError("Error: --grpc-max-response-pool-size must be greater than 0.");
      }
    },
  ),
  boolean("grpc-use-ssl", "Whether gRPC is served over TLS."),
  boolean(
    "grpc-use-ssl-mutual",
    "Whether gRPC is served over TLS to clients with a certificate only. The flag turns --grpc-use-ssl on.",
  ),
  text("grpc-server-cert", "", "A file with the server's certificate in PEM, for --grpc-use-ssl."),
  text("grpc-server-key", "", "A file with the private key of that certificate in PEM."),
  text(
    "grpc-root-cert",
    "",
    "A file with the certificates in PEM that a client's certificate has to lead to.",
  ),
  flag({
    name: "grpc-infer-response-compression-level",
    group: "GRPC",
    argument: "string",
    defaultText: "none",
    help: "How hard inference responses are compressed: none, low, medium or high.",
    status: NEEDS_GRPC,
    apply(_draft, value) {
      if (!["none", "low", "medium", "high"].includes(asciiLowerCase(value))) {
        throw new ParseError("invalid argument for --grpc_infer_response_compression_level");
      }
    },
  }),
  integer(
    "grpc-keepalive-time",
    "7200000",
    "Milliseconds after which a keepalive ping is sent on a connection. The default is 2 hours.",
  ),
  integer(
    "grpc-keepalive-timeout",
    "20000",
    "Milliseconds that the answer to a keepalive ping may take before the connection is closed.",
  ),
  boolean(
    "grpc-keepalive-permit-without-calls",
    "Whether keepalive pings are sent on connections without calls too.",
  ),
  integer(
    "grpc-http2-max-pings-without-data",
    "2",
    "How many pings may be sent with nothing else to send; 0 is no limit.",
  ),
  integer(
    "grpc-http2-min-recv-ping-interval-without-data",
    "300000",
    "Milliseconds that a client has to wait from one ping to the next without calls. An earlier one is a strike against it.",
  ),
  integer(
    "grpc-http2-max-ping-strikes",
    "2",
    "How many strikes a connection may have before it is closed; 0 is no limit.",
  ),
  integer(
    "grpc-max-connection-age",
    "",
    "Milliseconds after which a connection is closed. Without the flag it may last for ever.",
  ),
  integer(
    "grpc-max-connection-age-grace",
    "",
    "Milliseconds that calls have to end in once their connection has reached that age.",
  ),
  flag({
    name: "grpc-restricted-protocol",
    group: "GRPC",
    argument: "<string>:<string>=<string>",
    defaultText: "",
    help: `Closes parts of the gRPC API to all but calls with certain metadata, as <protocols>:<key>=<value>: <protocols> are separated by commas, out of ${RESTRICTED_APIS.join(", ")}.`,
    isRepeatable: true,
    status: NEEDS_GRPC,
    apply(draft, value) {
      const kind = { flag: "grpc-restricted-protocol", feature: "protocol" } as const;
      draft.grpcRestrictedProtocols.push(
        parseRestriction(value, kind, draft.grpcRestrictedProtocols),
      );
    },
  }),
];

function text(name: string, defaultText: string, help: string): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "string",
    defaultText,
    help,
    status: NEEDS_GRPC,
    // Every text is a valid value, and nothing reads it while gRPC is off.
    apply() {},
  });
}

function integer(
  name: string,
  defaultText: string,
  help: string,
  check: (value: number) => void = () => {},
): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "integer",
    defaultText,
    help,
    status: NEEDS_GRPC,
    apply(_draft, value) {
      check(parseInteger(value));
    },
  });
}

function boolean(name: string, help: string): FlagSpec {
  return flag({
    name,
    group: "GRPC",
    argument: "boolean",
    defaultText: "false",
    help,
    status: NEEDS_GRPC,
    apply(_draft, value) {
      parseBoolean(value);
    },
  });
}
