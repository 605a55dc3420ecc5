import { connectedComponents } from "./connected-components.ts";
import { convexHull } from "./convex-hull.ts";
import { minAreaRect } from "./min-area-rect.ts";
import type { Point, Quad } from "./quad.ts";
import { growRect, isInRect, type RotatedRect, rectCorners } from "./rotated-rect.ts";

/** For each pixel of a picture the probability that it lies in a line of text. */
export interface TextMap {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly probabilities: Float32Array;
}

/** Where a line of text is, in the map's pixels, and the mean probability inside. */
export interface TextOutline {
  readonly quad: Quad;
  readonly score: number;
}

/** Pixels more probable than this are text. */
const PIXEL_THRESHOLD = 0.3;
/** Outlines less probable than this are dropped. */
const OUTLINE_THRESHOLD = 0.6;
/** The detector marks the lines' kernels; area / perimeter times this is what was taken off each side. */
const UNCLIP_RATIO = 1.5;
/** Outlines whose shorter side is less are dropped: before growing, and (plus 2) after. */
const SIDE_MIN = 3;
/** Parts looked at in one picture; more than that is not text but noise. */
const OUTLINES_MAX = 1000;

/**
 * Turns the output of the DB text detector into outlines of lines: connected probable pixels, the smallest rectangle
 * around each part, kept if it is probable enough, and grown by what the detector had taken off.
 *
 * @see PaddleOCR ppocr/postprocess/db_postprocess.py (box_type quad, score_mode fast)
 */
export function textOutlines(map: TextMap): readonly TextOutline[] {
  const { width, height, probabilities } = map;
  const pixels = Uint8Array.from(probabilities, (value) => (value > PIXEL_THRESHOLD ? 1 : 0));
  const outlines: TextOutline[] = [];
  for (const component of connectedComponents({ width, height, pixels }).slice(0, OUTLINES_MAX)) {
    const kernel = minAreaRect(convexHull(rowEnds(component, width)));
    if (Math.min(kernel.width, kernel.height) < SIDE_MIN) {
      continue;
    }
    const score = meanProbability(map, kernel);
    const area = kernel.width * kernel.height;
    const perimeter = 2 * (kernel.width + kernel.height);
    const rect = growRect(kernel, (area * UNCLIP_RATIO) / perimeter);
    if (score < OUTLINE_THRESHOLD || Math.min(rect.width, rect.height) < SIDE_MIN + 2) {
      continue;
    }
    outlines.push({ quad: rectCorners(rect), score });
  }
  return outlines;
}

/** The centres of the first and the last pixel of each row of a part: all that its convex hull can touch. */
function rowEnds(component: Int32Array, mapWidth: number): readonly Point[] {
  const firstByRow = new Map<number, number>();
  const lastByRow = new Map<number, number>();
  for (const index of component) {
    const x = index % mapWidth;
    const y = (index - x) / mapWidth;
    firstByRow.set(y, Math.min(firstByRow.get(y) ?? x, x));
    lastByRow.set(y, Math.max(lastByRow.get(y) ?? x, x));
  }
  return [...firstByRow, ...lastByRow].map(([y, x]) => ({ x: x + 0.5, y: y + 0.5 }));
}

/** Mean over the pixels whose centre lies in a rectangle. */
function meanProbability(map: TextMap, rect: RotatedRect): number {
  const corners = rectCorners(rect);
  const xs = corners.map((corner) => corner.x);
  const ys = corners.map((corner) => corner.y);
  const xMax = Math.min(map.width - 1, Math.ceil(Math.max(...xs)));
  const yMax = Math.min(map.height - 1, Math.ceil(Math.max(...ys)));
  let sum = 0;
  let count = 0;
  for (let y = Math.max(0, Math.floor(Math.min(...ys))); y <= yMax; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(...xs))); x <= xMax; x++) {
      if (isInRect(rect, { x: x + 0.5, y: y + 0.5 })) {
        sum += map.probabilities[y * map.width + x] as number; // x and y were clamped to the map
        count++;
      }
    }
  }
  return count === 0 ? 0 : sum / count;
}
