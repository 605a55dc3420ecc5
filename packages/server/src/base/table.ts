import { assert } from "./assert.ts";

/** Columns that a table is fitted to where no terminal says otherwise. */
export const TABLE_WIDTH_DEFAULT = 500;

/** A cell: its lines, each a list of code points. */
type Cell = readonly (readonly string[])[];

/**
 * Draws a table as Triton's start-up log does: columns as wide as their content, and cells broken into several lines
 * where the table would not fit into `width` columns.
 *
 * ```
 * +-------+---------+
 * | Model | Version |
 * +-------+---------+
 * | a     | 1       |
 * +-------+---------+
 * ```
 * Every line ends with a line end, the last one too. Unlike Triton's, a row is exactly as high as its highest cell, and
 * a code point counts as one column however many bytes it has.
 *
 * @see Triton common src/table_printer.cc
 */
export function formatTable(
  headers: readonly string[],
  records: readonly (readonly string[])[],
  width: number = TABLE_WIDTH_DEFAULT,
): string {
  assert(headers.length > 0, "a table has columns");
  const rows = [headers, ...records].map((record) => {
    assert(record.length === headers.length, "a record has a cell for each column");
    return record.map(splitLines);
  });
  const contents = headers.map((_, column) =>
    Math.max(...rows.map((row) => cellWidth(cellAt(row, column)))),
  );
  const widths = fairWidths(contents, width);
  const divider = `+${widths.map((columns) => "-".repeat(columns + 2)).join("+")}+\n`;
  const [header = "", ...body] = rows.map((row) => formatRow(row, widths));
  return `${divider}${header}${divider}${body.join("")}${divider}`;
}

/** Gives each column an equal share, and what narrow columns leave over to the wider ones. */
function fairWidths(contents: readonly number[], width: number): number[] {
  const count = contents.length;
  const borders = 3 * count + 1;
  const available = Math.max(width - borders, count);
  const columns = contents.map((content, index) => ({
    index,
    content,
    share: Math.floor(available / count),
  }));
  const narrowFirst = columns.toSorted((a, b) => a.content - b.content);
  for (const [rank, column] of narrowFirst.entries()) {
    const excess = column.share - column.content;
    if (excess > 0) {
      column.share = column.content;
      const wider = narrowFirst.slice(rank + 1);
      for (const other of wider) {
        // Triton keeps shares in single precision, which decides how they are rounded down in the end.
        other.share = Math.fround(other.share + Math.fround(excess / wider.length));
      }
    }
  }
  return columns.map((column) => Math.max(1, Math.floor(column.share)));
}

function formatRow(row: readonly Cell[], widths: readonly number[]): string {
  const cells = widths.map((width, column) => breakLines(cellAt(row, column), width));
  const height = Math.max(...cells.map((lines) => lines.length));
  let text = "";
  for (let line = 0; line < height; line++) {
    const fields = widths.map((width, column) => {
      const characters = cells[column]?.[line] ?? [];
      return ` ${characters.join("")}${" ".repeat(width - characters.length)} |`;
    });
    text += `|${fields.join("")}\n`;
  }
  return text;
}

/** A line end closes a line and begins none. */
function splitLines(text: string): Cell {
  const lines = text.split("\n");
  if (lines.at(-1) === "") {
    lines.pop();
  }
  return lines.map((line) => Array.from(line));
}

function breakLines(cell: Cell, width: number): Cell {
  return cell.flatMap((line) => {
    const parts = [line.slice(0, width)];
    for (let start = width; start < line.length; start += width) {
      parts.push(line.slice(start, start + width));
    }
    return parts;
  });
}

function cellWidth(cell: Cell): number {
  return Math.max(0, ...cell.map((line) => line.length));
}

function cellAt(row: readonly Cell[], column: number): Cell {
  const cell = row[column];
  assert(cell !== undefined, "a row has a cell for each column");
  return cell;
}
