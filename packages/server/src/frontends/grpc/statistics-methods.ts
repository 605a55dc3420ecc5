import { inferenceMethods } from "@nereid/protocol";
import type {
  DurationStatistic,
  ModelStatistics,
  ResponseStatistic,
} from "../../model/statistics.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { ServedMethod } from "./served-method.ts";
import { unaryMethod } from "./unary-call.ts";

/** What the models have done. */
export const STATISTICS_CALLS: readonly ServedMethod[] = [
  unaryMethod(inferenceMethods.modelStatistics, "statistics", (server, { name, version }) => {
    const statistics = server.statistics(name === "" ? null : name, parseModelVersion(version));
    return { modelStats: statistics.map(statisticsMessage) };
  }),
];

interface DurationMessage {
  readonly count: bigint;
  readonly ns: bigint;
}

type ResponseMessage = Readonly<Record<keyof ResponseStatistic, DurationMessage>>;

interface StatisticsMessage {
  readonly name: string;
  readonly version: string;
  readonly lastInference: bigint;
  readonly inferenceCount: bigint;
  readonly executionCount: bigint;
  readonly inferenceStats: Readonly<Record<string, DurationMessage>>;
  readonly responseStats: Readonly<Record<string, ResponseMessage>>;
  readonly batchStats: {
    readonly batchSize: bigint;
    readonly computeInput: DurationMessage;
    readonly computeInfer: DurationMessage;
    readonly computeOutput: DurationMessage;
  }[];
}

/** Without memory, which no backend reports. */
function statisticsMessage(statistics: ModelStatistics): StatisticsMessage {
  return {
    name: statistics.name,
    version: String(statistics.version),
    lastInference: BigInt(statistics.lastInferenceMs),
    inferenceCount: BigInt(statistics.inferenceCount),
    executionCount: BigInt(statistics.executionCount),
    inferenceStats: {
      success: durationMessage(statistics.success),
      fail: durationMessage(statistics.fail),
      queue: durationMessage(statistics.queue),
      computeInput: durationMessage(statistics.computeInput),
      computeInfer: durationMessage(statistics.computeInfer),
      computeOutput: durationMessage(statistics.computeOutput),
      cacheHit: durationMessage(statistics.cacheHit),
      cacheMiss: durationMessage(statistics.cacheMiss),
    },
    responseStats: Object.fromEntries(
      statistics.responses.map((statistic, index) => [String(index), responseMessage(statistic)]),
    ),
    batchStats: statistics.batches.map((batch) => ({
      batchSize: BigInt(batch.batchSize),
      computeInput: durationMessage(batch.computeInput),
      computeInfer: durationMessage(batch.computeInfer),
      computeOutput: durationMessage(batch.computeOutput),
    })),
  };
}

function responseMessage(statistic: ResponseStatistic): ResponseMessage {
  return {
    computeInfer: durationMessage(statistic.computeInfer),
    computeOutput: durationMessage(statistic.computeOutput),
    success: durationMessage(statistic.success),
    fail: durationMessage(statistic.fail),
    emptyResponse: durationMessage(statistic.emptyResponse),
    cancel: durationMessage(statistic.cancel),
  };
}

function durationMessage({ count, ns }: DurationStatistic): DurationMessage {
  return { count: BigInt(count), ns: BigInt(Math.round(ns)) };
}
