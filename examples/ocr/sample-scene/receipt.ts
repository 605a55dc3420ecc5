import sharp from "sharp";
import { type Font, openFont } from "./open-font.ts";

/** One row of the receipt: one text in the middle, or an item on the left and its price on the right. */
interface ReceiptRow {
  readonly texts: readonly [string] | readonly [string, string];
  readonly fontSize: number;
  readonly isBold: boolean;
  /** From the top of the paper to the baseline. */
  readonly baseline: number;
}

/** Size of the paper; everything on it is measured in the same unit. */
export const PAPER_WIDTH = 600;
export const PAPER_HEIGHT = 800;

const MARGIN = 56;
/** Heights of the dashed rules between the parts. */
const RULES: readonly number[] = [258, 562, 664];

const ROWS: readonly ReceiptRow[] = [
  { texts: ["HARBOUR CAFE"], fontSize: 52, isBold: true, baseline: 112 },
  { texts: ["12 Quay Street"], fontSize: 30, isBold: false, baseline: 170 },
  { texts: ["Table 14"], fontSize: 30, isBold: false, baseline: 222 },
  { texts: ["Espresso", "5.00"], fontSize: 32, isBold: false, baseline: 322 },
  { texts: ["Apple cake", "4.20"], fontSize: 32, isBold: false, baseline: 386 },
  { texts: ["Lemon juice", "3.80"], fontSize: 32, isBold: false, baseline: 450 },
  { texts: ["Croissants", "7.50"], fontSize: 32, isBold: false, baseline: 514 },
  { texts: ["TOTAL", "20.50"], fontSize: 44, isBold: true, baseline: 632 },
  { texts: ["Thank you!"], fontSize: 32, isBold: false, baseline: 732 },
];

/** What the receipt says, a row a line. */
export const RECEIPT_TEXT: string = ROWS.map((row) => `${row.texts.join(" ")}\n`).join("");

/** How much ink lies on each point of the paper. */
export interface InkMap {
  readonly width: number;
  readonly height: number;
  /** Points of the map in one unit of the paper. */
  readonly scale: number;
  /** 0 for bare paper to 255, row by row. */
  readonly ink: Uint8Array;
}

/** Prints the receipt with the DejaVu fonts, flat and clean. */
export async function printReceipt(scale: number): Promise<InkMap> {
  const regular = openFont("DejaVuSansMono");
  const bold = openFont("DejaVuSans-Bold");
  const shapes = ROWS.flatMap((row) => rowShapes(row, row.isBold ? bold : regular));
  for (const rule of RULES) {
    shapes.push(
      `<path d="M${MARGIN} ${rule}H${PAPER_WIDTH - MARGIN}" stroke="#fff" stroke-width="2" stroke-dasharray="9 7"/>`,
    );
  }
  const width = PAPER_WIDTH * scale;
  const height = PAPER_HEIGHT * scale;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${PAPER_WIDTH} ${PAPER_HEIGHT}" fill="#fff">${shapes.join("")}</svg>`;
  const ink = await sharp(Buffer.from(svg))
    .flatten({ background: "#000" })
    .extractChannel(0)
    .raw()
    .toBuffer();
  return { width, height, scale, ink };
}

function rowShapes({ texts, fontSize, baseline }: ReceiptRow, font: Font): readonly string[] {
  const [first, last] = texts;
  const firstX = last === undefined ? (PAPER_WIDTH - textWidth(font, first, fontSize)) / 2 : MARGIN;
  const shapes = [textShape(font, first, { x: firstX, y: baseline, fontSize })];
  if (last !== undefined) {
    const x = PAPER_WIDTH - MARGIN - textWidth(font, last, fontSize);
    shapes.push(textShape(font, last, { x, y: baseline, fontSize }));
  }
  return shapes;
}

function textWidth(font: Font, text: string, fontSize: number): number {
  const widths = Array.from(text, (character) => font.charToGlyph(character).advanceWidth);
  return (widths.reduce((sum, width) => sum + width, 0) * fontSize) / font.unitsPerEm;
}

/** Sets the characters one after the other, without ligatures or kerning. */
function textShape(
  font: Font,
  text: string,
  at: { readonly x: number; readonly y: number; readonly fontSize: number },
): string {
  let x = at.x;
  const outlines = Array.from(text, (character) => {
    const outline = font.charToGlyph(character).getPath(x, at.y, at.fontSize).toPathData(2);
    x += textWidth(font, character, at.fontSize);
    return outline;
  });
  return `<path d="${outlines.join("")}"/>`;
}
