/** One line of a family: its labels (in any order) and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric family as it is now. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly Sample[];
}

/** Content type of `formatExposition`'s text. */
export const EXPOSITION_CONTENT_TYPE = "text/plain; charset=utf-8";

/**
 * Prometheus text format 0.0.4. Families keep their order, labels are sorted by key; HELP and TYPE appear even where a
 * family has no sample.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function formatExposition(families: readonly MetricFamily[]): string {
  let text = "";
  for (const family of families) {
    text += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`;
    for (const sample of family.samples) {
      text += `${family.name}${formatLabels(sample.labels)} ${formatValue(sample.value)}\n`;
    }
  }
  return text;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const keys = Object.keys(labels).sort();
  if (keys.length === 0) {
    return "";
  }
  return `{${keys.map((key) => `${key}="${escapeLabelValue(labels[key] ?? "")}"`).join(",")}}`;
}

function escapeLabelValue(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) {
    return String(value);
  }
  return Number.isNaN(value) ? "Nan" : value > 0 ? "+Inf" : "-Inf";
}
