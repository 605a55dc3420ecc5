import type { Point } from "../quad.ts";
import { type InkMap, PAPER_HEIGHT, PAPER_WIDTH } from "./receipt.ts";
import { fractalNoise, mix, smoothNoise, smoothStep } from "./value-noise.ts";

/** Red, green and blue, each from 0 to 255, not rounded. */
export type Colour = readonly [number, number, number];

const PAPER: Colour = [243, 240, 231];
const INK: Colour = [46, 44, 54];
const WOOD_DARK: Colour = [92, 58, 34];
const WOOD_LIGHT: Colour = [154, 106, 66];
/** Height at which the receipt was once folded. */
const FOLD_Y = 420;

/**
 * The colour of one point of the scene, in the paper's units with the origin at its top left corner: a receipt that
 * lies on a wooden table and throws a shadow on it.
 */
export function sceneColour(point: Point, print: InkMap, seed: number): Colour {
  const { x, y } = bend(point, seed);
  const isPaper = x >= 0 && y >= 0 && x < PAPER_WIDTH && y < PAPER_HEIGHT;
  return isPaper ? paperColour({ x, y }, print, seed) : tableColour(point, seed);
}

/** The paper does not lie quite flat, so its edges and lines are a little wavy. */
function bend({ x, y }: Point, seed: number): Point {
  return {
    x: x + 5 * (smoothNoise(x / 300, y / 240, seed + 1) - 0.5),
    y: y + 8 * (smoothNoise(x / 340, y / 400, seed + 2) - 0.5) + 2.5 * Math.sin(x / 150),
  };
}

function paperColour({ x, y }: Point, print: InkMap, seed: number): Colour {
  // The printer's head heats unevenly, so the ink is not equally dark everywhere.
  const strength = mix(0.78, 1, smoothNoise(x / 60, y / 9, seed + 3));
  const ink = strength * inkAt(print, x, y);
  const fibres = 5 * (fractalNoise(x / 3, y / 3, { seed: seed + 4, octaves: 2 }) - 0.5);
  const shade = crumple(x, y, seed) + fold(y);
  return [
    mix(PAPER[0], INK[0], ink) * shade + fibres,
    mix(PAPER[1], INK[1], ink) * shade + fibres,
    mix(PAPER[2], INK[2], ink) * shade + fibres,
  ];
}

/** Light on soft bumps: the slope of a height map in the direction of the lamp. */
function crumple(x: number, y: number, seed: number): number {
  const height = (atX: number, atY: number): number =>
    fractalNoise(atX / 150, atY / 150, { seed: seed + 5, octaves: 3 });
  return 1 + 1.4 * (height(x + 6, y + 6) - height(x, y));
}

/** A crease: light on one flank, dark on the other. */
function fold(y: number): number {
  const offset = (y - FOLD_Y) / 7;
  return -0.16 * offset * Math.exp(-offset * offset);
}

/** Ink at a point of the paper, 0 to 1; bilinear. */
function inkAt({ width, height, scale, ink }: InkMap, x: number, y: number): number {
  const column = Math.min(width - 2, Math.max(0, x * scale - 0.5));
  const row = Math.min(height - 2, Math.max(0, y * scale - 0.5));
  const left = Math.floor(column);
  const top = Math.floor(row);
  const at = (dx: number, dy: number): number => ink[(top + dy) * width + left + dx] ?? 0;
  const upper = mix(at(0, 0), at(1, 0), column - left);
  const lower = mix(at(0, 1), at(1, 1), column - left);
  return mix(upper, lower, row - top) / 255;
}

function tableColour({ x, y }: Point, seed: number): Colour {
  const board = Math.floor((x + 4000) / 310);
  const boardSeed = seed + 10 * board;
  const across = (x + 4000) % 310;
  // Grain runs along the boards: long hills, with rings that wander.
  const wander = fractalNoise(x / 120, y / 900, { seed: boardSeed, octaves: 3 });
  const rings = 0.5 + 0.5 * Math.sin(60 * wander + x / 40);
  const pores = fractalNoise(x / 2.5, y / 70, { seed: boardSeed + 7, octaves: 3 });
  const tone = 0.45 * rings + 0.55 * pores + 0.3 * (smoothNoise(board, 0, seed) - 0.5);
  const gap = smoothStep(0, 5, Math.min(across, 310 - across));
  const light = mix(0.35, 1, gap) * mix(0.42, 1, shadow(x, y));
  return [
    mix(WOOD_DARK[0], WOOD_LIGHT[0], tone) * light,
    mix(WOOD_DARK[1], WOOD_LIGHT[1], tone) * light,
    mix(WOOD_DARK[2], WOOD_LIGHT[2], tone) * light,
  ];
}

/** How much light reaches the table beside the paper: 0 next to it, 1 further away; the lamp stands at the top left. */
function shadow(x: number, y: number): number {
  const centerX = PAPER_WIDTH / 2 + 12;
  const centerY = PAPER_HEIGHT / 2 + 16;
  const outsideX = Math.max(0, Math.abs(x - centerX) - PAPER_WIDTH / 2);
  const outsideY = Math.max(0, Math.abs(y - centerY) - PAPER_HEIGHT / 2);
  return smoothStep(-6, 34, Math.hypot(outsideX, outsideY));
}
