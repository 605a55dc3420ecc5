/** Above this the digits say "for ever", as in gRPC's own parser. */
const VALUE_MAX = 1_000_000_000;

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  n: 1e-6,
  u: 1e-3,
  m: 1,
  S: 1000,
  M: 60_000,
  H: 3_600_000,
};

/**
 * The milliseconds of a `grpc-timeout`, rounded up to whole ones; Infinity for what has too many digits, null for what is
 * no timeout. Like gRPC's own parser it takes more digits than the eight of the specification, and spaces.
 *
 * @see gRPC, doc/PROTOCOL-HTTP2.md, "Timeout"; gRPC core src/core/lib/transport/timeout_encoding.cc
 */
export function parseGrpcTimeout(text: string): number | null {
  const match = /^ *([0-9]+) *([numSMH]) *$/.exec(text);
  if (match === null) {
    return null;
  }
  const [, digits = "", unit = ""] = match;
  const value = Number(digits);
  return value > VALUE_MAX
    ? Number.POSITIVE_INFINITY
    : Math.ceil(Number((value * (MS_PER_UNIT[unit] ?? 0)).toPrecision(12)));
}
