/** A TypeScript or JavaScript source taken apart, as far as the rules need it. */
export interface ScannedSource {
  /** The source with comments and the insides of strings, templates and regular expressions blanked. Same length. */
  readonly code: string;
  /** Every comment, markers included. */
  readonly comments: readonly Comment[];
  /** Every module that the source names: imports, re-exports, dynamic imports, `new URL("./x", import.meta.url)`. */
  readonly imports: readonly ModuleReference[];
}

/** A comment and the line (from 1) on which it begins. */
export interface Comment {
  readonly text: string;
  readonly line: number;
}

/** A named module and the line (from 1) on which its name stands. */
export interface ModuleReference {
  readonly specifier: string;
  readonly line: number;
}

/**
 * What follows is a regular expression if the slash comes after one of these. A slash after `)` is taken as a division.
 */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|throw|await|yield))\s*$/;

/**
 * A scanner, not a parser: it knows where strings, templates, comments and regular expressions begin and end, and
 * nothing of the grammar. TypeScript 7 offers no parser to JavaScript, and the rules need no more.
 */
export function scanSource(source: string): ScannedSource {
  const pieces = takeApart(source);
  const code = source.split("");
  const withoutComments = source.split("");
  const comments: Comment[] = [];
  const lineAt = lineCounter(source);
  for (const { start, end, isComment } of pieces) {
    blank(code, start, end);
    if (isComment) {
      blank(withoutComments, start, end);
      comments.push({ text: source.slice(start, end), line: lineAt(start) });
    }
  }
  const codeText = code.join("");
  return { code: codeText, comments, imports: findImports(withoutComments.join(""), codeText) };
}

/** A function that gives the line (from 1) of an offset; offsets must not go back. */
export function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let position = 0;
  return (offset) => {
    for (; position < offset; position++) {
      if (text[position] === "\n") {
        line++;
      }
    }
    return line;
  };
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isComment: boolean;
}

/**
 * Finds everything that is not code. `braces` holds, for each template that is open around the position, the number of
 * braces open inside its `${`.
 */
function takeApart(source: string): Piece[] {
  const pieces: Piece[] = [];
  const braces: number[] = [];
  let position = 0;
  const take = (end: number, isComment = false): void => {
    pieces.push({ start: position, end, isComment });
    position = end;
  };
  while (position < source.length) {
    const character = source[position];
    const next = source[position + 1];
    if (character === "/" && next === "/") {
      take(endOf(source, "\n", position), true);
    } else if (character === "/" && next === "*") {
      take(Math.min(source.length, endOf(source, "*/", position + 2) + 2), true);
    } else if (character === '"' || character === "'") {
      take(endOfQuoted(source, position + 1, character));
    } else if (
      character === "/" &&
      BEFORE_REGEX.test(source.slice(lineStart(source, position), position))
    ) {
      take(endOfRegex(source, position + 1));
    } else if (character === "`" || (character === "}" && braces.at(-1) === 0)) {
      if (character === "}") {
        braces.pop();
      }
      const end = endOfTemplatePart(source, position + 1);
      if (source[end - 1] === "{") {
        braces.push(0);
      }
      take(end);
    } else {
      countBrace(braces, character);
      position++;
    }
  }
  return pieces;
}

function countBrace(braces: number[], character: string | undefined): void {
  const depth = braces.at(-1);
  if (depth !== undefined && (character === "{" || character === "}")) {
    braces[braces.length - 1] = depth + (character === "{" ? 1 : -1);
  }
}

/** The start of the last line before `position` that is not blank, so that a regex may begin a line. */
function lineStart(source: string, position: number): number {
  const before = source.slice(Math.max(0, position - 500), position).trimEnd();
  return Math.max(0, position - 500) + before.lastIndexOf("\n") + 1;
}

function endOf(source: string, mark: string, from: number): number {
  const index = source.indexOf(mark, from);
  return index === -1 ? source.length : index;
}

function endOfQuoted(source: string, from: number, quote: string): number {
  let position = from;
  while (position < source.length && source[position] !== quote && source[position] !== "\n") {
    position += source[position] === "\\" ? 2 : 1;
  }
  return Math.min(source.length, position + 1);
}

function endOfRegex(source: string, from: number): number {
  let position = from;
  let isInClass = false;
  while (position < source.length && source[position] !== "\n") {
    const character = source[position];
    if (character === "/" && !isInClass) {
      return position + 1;
    }
    if (character === "[" || character === "]") {
      isInClass = character === "[";
    }
    position += character === "\\" ? 2 : 1;
  }
  return Math.min(source.length, position);
}

/** The end of a template's text: after its closing backquote, or after the `${` that opens an expression. */
function endOfTemplatePart(source: string, from: number): number {
  let position = from;
  while (position < source.length) {
    const character = source[position];
    if (character === "`") {
      return position + 1;
    }
    if (character === "$" && source[position + 1] === "{") {
      return position + 2;
    }
    position += character === "\\" ? 2 : 1;
  }
  return source.length;
}

function blank(characters: string[], start: number, end: number): void {
  for (let index = start; index < end; index++) {
    if (characters[index] !== "\n") {
      characters[index] = " ";
    }
  }
}

const IMPORT_FORMS: readonly RegExp[] = [
  /\b(?:import|export)\b[^;"'`()=]*?\bfrom\s*["']([^"'\n]+)["']/g,
  /\bimport\s*["']([^"'\n]+)["']/g,
  /\bimport\(\s*["']([^"'\n]+)["']/g,
  /\bnew URL\(\s*["']([^"'\n]+)["'],\s*import\.meta\.url/g,
];

function findImports(withoutComments: string, code: string): ModuleReference[] {
  const found: { specifier: string; offset: number }[] = [];
  for (const form of IMPORT_FORMS) {
    for (const match of withoutComments.matchAll(form)) {
      // A keyword that is blank in the code stands inside a string: a program about programs, such as a test of this.
      if (code[match.index] !== " ") {
        const specifier = match[1] ?? "";
        found.push({ specifier, offset: match.index + match[0].lastIndexOf(specifier) });
      }
    }
  }
  found.sort((a, b) => a.offset - b.offset);
  const lineAt = lineCounter(withoutComments);
  return found.map(({ specifier, offset }) => ({ specifier, line: lineAt(offset) }));
}
