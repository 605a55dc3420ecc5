import type { ModelConfig } from "@nereid/protocol";
import { AlarmClock } from "../../base/alarm-clock.ts";
import type {
  Backend,
  BackendOptions,
  Instance,
  InstancePlacement,
  Model,
  ModelContext,
} from "../../model/backend.ts";
import type { PacedRequestsOptions } from "../paced-requests.ts";
import { checkSquareConfig } from "./check-square-config.ts";
import { SquareInstance } from "./square-instance.ts";
import { type SquareSettings, squareSettings } from "./square-settings.ts";

/**
 * The backend `square`: for trying decoupled models and their statistics. IN is one number, n, and comes back as OUT in n
 * answers; parameters of the configuration delay them, or let the last ones fail or be empty.
 *
 * @see https://github.com/triton-inference-server/square_backend
 */
export class SquareBackend implements Backend {
  readonly name = "square";
  readonly libraryPath = "built in";
  readonly #options: PacedRequestsOptions;

  constructor({ clock }: Pick<BackendOptions, "clock">) {
    this.#options = { clock, alarmClock: new AlarmClock({ clock, wait: null }) };
  }

  autoComplete(): Promise<ModelConfig | null> {
    return Promise.resolve(null);
  }

  /** Rejects with InvalidArg if the configuration is not a square model's. */
  async createModel({ config }: ModelContext): Promise<Model> {
    checkSquareConfig(config);
    return new SquareModel(this.#options, squareSettings(config));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class SquareModel implements Model {
  readonly #options: PacedRequestsOptions;
  readonly #settings: SquareSettings;

  constructor(options: PacedRequestsOptions, settings: SquareSettings) {
    this.#options = options;
    this.#settings = settings;
  }

  createInstance(placement: InstancePlacement): Promise<Instance> {
    return Promise.resolve(new SquareInstance(placement, this.#options, this.#settings));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
