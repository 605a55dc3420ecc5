import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../base/clock.ts";
import { type Logger, nullLogger } from "../base/logger.ts";
import { drainService } from "./drain-service.ts";
import type { Service } from "./service.ts";

/** Timers that fire as soon as everything that is ready has run, in the order of their delays. */
function impatientClock(): Clock {
  return {
    nowNs: () => 0,
    epochMs: () => 0,
    setTimer(_delayMs, callback) {
      const handle = setImmediate(callback);
      return () => {
        clearImmediate(handle);
      };
    },
  };
}

/** A service whose connections end one a second, as the log asks for their number. */
class CountdownService implements Service {
  readonly port = 1;
  connections: number;
  isDestroyed = false;
  #resolve: () => void = () => {};
  readonly #closed = new Promise<void>((resolve) => {
    this.#resolve = resolve;
  });

  constructor(connections: number) {
    this.connections = connections;
  }

  connectionCount(): number {
    const count = this.connections;
    if (Number.isFinite(this.connections) && --this.connections === 0) {
      this.#resolve();
    }
    return count;
  }

  close(): Promise<void> {
    if (this.connections === 0) {
      this.#resolve();
    }
    return this.#closed;
  }

  destroy(): void {
    this.isDestroyed = true;
    this.#resolve();
  }
}

async function drain(
  service: Service,
  timeoutSecs: number,
): Promise<{ readonly remaining: number; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const log: Logger = {
    ...nullLogger,
    info(message) {
      lines.push(message);
    },
  };
  const options = { what: "HTTP service connections", timeoutSecs, clock: impatientClock(), log };
  return { remaining: await drainService(service, options), lines };
}

test("a service without connections closes at once and says nothing", async () => {
  assert.deepEqual(await drain(new CountdownService(0), 30), { remaining: 30, lines: [] });
});

test("connections are counted once a second until they have ended", async () => {
  const { remaining, lines } = await drain(new CountdownService(3), 30);
  assert.deepEqual(lines, [
    "Timeout 30: Found 3 HTTP service connections",
    "Timeout 29: Found 2 HTTP service connections",
    "Timeout 28: Found 1 HTTP service connections",
  ]);
  assert.equal(remaining, 28);
});

test("when the time is over the connections are cut", async () => {
  const service = new CountdownService(Number.POSITIVE_INFINITY);
  const { remaining, lines } = await drain(service, 2);
  assert.equal(lines.length, 2);
  assert.equal(remaining, 0);
  assert.ok(service.isDestroyed);
});

test("without time nothing is waited for", async () => {
  const service = new CountdownService(Number.POSITIVE_INFINITY);
  assert.deepEqual(await drain(service, 0), { remaining: 0, lines: [] });
  assert.ok(service.isDestroyed);
});
