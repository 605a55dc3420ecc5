import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { CustomMetricScope } from "../../model/custom-metrics.ts";
import type { ModelHost } from "../../model/model-host.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { Tensor } from "../../model/tensor.ts";
import type { WaitingInstance } from "../../model/wait-graph.ts";
import { InferCall, type InferCallOwner } from "./infer-call.ts";
import { errorPayload, type JsonObject } from "./json-frame.ts";
import { logLine } from "./log-line.ts";
import { PayloadFields } from "./payload-fields.ts";
import { StubMetrics } from "./stub-metrics.ts";
import type { StubProcess } from "./stub-process.ts";
import { FINAL } from "./wire.ts";

/** Inferences that one stub may have asked for at a time. */
const INFER_CALLS_MAX = 10_000;

/** What calls are answered with. */
export interface StubCallsOptions {
  readonly host: ModelHost;
  readonly metrics: CustomMetricScope;
  readonly clock: Clock;
  readonly log: Logger;
  readonly instance: WaitingInstance;
}

/** Answers what one stub asks of the server. */
export class StubCalls implements InferCallOwner {
  readonly stub: StubProcess;
  readonly #options: StubCallsOptions;
  readonly #metrics: StubMetrics;
  readonly #calls = new Map<number, InferCall>();
  #isClosed = false;

  constructor(stub: StubProcess, options: StubCallsOptions) {
    this.stub = stub;
    this.#options = options;
    this.#metrics = new StubMetrics(options.metrics);
  }

  get host(): ModelHost {
    return this.#options.host;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  /** The inferences that have not been answered. */
  get openCallCount(): number {
    return this.#calls.size;
  }

  /** Answers a call, now or later. Takes ownership of its tensors. */
  onCall(id: number, payload: JsonObject, tensors: readonly Tensor[]): void {
    const method = payload["method"];
    if (method === "infer") {
      this.#infer(id, payload, tensors);
      return;
    }
    void this.#answer(String(method), payload, tensors)
      .catch((error: unknown) => failurePayload(error))
      .then((answer) => {
        releaseAll(tensors);
        this.stub.reply(id, FINAL, answer, []);
      });
  }

  /** Acts on a notification. What cannot be is only logged: nobody waits for an answer. */
  onNotify(payload: JsonObject): void {
    const method = String(payload["method"]);
    try {
      if (method === "log") {
        const fields = new PayloadFields(payload);
        logLine(this.#options.log, fields.text("level"), fields.text("message"));
      } else if (method === "infer_cancel") {
        this.#calls.get(new PayloadFields(payload).number("call"))?.cancel();
      } else if (!this.#metrics.notify(method, payload)) {
        throw new TritonError(StatusCode.InvalidArg, `there is no '${method}'`);
      }
    } catch (error) {
      this.#options.log.warning(`Python stub: ${tritonErrorFrom(error).message}`);
    }
  }

  /** The stub has ended: nobody waits for the answers any more. */
  close(): void {
    this.#isClosed = true;
    this.#metrics.close();
    for (const call of this.#calls.values()) {
      this.#endWait(call.request);
      call.cancel();
    }
  }

  /** @internal for InferCall */
  onCallEnd(call: InferCall): void {
    this.#calls.delete(call.id);
    this.#endWait(call.request);
  }

  #endWait(request: InferenceRequest | null): void {
    if (request !== null) {
      this.#options.host.waits.end(this.#options.instance, request);
    }
  }

  async #answer(
    method: string,
    payload: JsonObject,
    tensors: readonly Tensor[],
  ): Promise<JsonObject> {
    const { host } = this.#options;
    const fields = new PayloadFields(payload);
    switch (method) {
      case "load_model": {
        const config = fields.text("config");
        const files = tensors.map(
          ({ name, bytes }) => [name.replace(/^file:/, ""), Uint8Array.from(bytes)] as const,
        );
        await host.loadModel(fields.text("name"), {
          config: config === "" ? null : config,
          files: new Map(files),
        });
        return {};
      }
      case "unload_model": {
        const unloadDependents = fields.flag("unloadDependents");
        await host.unloadModel(fields.text("name"), { unloadDependents });
        return {};
      }
      case "is_model_ready": {
        const version = parseVersion(fields.text("version"));
        return { isReady: host.isModelReady(fields.text("name"), version) };
      }
      default: {
        const answer = this.#metrics.call(method, payload);
        if (answer === null) {
          throw new TritonError(StatusCode.InvalidArg, `there is no call '${method}'`);
        }
        return answer;
      }
    }
  }

  #infer(id: number, payload: JsonObject, tensors: readonly Tensor[]): void {
    if (this.#isClosed || this.#calls.size >= INFER_CALLS_MAX || this.#calls.has(id)) {
      releaseAll(tensors);
      const message = `a model instance has at most ${INFER_CALLS_MAX} inferences in flight`;
      const error = new TritonError(StatusCode.Unavailable, message);
      this.stub.reply(id, FINAL, failurePayload(error), []);
      return;
    }
    const call = new InferCall(this, id, tensors);
    this.#calls.set(id, call);
    const { instance } = this.#options;
    const isBlocking = payload["isBlocking"] === true;
    call.start(payload, (request) => !isBlocking || this.host.waits.begin(instance, request));
  }
}

/**
 * The version that a text begins with, as `std::stol` reads it.
 *
 * @throws {TritonError} InvalidArg if it is neither empty nor such a number, or below 0
 * @see Triton python_backend src/model_loader.cc, GetModelVersionFromString
 */
function parseVersion(text: string): bigint | null {
  if (text === "") {
    return null;
  }
  const match = /^\s*[+-]?\d+/.exec(text);
  const version = match === null ? null : BigInt(match[0].trim());
  if (version === null || BigInt.asIntN(64, version) !== version) {
    throw wrongVersion(`${text}' (details: stol)`);
  }
  if (version < 0n) {
    throw wrongVersion(`${text}'`);
  }
  return version;
}

function wrongVersion(text: string): TritonError {
  return new TritonError(
    StatusCode.InvalidArg,
    `failed to get model version from specified version string '${text}, version should be an integral value > 0`,
  );
}

function failurePayload(error: unknown): JsonObject {
  const { code, message } = tritonErrorFrom(error);
  return errorPayload(code, message);
}

function releaseAll(tensors: readonly Tensor[]): void {
  for (const { memory } of tensors) {
    memory?.release();
  }
}
