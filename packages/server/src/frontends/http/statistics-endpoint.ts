import type {
  DurationStatistic,
  ModelStatistics,
  ResponseStatistic,
} from "../../model/statistics.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { ControlEndpoint } from "./control-call.ts";
import { APPLICATION_JSON, replyJson } from "./reply.ts";
import { HTTP_OK } from "./status.ts";

/** GET /v2/models/[M[/versions/V]/]stats */
export const modelStatistics: ControlEndpoint = {
  methods: ["GET"],
  errorHeaderLines: APPLICATION_JSON,
  handle({ server }, exchange, { modelName, versionText }) {
    const version = parseModelVersion(versionText);
    const statistics = server.statistics(modelName === "" ? null : modelName, version);
    replyJson(exchange, HTTP_OK, JSON.stringify({ model_stats: statistics.map(statisticsJson) }));
  },
};

/** @see Triton docs/protocol/extension_statistics.md */
function statisticsJson(statistics: ModelStatistics): object {
  return {
    name: statistics.name,
    version: String(statistics.version),
    last_inference: statistics.lastInferenceMs,
    inference_count: statistics.inferenceCount,
    execution_count: statistics.executionCount,
    inference_stats: {
      success: durationJson(statistics.success),
      fail: durationJson(statistics.fail),
      queue: durationJson(statistics.queue),
      compute_input: durationJson(statistics.computeInput),
      compute_infer: durationJson(statistics.computeInfer),
      compute_output: durationJson(statistics.computeOutput),
      cache_hit: durationJson(statistics.cacheHit),
      cache_miss: durationJson(statistics.cacheMiss),
    },
    response_stats: Object.fromEntries(statistics.responses.map(responseEntry)),
    batch_stats: statistics.batches.map((batch) => ({
      batch_size: batch.batchSize,
      compute_input: durationJson(batch.computeInput),
      compute_infer: durationJson(batch.computeInfer),
      compute_output: durationJson(batch.computeOutput),
    })),
    // Needs a backend that keeps accounts of its memory.
    memory_usage: [],
  };
}

function responseEntry(statistic: ResponseStatistic, index: number): readonly [string, object] {
  const { computeInfer, computeOutput, success, fail, emptyResponse, cancel } = statistic;
  return [
    String(index),
    {
      compute_infer: durationJson(computeInfer),
      compute_output: durationJson(computeOutput),
      success: durationJson(success),
      fail: durationJson(fail),
      empty_response: durationJson(emptyResponse),
      cancel: durationJson(cancel),
    },
  ];
}

function durationJson({ count, ns }: DurationStatistic): object {
  return { count, ns: Math.round(ns) };
}
