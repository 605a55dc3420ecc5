import type { Metric, MetricFamily, MetricFamilyDefinition } from "../api/metric-family.ts";
import { TritonError } from "../api/model-error.ts";
import type { Question, Remark } from "../wire/json-messages.ts";

/** How the metrics of a worker reach the server. */
export interface MetricLine {
  ask(question: Question): Promise<number | boolean>;
  tell(remark: Remark): void;
}

type Change = Extract<Remark, { tell: "metric" }>["change"];

const KINDS_BY_CHANGE: Readonly<Record<Change, readonly MetricFamilyDefinition["kind"][]>> = {
  increment: ["counter", "gauge"],
  set: ["gauge"],
  observe: ["histogram"],
};

/** Makes a family of the server's that this worker holds. */
export async function createRemoteFamily(
  line: MetricLine,
  definition: MetricFamilyDefinition,
): Promise<MetricFamily> {
  const { name, description, kind } = definition;
  const plain = { name: String(name), description: String(description), kind };
  const family = Number(await line.ask({ ask: "createFamily", definition: plain }));
  return {
    definition: plain,
    metric: async (labels, buckets) => {
      const metric = await line.ask({
        ask: "addMetric",
        family,
        labels: Object.entries(labels ?? {}).map(([key, value]) => [key, String(value)]),
        buckets: buckets === undefined ? null : [...buckets],
      });
      return remoteMetric(line, Number(metric), kind);
    },
  };
}

function remoteMetric(
  line: MetricLine,
  metric: number,
  kind: MetricFamilyDefinition["kind"],
): Metric {
  const change = (what: Change, amount: number): void => {
    if (!KINDS_BY_CHANGE[what].includes(kind)) {
      const name = `TRITONSERVER_METRIC_KIND_${kind.toUpperCase()}`;
      const verb = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
      throw new TritonError(`${name} does not support ${verb}`, "UNSUPPORTED");
    }
    if (what === "increment" && kind === "counter" && amount < 0) {
      throw new TritonError(
        "TRITONSERVER_METRIC_KIND_COUNTER can only be incremented monotonically by non-negative values.",
        "INVALID_ARG",
      );
    }
    line.tell({ tell: "metric", metric, change: what, amount: String(Number(amount)) });
  };
  return {
    increment: (amount) => change("increment", amount),
    set: (value) => change("set", value),
    observe: (value) => change("observe", value),
    value: async () => Number(await line.ask({ ask: "metricValue", metric })),
  };
}
