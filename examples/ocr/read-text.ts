import { detectText } from "./detect-text.ts";
import type { InferClient } from "./infer-client.ts";
import type { Quad } from "./quad.ts";
import { rowsInReadingOrder } from "./reading-order.ts";
import { type RecognizedText, recognizeText } from "./recognize-text.ts";
import type { RgbImage } from "./rgb-image.ts";
import type { TextRegion } from "./text-region.ts";
import { turnUpright } from "./turn-upright.ts";

/** Texts read with less confidence than this are left out. */
const CONFIDENCE_MIN = 0.5;

/** A line of a page: the texts that stand side by side in one row, with a space between them. */
export interface TextLine {
  readonly text: string;
  /** That of its least certain part. */
  readonly confidence: number;
  /** Outlines of its parts, from left to right, in the picture's pixels. */
  readonly quads: readonly Quad[];
}

/**
 * Reads the text of a picture with the three models of PP-OCR: where lines of text are, which of them stand upside down,
 * and what they say.
 *
 * @param characters by class of the recognition model, see `classCharacters`
 * @returns the lines in reading order
 * @throws {TritonError} Unavailable if the server cannot be reached, NotFound if it lacks a model
 */
export async function readText(
  client: InferClient,
  image: RgbImage,
  characters: readonly string[],
): Promise<readonly TextLine[]> {
  return readRegions(client, await detectText(client, image), characters);
}

/**
 * The part of `readText` that comes after text has been found: how many regions there are is known only now.
 *
 * @throws {TritonError} as `readText`
 */
export async function readRegions(
  client: InferClient,
  found: readonly TextRegion[],
  characters: readonly string[],
): Promise<readonly TextLine[]> {
  const upright = await turnUpright(client, found);
  const recognized = await recognizeText(client, upright, characters);
  const legible = recognized.filter(({ confidence }) => confidence >= CONFIDENCE_MIN);
  return rowsInReadingOrder(legible).map(joinRow);
}

function joinRow(row: readonly RecognizedText[]): TextLine {
  return {
    text: row.map(({ text }) => text).join(" "),
    confidence: Math.min(...row.map(({ confidence }) => confidence)),
    quads: row.map(({ quad }) => quad),
  };
}
