import type { InProcessRequest } from "../../src/engine/in-process.ts";
import type { InferenceServer } from "../../src/engine/inference-server.ts";

/** What became of the requests of one load. */
export interface Load {
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
}

/** Requests at random times, so many a second, whatever becomes of those before. */
export async function openLoad(
  server: InferenceServer,
  rate: number,
  seconds: number,
  makeRequest: () => InProcessRequest,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const pending: Promise<void>[] = [];
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  for (
    let nextMs = startMs;
    nextMs < endMs;
    nextMs += (-Math.log(1 - Math.random()) / rate) * 1000
  ) {
    const leftMs = nextMs - performance.now();
    if (leftMs > 0) {
      // Up to a millisecond late: it counts as latency, without and with a target alike.
      await new Promise((resolve) => setTimeout(resolve, leftMs));
    }
    const sentMs = nextMs;
    pending.push(
      server.infer(makeRequest()).then(() => {
        latenciesMs.push(performance.now() - sentMs);
      }),
    );
  }
  await Promise.all(pending);
  return { latenciesMs, seconds: (performance.now() - startMs) / 1000 };
}

/** One line. */
export function summarize({ latenciesMs, seconds }: Load): string {
  const sorted = latenciesMs.toSorted((left, right) => left - right);
  const quantile = (share: number): string =>
    (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  const rate = (latenciesMs.length / seconds).toFixed(0).padStart(5);
  return `${rate}/s, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`;
}
