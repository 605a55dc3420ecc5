import type { ModelConfig } from "@nereid/protocol";
import { AlarmClock } from "../../base/alarm-clock.ts";
import type { Clock } from "../../base/clock.ts";
import type {
  Backend,
  BackendOptions,
  Instance,
  InstancePlacement,
  Model,
  ModelContext,
} from "../../model/backend.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import { checkIdentityConfig } from "./check-identity-config.ts";
import { IdentityInstance, type IdentityInstanceOptions } from "./identity-instance.ts";
import { executeDelayOf, type IdentitySettings, identitySettings } from "./identity-settings.ts";

const MS_PER_SECOND = 1000;

/**
 * The backend `identity`: for trying a server without a model. OUTPUT<index> is INPUT<index>; parameters of the configuration
 * delay its runs (`execute_delay_ms`, `instance_wise_delay_multiplier`) and its loads (`creation_delay_sec`).
 *
 * @see https://github.com/triton-inference-server/identity_backend
 */
export class IdentityBackend implements Backend {
  readonly name = "identity";
  readonly libraryPath = "built in";
  readonly #clock: Clock;
  readonly #alarmClock: AlarmClock;

  constructor({ clock }: Pick<BackendOptions, "clock">) {
    this.#clock = clock;
    this.#alarmClock = new AlarmClock({ clock, wait: null });
  }

  autoComplete(): Promise<ModelConfig | null> {
    return Promise.resolve(null);
  }

  /** Rejects with InvalidArg if the configuration is not an identity model's. */
  async createModel({ config }: ModelContext, spec: ModelSpec): Promise<Model> {
    checkIdentityConfig(config);
    const settings = identitySettings(config);
    const delayMs = settings.creationDelaySeconds * MS_PER_SECOND;
    if (delayMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(delayMs, resolve);
      });
    }
    return new IdentityModel(
      { model: spec, clock: this.#clock, alarmClock: this.#alarmClock },
      settings,
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class IdentityModel implements Model {
  readonly #options: Omit<IdentityInstanceOptions, "delayMs">;
  readonly #settings: IdentitySettings;
  #instanceCount = 0;

  constructor(options: Omit<IdentityInstanceOptions, "delayMs">, settings: IdentitySettings) {
    this.#options = options;
    this.#settings = settings;
  }

  createInstance(placement: InstancePlacement): Promise<Instance> {
    const delayMs = executeDelayOf(this.#settings, this.#instanceCount++);
    return Promise.resolve(new IdentityInstance(placement, { ...this.#options, delayMs }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
