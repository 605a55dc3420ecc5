/** Whether resources and priorities decide when an instance runs. */
export type RateLimitMode = "off" | "execution_count";

/** How much of a resource there is: one `--rate-limit-resource`. */
export interface RateLimitResource {
  readonly name: string;
  /** Below 0: as much as anyone wants. */
  readonly count: number;
  /** null: as much on every device. */
  readonly deviceId: number | null;
}

/** What the command line calls every device. */
const EVERY_DEVICE = -1;
/** A count below 0 is a very large one, as the real server reads it. */
const COUNT_WRAP = 2 ** 64;

/**
 * The resources by device and name, each once with the smallest count given for it, as the real server keeps and prints
 * them.
 *
 * @see Triton core src/tritonserver.cc `TritonServerOptions::AddRateLimiterResource`
 */
export function compileRateLimitResources(
  resources: readonly RateLimitResource[],
): readonly RateLimitResource[] {
  const smallest = new Map<string, RateLimitResource>();
  for (const resource of resources) {
    const deviceId = resource.deviceId === EVERY_DEVICE ? null : resource.deviceId;
    const key = `${deviceId ?? ""}:${resource.name}`;
    const known = smallest.get(key);
    if (known === undefined || availableCount(known) > availableCount(resource)) {
      smallest.set(key, { ...resource, deviceId });
    }
  }
  return [...smallest.values()].sort(
    (a, b) =>
      (a.deviceId ?? EVERY_DEVICE) - (b.deviceId ?? EVERY_DEVICE) || (a.name < b.name ? -1 : 1),
  );
}

/** How much of it there is to be had. */
export function availableCount({ count }: RateLimitResource): number {
  return count < 0 ? COUNT_WRAP + count : count;
}

/** As the start-up table shows it; the missing comma is the real server's. */
export function formatRateLimitResource({ name, count, deviceId }: RateLimitResource): string {
  return `{"name":"${name}", "count":${count} "device":${deviceId ?? EVERY_DEVICE}}`;
}
