import { type ModelConfig, StatusCode, TritonError } from "@nereid/protocol";

const VALUE_MAX = 2 ** 31 - 1;

/** What an identity model's parameters say. */
export interface IdentitySettings {
  /** How long a run takes. */
  readonly executeDelayMs: number;
  /** The run of the n-th instance takes so many times n as long, but at least once; 0: all instances alike. */
  readonly instanceDelayMultiplier: number;
  /** How long a load takes. */
  readonly creationDelaySeconds: number;
}

/** @throws {TritonError} InvalidArg, naming the parameter, for what is no number from 0 to 2^31-1 */
export function identitySettings({ parameters }: ModelConfig): IdentitySettings {
  const numberOf = (key: string): number => {
    if (!Object.hasOwn(parameters, key)) {
      return 0;
    }
    const text = parameters[key]?.stringValue ?? "";
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= VALUE_MAX)) {
      throw new TritonError(
        StatusCode.InvalidArg,
        `expected parameter '${key}' to be a number from 0 to ${VALUE_MAX}, got '${text}'`,
      );
    }
    return value;
  };
  return {
    executeDelayMs: numberOf("execute_delay_ms"),
    instanceDelayMultiplier: numberOf("instance_wise_delay_multiplier"),
    creationDelaySeconds: numberOf("creation_delay_sec"),
  };
}

/** How long a run of the instance with this index takes. */
export function executeDelayOf(settings: IdentitySettings, instanceIndex: number): number {
  const { executeDelayMs, instanceDelayMultiplier } = settings;
  return executeDelayMs * Math.max(instanceDelayMultiplier * instanceIndex, 1);
}
