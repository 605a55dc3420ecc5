import type { TritonError } from "./model-error.ts";
import type { Tensor } from "./tensor.ts";

/** The value of a response's parameter; integers are whole numbers or bigints. */
export type ResponseParameter = string | number | bigint | boolean;

/** One answer to one request: outputs, or an error. */
export interface InferenceResponse {
  /** None unless given. Those that the client has not asked for are left out. */
  readonly outputs?: readonly Tensor[] | undefined;
  readonly parameters?:
    | Readonly<Record<string, ResponseParameter>>
    | ReadonlyMap<string, ResponseParameter>
    | undefined;
  readonly error?: TritonError | undefined;
}
