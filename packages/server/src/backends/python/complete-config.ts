import {
  type ModelConfig,
  modelConfigToJson,
  parseModelConfigJson,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { BackendSettings } from "./backend-settings.ts";
import { parseExactJson, stringifyExactJson } from "./exact-json.ts";
import { errorPayload, type JsonObject } from "./json-frame.ts";
import { logLine } from "./log-line.ts";
import { startFailure } from "./start-failure.ts";
import { type StubCommand, type StubListener, StubProcess } from "./stub-process.ts";
import { FINAL, FrameKind } from "./wire.ts";

/** What auto-completion needs. */
export interface CompletionOptions {
  readonly name: string;
  readonly config: ModelConfig;
  readonly model: JsonObject;
  readonly command: StubCommand;
  readonly settings: BackendSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Runs a model's `auto_complete_config` in a process of its own, which is then thrown away.
 *
 * @throws {TritonError} Internal with what the model says of a failure
 */
export async function completeConfig(options: CompletionOptions): Promise<ModelConfig> {
  const { settings, command, config, model, name, clock } = options;
  let cancelTimer = (): void => {};
  const stub: StubProcess = new StubProcess(
    { ...settings, command },
    listener(
      options,
      () => {
        cancelTimer();
      },
      () => stub,
    ),
  );
  cancelTimer = clock.setTimer(settings.startTimeoutMs, () => {
    stub.kill(`it did not start within ${settings.startTimeoutMs / 1000} seconds`);
  });
  try {
    const payload = { model, config: parseExactJson(modelConfigToJson(config) || "{}") };
    const result = await stub.command(FrameKind.AutoComplete, payload);
    return parseCompleted(stringifyExactJson(result["config"]));
  } catch (error) {
    throw stub.deathReason === null ? error : startFailure(stub, command, name);
  } finally {
    cancelTimer();
    stub.kill("its work is done");
    await stub.exited;
  }
}

function parseCompleted(text: string): ModelConfig {
  try {
    return parseModelConfigJson(text);
  } catch (cause) {
    throw new TritonError(StatusCode.Internal, "Failed to parse auto-complete JSON.", { cause });
  }
}

/** Nothing can be asked of the server at this time; what the model logs is logged. */
function listener(
  { log }: CompletionOptions,
  onStart: () => void,
  stub: () => StubProcess,
): StubListener {
  return {
    onExecuteDone() {},
    onResponse() {},
    onCall(id) {
      const message = "the server cannot be asked during auto-completion";
      stub().reply(id, FINAL, errorPayload(StatusCode.Unavailable, message), []);
    },
    onNotify(payload) {
      if (payload["method"] === "started") {
        onStart();
      } else if (payload["method"] === "log") {
        logLine(log, String(payload["level"]), String(payload["message"]));
      }
    },
    onDeath(reason) {
      log.verbose(1, `The auto-completion's stub has ended: ${reason}`);
    },
  };
}
