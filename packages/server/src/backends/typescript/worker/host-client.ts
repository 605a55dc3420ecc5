import type { HostRequest, HostResponse, LoadOptions } from "../api/host.ts";
import type { MetricFamily, MetricFamilyDefinition } from "../api/metric-family.ts";
import { ERROR_CODES, TritonError } from "../api/model-error.ts";
import type { LogLevel, ModelRuntime } from "../api/runtime.ts";
import { Tensor } from "../api/tensor.ts";
import type { ContentReader } from "../wire/content-reader.ts";
import type { NumberedAnswer, Question, Remark } from "../wire/json-messages.ts";
import { readOutcome, type WireOutcome } from "../wire/outcome-codec.ts";
import { WorkerRecord } from "../wire/records.ts";
import { writeRequest } from "../wire/request-codec.ts";
import { type TensorFinder, TensorPlace } from "../wire/tensor-place.ts";
import type { ThreadLink } from "../wire/thread-link.ts";
import { AnswerQueue } from "./answer-queue.ts";
import { createRemoteFamily, type MetricLine } from "./metric-client.ts";
import type { WorkerBuffers } from "./worker-buffers.ts";

/** Longer log lines are cut. */
const LOG_LINE_SIZE_MAX: number = 64 * 1024;

interface PendingCall {
  onAnswer(outcome: WireOutcome, isFinal: boolean): void;
}

interface PendingQuestion {
  readonly resolve: (value: number | boolean) => void;
  readonly reject: (error: TritonError) => void;
}

/** What a model calls of the server, sent over the link. */
export class HostClient implements ModelRuntime, MetricLine {
  readonly #link: () => ThreadLink;
  readonly #buffers: WorkerBuffers;
  readonly #calls = new Map<number, PendingCall>();
  readonly #questions = new Map<number, PendingQuestion>();
  #lastNumber = 0;

  constructor(link: () => ThreadLink, buffers: WorkerBuffers) {
    this.#link = link;
    this.#buffers = buffers;
  }

  async infer(request: HostRequest): Promise<HostResponse> {
    const answers = this.#call(request, false);
    const response = await answers.next();
    if (response === null) {
      throw new TritonError("expected a single response, got 0");
    }
    return response;
  }

  async *stream(request: HostRequest): AsyncGenerator<HostResponse> {
    const answers = this.#call(request, true);
    try {
      for (;;) {
        const response = await answers.next();
        if (response === null) {
          return;
        }
        yield response;
      }
    } finally {
      answers.close();
    }
  }

  async isModelReady(name: string, version: bigint | number | undefined): Promise<boolean> {
    const text = version === undefined ? null : String(version);
    return Boolean(await this.ask({ ask: "isModelReady", name: String(name), version: text }));
  }

  async loadModel(name: string, { config, files = {} }: LoadOptions): Promise<void> {
    await this.ask({
      ask: "loadModel",
      name: String(name),
      config: config ?? null,
      files: Object.entries(files).map(([path, bytes]) => [
        path,
        Buffer.from(bytes).toString("base64"),
      ]),
    });
  }

  async unloadModel(name: string, unloadDependents: boolean): Promise<void> {
    await this.ask({ ask: "unloadModel", name: String(name), unloadDependents });
  }

  allocate(size: number): Uint8Array {
    return this.#buffers.allocate(size);
  }

  log(level: LogLevel, message: string): void {
    this.tell({ tell: "log", level, message: message.slice(0, LOG_LINE_SIZE_MAX) });
  }

  createMetricFamily(definition: MetricFamilyDefinition): Promise<MetricFamily> {
    return createRemoteFamily(this, definition);
  }

  ask(question: Question): Promise<number | boolean> {
    const id = ++this.#lastNumber;
    const { promise, resolve, reject } = Promise.withResolvers<number | boolean>();
    this.#questions.set(id, { resolve, reject });
    this.#link().begin().text(JSON.stringify({ id, question }));
    this.#link().send(WorkerRecord.Ask);
    return promise;
  }

  tell(remark: Remark): void {
    this.#link().begin().text(JSON.stringify(remark));
    this.#link().send(WorkerRecord.Tell);
  }

  /** An answer to a question. */
  onAnswer(reader: ContentReader): void {
    const { id, value, error } = JSON.parse(reader.text()) as NumberedAnswer; // as the server writes it
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    if (error === undefined) {
      question?.resolve(value ?? true);
    } else {
      question?.reject(new TritonError(error.message, ERROR_CODES[error.code]));
    }
  }

  /** An answer to a call. Its tensors are copied, so that the server has its memory back. */
  onCallAnswer(reader: ContentReader): void {
    const id = reader.u32();
    const isFinal = reader.u8() === 1;
    const outcome = readOutcome(reader, this.#copier());
    const call = this.#calls.get(id);
    if (isFinal) {
      this.#calls.delete(id);
    }
    call?.onAnswer(outcome, isFinal);
  }

  #copier(): TensorFinder {
    return {
      find: ({ place, index, offset }, size) => {
        if (place !== TensorPlace.ServerBuffer) {
          throw new RangeError("the server names its own buffers");
        }
        const copy = new Uint8Array(size);
        copy.set(this.#link().view(index, offset, size));
        this.#link().release(index);
        return copy;
      },
    };
  }

  #call(request: HostRequest, isStream: boolean): AnswerQueue {
    const { signal } = request;
    const id = ++this.#lastNumber;
    const cancel = (): void => {
      if (this.#calls.has(id)) {
        this.#link().begin().u32(id);
        this.#link().send(WorkerRecord.CancelCall);
      }
    };
    const queue = new AnswerQueue(() => {
      signal?.removeEventListener("abort", cancel);
      cancel();
    });
    this.#buffers.write(() => {
      const writer = this.#link().begin();
      writer.u32(id);
      writer.u8(isStream ? 1 : 0);
      writer.text(String(request.modelName));
      writer.i64(BigInt(request.modelVersion ?? 0));
      writeRequest(writer, wireRequest(request), this.#buffers);
    });
    this.#calls.set(id, {
      onAnswer: (outcome, isFinal) => {
        if (isFinal) {
          signal?.removeEventListener("abort", cancel);
        }
        queue.push(responseOf(outcome), isFinal);
      },
    });
    this.#link().send(WorkerRecord.Call);
    if (signal?.aborted === true) {
      cancel();
    } else {
      signal?.addEventListener("abort", cancel, { once: true });
    }
    return queue;
  }
}

/** @throws {TritonError} InvalidArg for what is no request */
function wireRequest(request: HostRequest): Parameters<typeof writeRequest>[1] {
  const { correlationId = 0n, requestedOutputs, parameters = {}, inputs } = request;
  if (!Array.isArray(inputs) || !inputs.every((input) => input instanceof Tensor)) {
    throw new TritonError(
      `Input tensor for request with id '${request.id ?? ""}' and model name '${request.modelName}' should not be empty.`,
      "INVALID_ARG",
    );
  }
  const entries = Object.entries(parameters);
  return {
    id: request.id ?? "",
    correlationId: typeof correlationId === "string" ? correlationId : BigInt(correlationId),
    isSequenceStart: request.isSequenceStart ?? false,
    isSequenceEnd: request.isSequenceEnd ?? false,
    priority: request.priority ?? 0,
    timeoutUs: request.timeoutUs ?? 0,
    batchSize: 1,
    parameters: entries.length === 0 ? null : new Map(entries),
    requestedOutputs: requestedOutputs ?? null,
    inputs,
  };
}

function responseOf(outcome: WireOutcome): HostResponse | TritonError | null {
  switch (outcome.kind) {
    case "failed":
      return new TritonError(outcome.message, ERROR_CODES[outcome.code]);
    case "answered": {
      const outputs = outcome.outputs.map(
        ({ name, datatype, shape, bytes }) => new Tensor(name, datatype, shape, bytes),
      );
      return {
        outputs,
        parameters: outcome.parameters ?? new Map(),
        output(name) {
          const output = outputs.find((one) => one.name === name);
          if (output === undefined) {
            throw new TritonError(`the response has no output '${name}'`, "INVALID_ARG");
          }
          return output;
        },
      };
    }
    case "none":
    case "rescheduled":
      return null;
  }
}
