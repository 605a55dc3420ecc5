import { type Suite, send, testCase } from "../suite.ts";
import { CONFIG_MODELS } from "./model-config-models.ts";

// Maps, and the tensors of completed models with several of them.
const ANY_ORDER: ReadonlySet<string> = new Set([
  "auto_no_shape",
  "auto_two_outputs",
  "auto_output_given",
  "auto_input_given",
  "field_parameters",
  "field_metric_tags",
  "field_dynamic_priorities",
]);

/** The complete configuration of models that differ in one thing each. */
export const modelConfigSuite: Suite = {
  name: "L0_model_config",
  about: "the normalised and completed configuration, as /config shows it",
  models: CONFIG_MODELS,
  flags: ["--model-control-mode=explicit", "--load-model=*", "--exit-on-error=false"],
  cases: [
    ...CONFIG_MODELS.map(({ name }) =>
      testCase(name, send(`/v2/models/${name}/config`, { anyOrder: ANY_ORDER.has(name) })),
    ),
    testCase("version_of_many", send("/v2/models/versions_many/versions/3/config")),
    testCase("version_not_loaded", send("/v2/models/versions_many/versions/1/config")),
    testCase("metadata_of_scalar", send("/v2/models/auto_scalar")),
    testCase("metadata_of_scalar_batched", send("/v2/models/auto_scalar_batched")),
    testCase("metadata_of_reshape", send("/v2/models/io_reshape")),
    testCase("metadata_of_many_versions", send("/v2/models/versions_many")),
    testCase("metadata_of_one_version", send("/v2/models/versions_many/versions/12")),
    testCase("metadata_of_odd_versions", send("/v2/models/versions_odd_names")),
    testCase(
      "index",
      send("/v2/repository/index", {
        method: "POST",
        masks: [
          [/\{"name":"(?!auto_|versions_)[^}]*\},?/g, ""],
          [/,\]$/, "]"],
        ],
      }),
    ),
  ],
};
