import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { ModelContext } from "../../model/backend.ts";
import type { CustomMetrics } from "../../model/custom-metrics.ts";
import type { ModelHost } from "../../model/model-host.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { BackendSettings } from "./backend-settings.ts";
import type { JsonObject } from "./json-frame.ts";
import type { StubCommand } from "./stub-process.ts";

/** How a model is described to its stubs. */
export interface StubDescription {
  /** The `M` of PROTOCOL.md. */
  readonly model: JsonObject;
  /** The configuration as `initialize` gets it. */
  readonly configJson: string;
}

/** What the instances of a model have in common. */
export interface PythonModelParts {
  readonly spec: ModelSpec;
  readonly context: ModelContext;
  readonly settings: BackendSettings;
  readonly command: StubCommand;
  readonly host: ModelHost;
  readonly metrics: CustomMetrics;
  readonly clock: Clock;
  readonly log: Logger;
  describe(instanceName: string): StubDescription;
}
