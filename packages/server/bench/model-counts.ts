import type { BenchServer } from "./bench-server.ts";

/** What a model has run so far: rows, and batches of them. */
export interface ModelCounts {
  readonly inference_count: number;
  readonly execution_count: number;
}

/** Reads a model's statistics. */
export async function modelCounts(server: BenchServer, model: string): Promise<ModelCounts> {
  const response = await fetch(`${server.url}/v2/models/${model}/stats`);
  // The statistics extension's own format.
  const { model_stats } = (await response.json()) as {
    readonly model_stats: readonly ModelCounts[];
  };
  const [counts] = model_stats;
  if (counts === undefined) {
    throw new Error(`no statistics of ${model}`);
  }
  return counts;
}
