import { homographyToQuad, mapPoint } from "../homography.ts";
import type { Point, Quad } from "../quad.ts";
import type { RgbImage } from "../rgb-image.ts";
import type { Colour } from "./table-and-paper.ts";
import { latticeNoise, mix, smoothStep } from "./value-noise.ts";

/** How a scene is photographed. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  /** Where the corners of the photograph lie in the plane of the scene. */
  readonly view: Quad;
  readonly seed: number;
}

/** Points of the scene looked at for each pixel, in each direction. */
const SAMPLES = 2;
/** Standard deviation of the sensor's noise, of 255. */
const SENSOR_NOISE = 4.5;

/** Takes the picture of a plane: askew, with uneven light, darker corners, and a noisy sensor. */
export function photograph(camera: Camera, colourAt: (point: Point) => Colour): RgbImage {
  const { width, height, seed } = camera;
  const map = homographyToQuad(camera.view);
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const sum: [number, number, number] = [0, 0, 0];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const u = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / width;
        const v = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / height;
        const colour = colourAt(mapPoint(map, u, v));
        sum[0] += colour[0];
        sum[1] += colour[1];
        sum[2] += colour[2];
      }
      const light = lightAt(column / width, row / height) / (SAMPLES * SAMPLES);
      const at = (row * width + column) * 3;
      for (const [channel, value] of sum.entries()) {
        const noise = SENSOR_NOISE * gaussianNoise(column, row, seed + 100 * channel);
        pixels[at + channel] = Math.round(Math.min(255, Math.max(0, value * light + noise)));
      }
    }
  }
  return { width, height, pixels };
}

/** Brightness of a part of the photograph: a window at the left, darker corners, and the shadow of the photographer. */
function lightAt(u: number, v: number): number {
  const window = mix(1.06, 0.84, u * 0.7 + v * 0.3);
  const vignette = 1 - 0.5 * ((u - 0.5) ** 2 + (v - 0.5) ** 2);
  const photographer = mix(0.76, 1, smoothStep(-0.08, 0.1, 1.62 - u - v + 0.08 * Math.sin(7 * u)));
  return window * vignette * photographer;
}

/** About normally distributed, mean 0 and deviation 1: the sum of twelve even ones. */
function gaussianNoise(x: number, y: number, seed: number): number {
  let sum = -6;
  for (let index = 0; index < 12; index++) {
    sum += latticeNoise(x, y, seed + index);
  }
  return sum;
}
