import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The part of an opentype.js font that the sample's script uses; that package carries no types. */
export interface Font {
  readonly unitsPerEm: number;
  charToGlyph(character: string): Glyph;
}

/** One character's shape. */
export interface Glyph {
  /** In the font's units. */
  readonly advanceWidth: number;
  /** The outline with the glyph's origin on the baseline at (x, y). */
  getPath(x: number, y: number, fontSize: number): { toPathData(decimals: number): string };
}

/** Opens one of the DejaVu fonts, such as `DejaVuSans-Bold`. */
export function openFont(name: string): Font {
  const require = createRequire(import.meta.url);
  // As its documentation describes it.
  const opentype = require("opentype.js") as { parse(buffer: ArrayBufferLike): Font };
  const fonts = dirname(require.resolve("dejavu-fonts-ttf/package.json"));
  const file = readFileSync(join(fonts, "ttf", `${name}.ttf`));
  return opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
}
