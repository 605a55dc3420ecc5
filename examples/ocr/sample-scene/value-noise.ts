/** Evenly spread numbers from 0 to 1, the same for the same integers: a hash of the lattice point and a seed. */
export function latticeNoise(x: number, y: number, seed: number): number {
  let hash = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** Smooth noise from 0 to 1 whose hills are about one unit wide. */
export function smoothNoise(x: number, y: number, seed: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const weightX = ease(x - left);
  const weightY = ease(y - top);
  const upper = mix(latticeNoise(left, top, seed), latticeNoise(left + 1, top, seed), weightX);
  const lower = mix(
    latticeNoise(left, top + 1, seed),
    latticeNoise(left + 1, top + 1, seed),
    weightX,
  );
  return mix(upper, lower, weightY);
}

/** Smooth noise from 0 to 1 with ever finer detail: `octaves` layers, each half as wide and half as strong. */
export function fractalNoise(
  x: number,
  y: number,
  options: { readonly seed: number; readonly octaves: number },
): number {
  let sum = 0;
  let strength = 0.5;
  let scale = 1;
  for (let octave = 0; octave < options.octaves; octave++) {
    sum += strength * smoothNoise(x * scale, y * scale, options.seed + octave);
    strength /= 2;
    scale *= 2;
  }
  // The strengths of all layers add up to 1 - 2^-octaves.
  return sum / (1 - 2 * strength);
}

/** From `from` to `to` as `weight` goes from 0 to 1. */
export function mix(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  return ease(Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function ease(weight: number): number {
  return weight * weight * (3 - 2 * weight);
}
