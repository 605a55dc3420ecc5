import { identityModel, unknownOperatorModel } from "@nereid/onnx-writer";
import type { Mask } from "../look.ts";
import { onnxModel } from "../model-repository.ts";
import { type Case, type StartStep, type Suite, testCase } from "../suite.ts";

/** Leaves what is said besides the usage's options, log lines and tables. */
const MESSAGES: readonly Mask[] = [
  [/^[^\n]*?: (?=unrecognized option|option )/gm, "<program>: "],
  [/^Usage: .* \[options\]/m, "Usage: <program> [options]"],
  [/^(?: {2}--|\t)[^\n]*\n/gm, ""],
  [/^[A-Z][A-Za-z/ -]*:\n/gm, ""],
  [/^[IWEV]\d{4} [^\n]*\n/gm, ""],
  [/^[+|][^\n]*\n/gm, ""],
  // The second line of a backend's log message.
  [/^\{"cmdline".*\n/gm, ""],
  [/^Error: Failed to initialize NVML\n/gm, ""],
  [/\n{2,}/g, "\n"],
  [/^\n/, ""],
];

/** Leaves the rows of the tables. */
const TABLES: readonly Mask[] = [
  [/^(?!\|).*\n/gm, ""],
  [/ +/g, " "],
  [/(\| onnxruntime \| )\S+/, "$1<path>"],
  [/(\| server_version \| )\S+/, "$1<version>"],
  [/(\| min_supported_compute_capability \| )\S+/, "$1<capability>"],
  [/(\| Backend \|[\s\S]*?\n)((?:\| (?:python|identity|pytorch|openvino)[^\n]*\n)+)/, "$1"],
];

const QUIET = [
  "--allow-grpc=false",
  "--http-address=127.0.0.1",
  "--http-port=<http-port>",
  "--metrics-port=<metrics-port>",
];

/** A start that is expected to fail. */
function refused(name: string, ...flags: readonly string[]): Case {
  return testCase(name, { kind: "start", flags, stream: "stderr", masks: MESSAGES });
}

/** The same with a good repository. */
function refusedFlag(name: string, ...flags: readonly string[]): Case {
  return refused(name, "--model-repository=<repository>/good", ...QUIET, ...flags);
}

/** A start that works, stopped by a signal: what it prints. */
function started(
  signal: "SIGTERM" | "SIGINT",
  masks: readonly Mask[],
  ...flags: readonly string[]
): StartStep {
  return { kind: "start", flags: [...QUIET, ...flags], stream: "output", signal, masks };
}

const FLOATS = identityModel({ elementType: "FLOAT", dims: ["n"], isBatched: true });

/** Starting and stopping from the command line. */
export const cmdlineSuite: Suite = {
  name: "L0_cmdline",
  about: "the command line: refused flags, start-up failures, summary tables, exit codes",
  hasNoServer: true,
  // Several repositories, each a directory of this one.
  models: [
    { name: "good", files: { "model_a/1/model.onnx": FLOATS, "model_b/3/model.onnx": FLOATS } },
    {
      name: "broken",
      files: { "model_a/1/model.onnx": FLOATS, "model_c/1/model.onnx": unknownOperatorModel() },
    },
    { name: "twice", files: { "model_a/1/model.onnx": FLOATS } },
    { name: "empty", files: { "readme.txt": "no models" } },
  ].map(({ name, files }) => ({ ...onnxModel(name, FLOATS), files })),
  flags: [],
  cases: [
    refused("help", "--help"),
    refused("no_repository"),
    refused("unknown_flag", "--nonsense"),
    refused("unknown_flag_with_value", "--nonsense=1"),
    refused("boolean_without_value", "--exit-on-error"),
    refusedFlag("boolean_word", "--exit-on-error=maybe"),
    refusedFlag("boolean_empty", "--exit-on-error="),
    refusedFlag("flag_prefix", "--exit-on-err=maybe"),
    refusedFlag("integer_word", "--http-thread-count=many"),
    refusedFlag("integer_too_large", "--http-thread-count=99999999999"),
    refusedFlag("integer_empty", "--http-thread-count="),
    refusedFlag("positional", "something"),
    refusedFlag("load_model_without_explicit", "--load-model=model_a"),
    refusedFlag("control_mode_unknown", "--model-control-mode=maybe"),
    refusedFlag("log_format_unknown", "--log-format=json"),
    refusedFlag("model_config_name_empty", "--model-config-name="),
    refusedFlag("restricted_unknown", "--http-restricted-api=foo:a=b"),
    refusedFlag("restricted_format", "--http-restricted-api=health"),
    refusedFlag("restricted_format_no_value", "--http-restricted-api=health:key"),
    refusedFlag(
      "restricted_twice",
      "--http-restricted-api=health:a=b",
      "--http-restricted-api=health,inference:c=d",
    ),
    refusedFlag("backend_config_format", "--backend-config=onnxruntime"),
    refusedFlag("backend_config_no_backend", "--backend-config=,k=v"),
    refusedFlag("rate_limit_unknown", "--rate-limit=some"),
    refusedFlag("rate_limit_resource_format", "--rate-limit-resource=R1"),
    refusedFlag("trace_mode_unknown", "--trace-config=mode=other"),
    refusedFlag("trace_level_unknown", "--trace-config=level=some"),
    refusedFlag("metrics_config_format", "--metrics-config=abc"),
    refusedFlag("host_policy_format", "--host-policy=abc"),
    refusedFlag("max_input_size_zero", "--http-max-input-size=0"),
    refused(
      "ports_collide",
      "--model-repository=<repository>/good",
      "--allow-grpc=false",
      "--http-port=<http-port>",
      "--metrics-port=<http-port>",
    ),
    refused("repository_missing", "--model-repository=<repository>/none", ...QUIET),
    refused("repository_is_a_file", "--model-repository=<repository>/empty/readme.txt", ...QUIET),
    refused("model_broken", "--model-repository=<repository>/broken", ...QUIET),
    refused(
      "model_unknown",
      "--model-repository=<repository>/good",
      ...QUIET,
      "--model-control-mode=explicit",
      "--load-model=nothing",
    ),
    refused(
      "wildcard_and_name",
      "--model-repository=<repository>/good",
      ...QUIET,
      "--model-control-mode=explicit",
      "--load-model=*",
      "--load-model=model_a",
    ),
    refused(
      "model_in_two_repositories",
      "--model-repository=<repository>/good",
      "--model-repository=<repository>/twice",
      ...QUIET,
    ),
    testCase("tables", started("SIGTERM", TABLES, "--model-repository=<repository>/good")),
    testCase(
      "tables_explicit",
      started(
        "SIGINT",
        TABLES,
        "--model-store",
        "<repository>/good",
        "--model-control-mode=EXPLICIT",
        "--load-model=model_b",
        "--id=me",
        "--strict-readiness=off",
        "--exit-timeout-secs=5",
        "--log-verbose=0",
        "--rate-limit=off",
        "--disable-auto-complete-config",
        "--exit-on-error=0",
        "--model-config-name=special",
      ),
    ),
    testCase(
      "tables_of_broken",
      started("SIGTERM", TABLES, "--model-repository=<repository>/broken", "--exit-on-error=false"),
    ),
    testCase("no_models", started("SIGTERM", TABLES, "--model-repository=<repository>/empty")),
    testCase(
      "two_repositories",
      started(
        "SIGTERM",
        TABLES,
        "--model-repository=<repository>/good",
        "--model-repository=<repository>/empty",
      ),
    ),
  ],
};
