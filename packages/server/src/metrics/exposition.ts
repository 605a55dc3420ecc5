/** One line of a family: its labels (in any order) and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What follows the family's name, in a histogram. */
  readonly suffix?: string;
  /** The upper bound of a histogram's bucket, which becomes the label `le`. */
  readonly bound?: number;
}

/** One metric family as it is now. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

/** Puts the samples of families of equal name under the first of them. */
export function mergeFamilies(families: readonly MetricFamily[]): readonly MetricFamily[] {
  const merged = new Map<string, MetricFamily>();
  for (const family of families) {
    const first = merged.get(family.name);
    const all =
      first === undefined ? family : { ...first, samples: [...first.samples, ...family.samples] };
    merged.set(family.name, all);
  }
  return [...merged.values()];
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
    if (family.help !== "") {
      text += `# HELP ${family.name} ${escapeHelp(family.help)}\n`;
    }
    text += `# TYPE ${family.name} ${family.type}\n`;
    for (const { suffix = "", labels, bound, value } of family.samples) {
      text += `${family.name}${suffix}${formatLabels(labels, bound)} ${formatValue(value)}\n`;
    }
  }
  return text;
}

function formatLabels(labels: Readonly<Record<string, string>>, bound: number | undefined): string {
  const parts = Object.keys(labels)
    .sort()
    .map((key) => `${key}="${escapeLabelValue(labels[key] ?? "")}"`);
  if (bound !== undefined) {
    parts.push(`le="${formatValue(bound)}"`);
  }
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabelValue(value: string): string {
  return escapeHelp(value).replaceAll('"', '\\"');
}

/** The digits that the real server writes. */
const SIGNIFICANT_DIGITS = 16;

/** As C's `%.16g`, and what is not finite as prometheus-cpp spells it. */
function formatValue(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? "Nan" : value > 0 ? "+Inf" : "-Inf";
  }
  if (Number.isSafeInteger(value) && Math.abs(value) < 1e15) {
    return Object.is(value, -0) ? "-0" : String(value);
  }
  const [mantissa = "", exponentText = "0"] = value
    .toExponential(SIGNIFICANT_DIGITS - 1)
    .split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < SIGNIFICANT_DIGITS) {
    return withoutTrailingZeros(value.toFixed(SIGNIFICANT_DIGITS - 1 - exponent));
  }
  const sign = exponent < 0 ? "-" : "+";
  return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
