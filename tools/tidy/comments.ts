import { isSource, isTest } from "./areas.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

/** Checks what comments must not say, and where one is owed: at every `as`, and above every export. */
export function* checkComments(tree: SourceTree): Generator<Violation> {
  for (const path of tree.files.filter(isSource)) {
    yield* checkMarks(tree, path);
    const isPublic = /^packages\/[^/]+\/src\//.test(path) || path.startsWith("tools/");
    if (isPublic && !isTest(path) && path.endsWith(".ts")) {
      const lines = linesOf(tree, path);
      yield* checkAssertions(path, lines);
      yield* checkExports(path, lines);
    }
  }
}

function* checkMarks(tree: SourceTree, path: string): Generator<Violation> {
  for (const { text, line } of tree.scan(path).comments) {
    if (/\b(?:FIXME|XXX|HACK)\b/.test(text)) {
      yield { path, line, message: "is known to be broken: repair it, or open an issue" };
    }
    if (/\bTODO\b(?!\(#\d+\))/.test(text)) {
      yield { path, line, message: "TODO needs an issue: TODO(#123)" };
    }
  }
}

/** One line of a source: its code, and whether a comment is on it. */
interface Line {
  readonly code: string;
  readonly hasComment: boolean;
  readonly endsDocComment: boolean;
}

function linesOf(tree: SourceTree, path: string): Line[] {
  const { code, comments } = tree.scan(path);
  const commented = new Set<number>();
  const documented = new Set<number>();
  for (const { text, line } of comments) {
    const lastLine = line + text.split("\n").length - 1;
    for (let each = line; each <= lastLine; each++) {
      commented.add(each);
    }
    if (text.startsWith("/**")) {
      documented.add(lastLine);
    }
  }
  return code.split("\n").map((text, index) => ({
    code: text.trim(),
    hasComment: commented.has(index + 1),
    endsDocComment: documented.has(index + 1),
  }));
}

/**
 * `as` overrules the compiler, so a comment says why it holds: on the line, or above the statement. `as const` asserts
 * nothing; renames in imports and exports and the keys of mapped types only use the same word.
 */
function* checkAssertions(path: string, lines: readonly Line[]): Generator<Violation> {
  let isInModuleClause = false;
  for (const [index, { code }] of lines.entries()) {
    isInModuleClause = isInModuleClause || /^(?:import|export)\s+(?:type\s+)?[{*]/.test(code);
    const withoutMappedKeys = code.replace(/\[[^\]]*\bin\b[^\]]*\bas\b[^\]]*\]/g, "");
    const isAssertion = !isInModuleClause && /(?:^|\s)as\s+(?!const\b)/.test(withoutMappedKeys);
    if (isAssertion && !isExplained(lines, index)) {
      yield { path, line: index + 1, message: "`as` needs a comment that says why it holds" };
    }
    isInModuleClause = isInModuleClause && !/[};]/.test(code);
  }
}

/** Whether there is a comment on the line, on an earlier line of its statement, or directly above the statement. */
function isExplained(lines: readonly Line[], index: number): boolean {
  for (let current = index; current >= 0; current--) {
    if (lines[current]?.hasComment === true) {
      return true;
    }
    const above = lines[current - 1];
    const isStatementStart = above === undefined || /[;{}]$/.test(above.code) || isBlank(above);
    if (isStatementStart && above?.hasComment !== true) {
      return false;
    }
  }
  return false;
}

function isBlank(line: Line): boolean {
  return line.code === "" && !line.hasComment;
}

const EXPORT =
  /^export (?:declare )?(?:abstract )?(?:async )?(?<kind>function\*?|class|interface|type|const|let) (?<name>[\w$]+)/;

/**
 * Every export is documented. Once a name: overloads and a type of a constant's name share the comment. Once a table:
 * constants and types of one line each, without a gap between them, share the first one's.
 */
function* checkExports(path: string, lines: readonly Line[]): Generator<Violation> {
  const documented = new Set<string>();
  let tableRow: number | null = null;
  for (const [index, { code }] of lines.entries()) {
    const { kind, name } = EXPORT.exec(code)?.groups ?? {};
    if (name === undefined) {
      continue;
    }
    const isRow = (kind === "const" || kind === "type") && code.endsWith(";");
    const isDocumented =
      lines[index - 1]?.endsDocComment === true ||
      documented.has(name) ||
      (isRow && tableRow !== null && tableRow === index - 1);
    if (isDocumented) {
      documented.add(name);
      tableRow = isRow ? index : tableRow;
    } else {
      yield { path, line: index + 1, message: `${name} is exported and needs a doc comment` };
    }
  }
}
