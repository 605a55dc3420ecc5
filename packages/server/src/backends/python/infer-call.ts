import { type ParameterValue, StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { ModelHandle, ModelHost } from "../../model/model-host.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { Tensor } from "../../model/tensor.ts";
import { circleError } from "../../model/wait-graph.ts";
import { parametersFrom } from "./decode-outcomes.ts";
import { errorPayload, type JsonObject } from "./json-frame.ts";
import { PayloadFields } from "./payload-fields.ts";
import type { StubProcess } from "./stub-process.ts";
import { FINAL } from "./wire.ts";
import { WireError } from "./wire-error.ts";

const SEQUENCE_START = 1;
const SEQUENCE_END = 2;
const UINT64_MAX = 2n ** 64n - 1n;

/** Whose calls these are. */
export interface InferCallOwner {
  readonly stub: StubProcess;
  readonly host: ModelHost;
  readonly clock: Clock;
  onCallEnd(call: InferCall): void;
}

/**
 * An inference that a model has asked for. Owns its inputs, which the stub has written, until the request's end.
 *
 * @see Triton python_backend src/request_executor.cc
 */
export class InferCall implements ResponseSender {
  readonly id: number;
  readonly #owner: InferCallOwner;
  readonly #inputs: readonly Tensor[];
  #request: InferenceRequest | null = null;
  #hasEnded = false;

  constructor(owner: InferCallOwner, id: number, inputs: readonly Tensor[]) {
    this.#owner = owner;
    this.id = id;
    this.#inputs = inputs;
  }

  /** null if there never was one: the model cannot be asked, or not so. */
  get request(): InferenceRequest | null {
    return this.#request;
  }

  /**
   * Asks the model. What goes wrong is the call's answer.
   *
   * @param beginWait notes that the model waits from now on; false if it would do so for ever
   */
  start(payload: JsonObject, beginWait: (request: InferenceRequest) => boolean): void {
    const name = String(payload["model"]);
    let isCircle = false;
    try {
      const handle = this.#target(payload, name);
      const request = this.#createRequest(handle, payload);
      this.#request = request;
      isCircle = !beginWait(request);
      if (isCircle) {
        throw circleError(handle.spec);
      }
      handle.enqueue(request);
    } catch (error) {
      const { message } = tritonErrorFrom(error);
      // Whatever it was: Triton keeps the codes of answers only.
      const failure = errorPayload(
        StatusCode.Internal,
        `Model ${name} - Error when running inference: ${message}`,
      );
      this.#reply(FINAL, isCircle ? { ...failure, isCircle } : failure, []);
      this.#end();
    }
  }

  /** Nobody waits for the answer any more. It still comes. */
  cancel(): void {
    this.#request?.cancel();
  }

  send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    const flags = isFinal ? FINAL : 0;
    const error = response?.error ?? null;
    if (error !== null) {
      this.#reply(flags, errorPayload(error.code, error.message), []);
    } else if (response === null) {
      this.#reply(flags, { isEmpty: true }, []);
    } else {
      const { parameters, outputs } = response;
      const members = parameters === null ? null : Object.fromEntries(parameters);
      this.#reply(flags, { parameters: members }, outputs);
    }
    response?.release();
    if (isFinal) {
      this.#end();
    }
  }

  #target(payload: JsonObject, name: string): ModelHandle {
    const number = new PayloadFields(payload).number("version");
    const handle = lookUp(this.#owner.host, name, number < 0 ? null : BigInt(number));
    if (handle.spec.isDecoupled && payload["isDecoupled"] !== true) {
      throw new TritonError(
        StatusCode.Internal,
        `Model ${name} is using the decoupled. The current BLS request call doesn't support models using the ` +
          "decoupled transaction policy. Please use 'decoupled=True' argument to the 'exec' or 'async_exec' calls for " +
          "decoupled models.'",
      );
    }
    return handle;
  }

  #createRequest({ spec }: ModelHandle, payload: JsonObject): InferenceRequest {
    const fields = new PayloadFields(payload);
    const request = new InferenceRequest(spec, this, this.#owner.clock.nowNs());
    const flags = fields.number("flags");
    request.id = fields.text("requestId");
    request.correlationId = correlationFrom(payload["correlationId"]);
    request.isSequenceStart = (flags & SEQUENCE_START) !== 0;
    request.isSequenceEnd = (flags & SEQUENCE_END) !== 0;
    request.timeoutUs = fields.number("timeoutUs");
    const outputs = fields.texts("requestedOutputs");
    request.requestedOutputs = outputs === null || outputs.length === 0 ? null : outputs;
    request.parameters = parametersOf(payload["parameters"]);
    request.inputs = [...this.#inputs];
    return request;
  }

  #reply(flags: number, payload: JsonObject, outputs: readonly Tensor[]): void {
    const { stub } = this.#owner;
    try {
      stub.reply(this.id, flags, payload, outputs);
    } catch (error) {
      const { code, message } = tritonErrorFrom(error);
      stub.reply(this.id, flags, errorPayload(code, message), []);
    }
  }

  #end(): void {
    assert(!this.#hasEnded, "a call ends once");
    this.#hasEnded = true;
    for (const { memory } of this.#inputs) {
      memory?.release();
    }
    this.#owner.onCallEnd(this);
  }
}

/**
 * A model that can be asked. One whose process is being started again can: as for a client, the request waits. (In Triton it
 * is not ready then, but there it never will be.)
 *
 * @throws {TritonError} Internal if there is none
 */
function lookUp(host: ModelHost, name: string, version: bigint | null): ModelHandle {
  try {
    return host.getModel(name, version);
  } catch (cause) {
    throw new TritonError(
      StatusCode.Internal,
      `Failed for execute the inference request. Model '${name}' is not ready.`,
      { cause },
    );
  }
}

function correlationFrom(value: unknown): bigint | string {
  if (typeof value === "string") {
    return value;
  }
  const number = typeof value === "number" ? BigInt(Math.trunc(value)) : value;
  if (typeof number !== "bigint" || number < 0n || number > UINT64_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      "a correlation id is a text or a number of 64 bits",
    );
  }
  return number;
}

function parametersOf(value: unknown): Map<string, ParameterValue> | null {
  try {
    const parameters = parametersFrom(value ?? {});
    return parameters.size === 0 ? null : parameters;
  } catch (error) {
    if (error instanceof WireError) {
      throw new TritonError(StatusCode.Internal, "Unsupported value type on parameters");
    }
    throw error;
  }
}
