import type {
  ModelConfigBuilder,
  ModelConfigJson,
  TensorConfig,
  TensorConfigJson,
} from "../api/model-config-builder.ts";

/** Scheduling choices, as the JSON names them. */
const CHOICES = ["dynamic_batching", "sequence_batching", "ensemble_scheduling"] as const;

/**
 * What a model changes of its configuration. The rules and messages are the Python backend's.
 *
 * @see python_backend src/resources/triton_python_backend_utils.py, ModelConfig
 */
export class ConfigBuilder implements ModelConfigBuilder {
  readonly #model: string;
  readonly #config: Record<string, unknown>;

  constructor(config: ModelConfigJson) {
    this.#model = config.name ?? "";
    this.#config = structuredClone(config);
  }

  get config(): ModelConfigJson {
    return this.#config;
  }

  setMaxBatchSize(size: number): this {
    const configured = this.config.max_batch_size ?? 0;
    if (configured > size) {
      throw new Error(
        `configuration specified max_batch_size ${configured}, but in auto-complete-config function for ` +
          `model '${this.#model}' specified max_batch_size ${size}`,
      );
    }
    this.#config["max_batch_size"] = size;
    return this;
  }

  setDynamicBatching(): this {
    const choice = CHOICES.find((name) => this.#config[name] !== undefined);
    if (choice !== undefined && choice !== "dynamic_batching") {
      throw new Error(
        `Configuration specified scheduling_choice as '${choice}', but auto-complete-config function for ` +
          `model '${this.#model}' tries to set scheduling_choice as 'dynamic_batching'`,
      );
    }
    this.#config["dynamic_batching"] ??= {};
    return this;
  }

  setDecoupled(isDecoupled: boolean): this {
    const policy = this.#config["model_transaction_policy"];
    const configured =
      typeof policy === "object" && policy !== null && "decoupled" in policy
        ? policy.decoupled
        : undefined;
    if (configured !== undefined && configured !== isDecoupled) {
      throw new Error(
        `trying to change decoupled property in auto-complete-config for model '${this.#model}', which is ` +
          `already set to '${JSON.stringify(configured)}'.`,
      );
    }
    this.#config["model_transaction_policy"] = { decoupled: isDecoupled };
    return this;
  }

  addInput(input: TensorConfig & { readonly isOptional?: boolean }): this {
    return this.#add("input", input, input.isOptional ?? false);
  }

  addOutput(output: TensorConfig): this {
    return this.#add("output", output, false);
  }

  #add(kind: "input" | "output", wanted: TensorConfig, isOptional: boolean): this {
    this.#checkComplete(kind, wanted);
    const tensors = [...(this.config[kind] ?? [])];
    const index = tensors.findIndex(({ name }) => name === wanted.name);
    const configured = tensors[index];
    const dataType = `TYPE_${wanted.datatype === "BYTES" ? "STRING" : wanted.datatype}`;
    if (configured !== undefined) {
      this.#checkEqual(kind, configured, wanted, dataType);
    }
    const tensor = {
      ...configured,
      name: wanted.name,
      data_type: dataType,
      dims: wanted.dims.map(String),
      ...(isOptional ? { optional: true } : {}),
    };
    tensors.splice(index < 0 ? tensors.length : index, 1, tensor);
    this.#config[kind] = tensors;
    return this;
  }

  #checkComplete(kind: string, wanted: Partial<TensorConfig>): void {
    if (wanted.name === undefined) {
      throw new Error(
        `${kind} in auto-complete-config function for model '${this.#model}' is missing 'name' property.`,
      );
    }
    for (const field of ["datatype", "dims"] as const) {
      if (wanted[field] === undefined) {
        throw new Error(
          `${kind} '${wanted.name}' in auto-complete-config function for model '${this.#model}' is missing ` +
            `'${field}' property.`,
        );
      }
    }
  }

  #checkEqual(
    kind: string,
    configured: TensorConfigJson,
    { name, dims }: TensorConfig,
    dataType: string,
  ): void {
    if (configured.data_type !== "TYPE_INVALID" && configured.data_type !== dataType) {
      throw new Error(
        `unable to load model '${this.#model}', configuration expects datatype ${configured.data_type} for ` +
          `${kind} '${name}', model provides ${dataType}`,
      );
    }
    const given = configured.dims.map(Number);
    if (given.length > 0 && given.join() !== dims.join()) {
      throw new Error(
        `model '${this.#model}', tensor '${name}': the model expects dims [${dims.join(",")}] but the model ` +
          `configuration specifies dims [${given.join(",")}]`,
      );
    }
  }
}
