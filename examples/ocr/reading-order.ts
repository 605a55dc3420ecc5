import { type Point, type Quad, quadCenter, quadHeight } from "./quad.ts";

/** Two outlines stand in one row if their middles differ by less than this part of their height. */
const ROW_DISTANCE_MAX = 0.5;

/**
 * Groups outlines of text into rows, from the top, each from the left, as the reader sees the page: the direction of
 * the page is the mean direction of its lines, so that a picture taken askew, sideways or upside down reads right.
 */
export function rowsInReadingOrder<Item extends { readonly quad: Quad }>(
  items: readonly Item[],
): readonly (readonly Item[])[] {
  const direction = pageDirection(items.map((item) => item.quad));
  const placed = items.map((item) => ({
    item,
    height: quadHeight(item.quad),
    ...place(item.quad, direction),
  }));
  placed.sort((left, right) => left.down - right.down);
  const rows: (typeof placed)[] = [];
  for (const entry of placed) {
    const row = rows.at(-1);
    const last = row?.at(-1);
    const isSameRow =
      last !== undefined &&
      entry.down - last.down < ROW_DISTANCE_MAX * Math.min(last.height, entry.height);
    if (row !== undefined && isSameRow) {
      row.push(entry);
    } else {
      rows.push([entry]);
    }
  }
  return rows.map((row) =>
    row.sort((left, right) => left.along - right.along).map(({ item }) => item),
  );
}

/** Unit vector along the text: the sum of all upper and lower sides, so that long lines count most. */
function pageDirection(quads: readonly Quad[]): Point {
  let x = 0;
  let y = 0;
  for (const [topLeft, topRight, bottomRight, bottomLeft] of quads) {
    x += topRight.x - topLeft.x + bottomRight.x - bottomLeft.x;
    y += topRight.y - topLeft.y + bottomRight.y - bottomLeft.y;
  }
  const length = Math.hypot(x, y);
  return length === 0 ? { x: 1, y: 0 } : { x: x / length, y: y / length };
}

/** An outline's middle, measured along the page's lines and down the page. */
function place(quad: Quad, direction: Point): { readonly along: number; readonly down: number } {
  const { x, y } = quadCenter(quad);
  return { along: x * direction.x + y * direction.y, down: y * direction.x - x * direction.y };
}
