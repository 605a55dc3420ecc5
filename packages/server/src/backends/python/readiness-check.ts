import { StatusCode, TritonError } from "@nereid/protocol";
import type { Clock } from "../../base/clock.ts";
import type { StubSession } from "./stub-session.ts";
import { FrameKind } from "./wire.ts";

/** How long a model's `is_ready` may take. */
const TIMEOUT_MS = 5000;

/**
 * Asks a model's `is_ready`, once at a time: whoever asks meanwhile is given the same answer.
 *
 * @see Triton python_backend src/python_be.cc, RunUserModelReadinessCheck
 */
export class ReadinessCheck {
  readonly #instanceName: string;
  readonly #clock: Clock;
  /** The call in flight, which may outlive those who have stopped waiting for it. */
  #inflight: Promise<boolean> | null = null;

  constructor(instanceName: string, clock: Clock) {
    this.#instanceName = instanceName;
    this.#clock = clock;
  }

  /** @throws {TritonError} if the model says that it is not ready, fails to say, or takes too long */
  async check(session: StubSession): Promise<void> {
    if (!session.hasIsReady) {
      return;
    }
    const isFirst = this.#inflight === null;
    this.#inflight ??= this.#ask(session);
    const late = isFirst ? "user-defined" : "in-flight";
    if (!(await this.#withLimit(this.#inflight, late))) {
      throw new TritonError(
        StatusCode.Unavailable,
        `Model '${this.#instanceName}' is not ready (user-defined check failed).`,
      );
    }
  }

  async #ask(session: StubSession): Promise<boolean> {
    try {
      const { isReady } = await session.stub.command(FrameKind.IsReady, null);
      return isReady === true;
    } catch (error) {
      if (session.stub.isAlive) {
        throw error;
      }
      throw new TritonError(
        StatusCode.Internal,
        "Stub process is not healthy while waiting for user-defined is_ready() response",
      );
    } finally {
      this.#inflight = null;
    }
  }

  #withLimit(answer: Promise<boolean>, late: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.setTimer(TIMEOUT_MS, () => {
        reject(
          new TritonError(
            StatusCode.Unavailable,
            `Timed out waiting for ${late} is_ready() response`,
          ),
        );
      });
      answer.then(resolve, reject).finally(cancel);
    });
  }
}
