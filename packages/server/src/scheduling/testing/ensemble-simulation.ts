import assert from "node:assert/strict";
import { StatusCode, TritonError } from "@nereid/protocol";
import { nullLogger } from "../../base/logger.ts";
import type { ModelHandle } from "../../model/model-host.ts";
import { InferenceRequest, type ResponseSender } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor, type TensorMemory } from "../../model/tensor.ts";
import { WaitGraph } from "../../model/wait-graph.ts";
import { EnsembleScheduler } from "../ensemble-scheduler.ts";
import { evaluate, outputValue, verdict } from "./ensemble-evaluation.ts";
import { type DrawnEnsemble, drawEnsemble } from "./ensemble-graph.ts";
import { Random } from "./random.ts";

const REQUEST_COUNT_MAX = 5;
const EVENT_COUNT_MAX = 20_000;

/** Memory that must be given back once, and not be read afterwards. */
class TrackedMemory implements TensorMemory {
  isReleased = false;

  release(): void {
    assert.equal(this.isReleased, false, "memory is given back once");
    this.isReleased = true;
  }
}

/** A request of a step that its model has not finished. */
interface Running {
  readonly step: number;
  readonly request: InferenceRequest;
  answered: number;
}

/** A request of the ensemble, and what its client has seen. */
interface Client {
  readonly request: InferenceRequest;
  readonly requested: readonly string[];
  readonly given: ReadonlyMap<string, number>;
  readonly answers: string[];
  error: TritonError | null;
  finalCount: number;
  isCancelled: boolean;
  isRefused: boolean;
}

/** One ensemble, models that answer when and as often as a seed says, and clients that come and go. */
class EnsembleSimulation implements ResponseSender {
  readonly #random: Random;
  readonly #ensemble: DrawnEnsemble;
  readonly #scheduler: EnsembleScheduler;
  readonly #canFail: boolean;
  readonly #inlineChance: number;
  readonly #running: Running[] = [];
  readonly #clients = new Map<InferenceRequest, Client>();
  readonly #memories: TrackedMemory[] = [];
  readonly #memoryOf = new WeakMap<ArrayBufferLike, TrackedMemory>();
  readonly #held: InferenceResponse[] = [];
  #startedCount = 0;
  #endedCount = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#ensemble = drawEnsemble(this.#random);
    this.#canFail = this.#random.isLikely(0.3);
    this.#inlineChance = this.#random.pick([0, 0.5, 1]);
    this.#scheduler = new EnsembleScheduler({
      spec: this.#ensemble.spec,
      model: this.#ensemble.model,
      steps: this.#ensemble.models.map((_, step) => this.#handle(step)),
      actions: {
        onEnd: () => {
          this.#endedCount++;
        },
        answer: (request, response, isFinal) => request.respond(response, isFinal),
        setTimer: () => {},
      },
      waits: new WaitGraph(),
      clock: { nowNs: () => 0 },
      log: nullLogger,
    });
  }

  run(): void {
    const requestCount = this.#random.integer(1, REQUEST_COUNT_MAX);
    for (let event = 0; event < EVENT_COUNT_MAX; event++) {
      if (this.#startedCount < requestCount && this.#random.isLikely(0.3)) {
        this.#start();
      } else if (this.#running.length > 0) {
        this.#advance(this.#random.integer(0, this.#running.length - 1));
      } else if (this.#startedCount === requestCount) {
        break;
      }
      this.#disturb();
    }
    this.#check(requestCount);
  }

  send(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    const client = this.#clients.get(request);
    assert.ok(client);
    assert.equal(client.finalCount, 0, "nothing comes after the end");
    client.finalCount += isFinal ? 1 : 0;
    if (response === null) {
      return;
    }
    if (response.error !== null) {
      client.error = response.error;
      return;
    }
    const values = new Map(response.outputs.map((output) => [output.name, this.#read(output)]));
    client.answers.push(
      client.requested.map((name) => `${name}=${values.get(name) ?? "missing"}`).join(),
    );
    this.#held.push(response);
  }

  #start(): void {
    const { inputs, outputs, model } = this.#ensemble;
    this.#startedCount++;
    const request = new InferenceRequest(model, this, 0);
    const given = new Map(inputs.map((name) => [name, this.#random.integer(0, 999)]));
    for (const [name, value] of given) {
      request.inputs.push(this.#tensor(name, value, null));
    }
    const requested = outputs.filter((_, index) => index === 0 || this.#random.isLikely(0.7));
    request.requestedOutputs = requested.length === outputs.length ? null : requested;
    this.#clients.set(request, {
      request,
      requested,
      given,
      answers: [],
      error: null,
      finalCount: 0,
      isCancelled: false,
      isRefused: false,
    });
    this.#scheduler.start(request);
  }

  #handle(step: number): ModelHandle {
    const spec = this.#ensemble.models[step];
    assert.ok(spec);
    return {
      spec,
      get config(): never {
        throw new Error("no scheduler looks at it");
      },
      enqueue: (request) => {
        if (this.#canFail && this.#random.isLikely(0.02)) {
          for (const client of this.#clients.values()) {
            client.isRefused = true;
          }
          throw new TritonError(StatusCode.Unavailable, "no room");
        }
        request.state = "executing";
        const running: Running = { step, request, answered: 0 };
        this.#running.push(running);
        while (this.#running.includes(running) && this.#random.isLikely(this.#inlineChance)) {
          this.#advance(this.#running.indexOf(running));
        }
      },
    };
  }

  /** Lets the model of one request give its next answer, or end. */
  #advance(position: number): void {
    const running = this.#running[position];
    assert.ok(running);
    const { step: index, request } = running;
    const step = this.#ensemble.steps[index];
    assert.ok(step);
    const inputs = request.inputs.map((input) => this.#read(input));
    const { isFailure, answerCount } = verdict(step, index, inputs, this.#canFail);
    const isLast = running.answered >= answerCount - 1;
    if (isFailure || request.isCancelled) {
      this.#end(running, InferenceResponse.failed(new TritonError(StatusCode.Internal, "failed")));
    } else if (answerCount === 0 || running.answered === answerCount) {
      this.#end(running, null);
    } else {
      const outputs = step.outputs.map((_, output) =>
        this.#tensor(
          `O${output}`,
          outputValue(index, output, running.answered, inputs),
          new TrackedMemory(),
        ),
      );
      running.answered++;
      // A model may end with its last answer, or after it.
      if (isLast && (!step.isDecoupled || this.#random.isLikely(0.5))) {
        this.#end(running, InferenceResponse.ok(outputs));
      } else {
        request.respond(InferenceResponse.ok(outputs), false);
      }
    }
  }

  #end(running: Running, response: InferenceResponse | null): void {
    this.#running.splice(this.#running.indexOf(running), 1);
    running.request.respond(response, true);
  }

  /** Clients go, and give answers' memory back. */
  #disturb(): void {
    if (this.#held.length > 0 && this.#random.isLikely(0.3)) {
      this.#held.shift()?.release();
    }
    if (this.#random.isLikely(0.02)) {
      const clients = [...this.#clients.values()].filter(({ finalCount }) => finalCount === 0);
      const client = clients[this.#random.integer(0, Math.max(0, clients.length - 1))];
      if (client !== undefined) {
        client.isCancelled = true;
        client.request.cancel();
      }
    }
  }

  #check(requestCount: number): void {
    assert.equal(this.#clients.size, requestCount);
    assert.equal(this.#running.length, 0);
    assert.equal(this.#endedCount, requestCount, "each request is counted once");
    for (const client of this.#clients.values()) {
      assert.equal(client.finalCount, 1, "each request ends once");
      this.#checkClient(client);
    }
    for (const response of this.#held) {
      response.release();
    }
    assert.ok(
      this.#memories.every(({ isReleased }) => isReleased),
      "all memory is given back",
    );
  }

  #checkClient(client: Client): void {
    const expected = evaluate(this.#ensemble, client.given, client.requested, this.#canFail);
    if (client.isCancelled || client.isRefused) {
      const rest = [...expected.answers];
      for (const answer of client.answers) {
        const place = rest.indexOf(answer);
        assert.ok(place >= 0, "what is answered is right");
        rest.splice(place, 1);
      }
    } else if (expected.isFailure) {
      assert.match(client.error?.message ?? "", /^in ensemble 'ensemble', failed$/);
    } else {
      assert.equal(client.error, null);
      assert.deepEqual(client.answers.toSorted(), expected.answers);
    }
  }

  #tensor(name: string, value: number, memory: TrackedMemory | null): Tensor {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    if (memory !== null) {
      this.#memories.push(memory);
      this.#memoryOf.set(bytes.buffer, memory);
    }
    return new Tensor(name, "INT32", [1], bytes, memory);
  }

  #read({ bytes }: Tensor): number {
    const memory = this.#memoryOf.get(bytes.buffer);
    assert.notEqual(memory?.isReleased, true, "memory that was given back is not read");
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  }
}

/** Simulates one ensemble with its requests; throws if an invariant does not hold. */
export function simulateEnsemble(seed: number): void {
  new EnsembleSimulation(seed).run();
}
