import type { ModelConfig, TritonError } from "@nereid/protocol";
import { invalidConfig } from "./invalid-config.ts";

/** Entries of one parameter at most. */
export const PARAMETER_ENTRY_COUNT_MAX = 1024;

/** A parameter of a model's configuration that is ours, not Triton's: its text is `left=right; left=right; …`. */
export class OwnParameter {
  readonly key: string;
  readonly #model: string;
  readonly #text: string | null;

  constructor(config: ModelConfig, key: string) {
    this.key = key;
    this.#model = config.name;
    this.#text = Object.hasOwn(config.parameters, key)
      ? (config.parameters[key]?.stringValue ?? "")
      : null;
  }

  get isGiven(): boolean {
    return this.#text !== null;
  }

  /** The whole text, without white space around it; null if the parameter is not given. */
  get text(): string | null {
    return this.#text?.trim() ?? null;
  }

  /** What is wrong with it. */
  error(message: string): TritonError {
    return invalidConfig(`parameter '${this.key}' of model '${this.#model}': ${message}`);
  }

  /**
   * The entries in their order, white space around both sides taken away; none if the parameter is not given.
   *
   * @throws {TritonError} InvalidArg if there are none in it or too many, or one has no two sides
   */
  entries(): readonly (readonly [left: string, right: string])[] {
    if (this.#text === null) {
      return [];
    }
    const parts = this.#text.split(";").map((part) => part.trim());
    // A separator at the end separates nothing.
    if (parts.at(-1) === "") {
      parts.pop();
    }
    if (parts.length === 0) {
      throw this.error("it is empty");
    }
    if (parts.length > PARAMETER_ENTRY_COUNT_MAX) {
      throw this.error(`it has ${parts.length} entries, ${PARAMETER_ENTRY_COUNT_MAX} are allowed`);
    }
    return parts.map((part) => {
      const index = part.indexOf("=");
      const [left, right] = [part.slice(0, index).trim(), part.slice(index + 1).trim()];
      if (index < 0 || left === "" || right === "") {
        throw this.error(`'${part}' is not of the form name=value`);
      }
      return [left, right];
    });
  }
}
