import { type HeadFields, OFFSETS_PER_HEADER } from "./head-fields.ts";
import type { HeaderVisitor, HttpRequestHead } from "./http-exchange.ts";

const CODE_UPPER_A = 0x41;
const CODE_UPPER_Z = 0x5a;
const CODE_NON_ASCII = 0x80;

/** The head of a request, kept as one text and the offsets of its headers: values are cut out when asked for. */
export class RequestHead implements HttpRequestHead {
  readonly method: string;
  readonly versionMinor: 0 | 1;
  /** The whole head, a character per byte. @internal for handing the head to another thread */
  readonly headText: string;
  /** Where its header lines lie in it, as in `HeadFields`. @internal likewise */
  readonly headerOffsets: readonly number[];
  memo: unknown = null;
  #targetText: string;
  #path: string | null = null;
  #query = "";

  /** @param text the whole head, a character per byte */
  constructor(text: string, fields: HeadFields) {
    this.method = fields.method;
    this.versionMinor = fields.versionMinor;
    this.headText = text;
    this.headerOffsets = fields.copyOffsets();
    this.#targetText = text.slice(fields.targetStart, fields.targetEnd);
  }

  get target(): string {
    this.#splitTarget();
    return this.#targetText;
  }

  get path(): string {
    return this.#path ?? this.#splitTarget();
  }

  get query(): string {
    this.#splitTarget();
    return this.#query;
  }

  header(name: string): string | undefined {
    const offsets = this.headerOffsets;
    for (let index = 0; index < offsets.length; index += OFFSETS_PER_HEADER) {
      const start = offsets[index] ?? 0;
      if ((offsets[index + 1] ?? 0) - start === name.length && this.#spells(start, name)) {
        return this.headText.slice(offsets[index + 2], offsets[index + 3]);
      }
    }
    return undefined;
  }

  forEachHeader(visit: HeaderVisitor): void {
    const offsets = this.headerOffsets;
    for (let index = 0; index < offsets.length; index += OFFSETS_PER_HEADER) {
      visit(
        this.headText.slice(offsets[index], offsets[index + 1]),
        this.headText.slice(offsets[index + 2], offsets[index + 3]),
      );
    }
  }

  #spells(start: number, lowerCaseName: string): boolean {
    for (let index = 0; index < lowerCaseName.length; index++) {
      const code = this.headText.charCodeAt(start + index);
      const isUpper = code >= CODE_UPPER_A && code <= CODE_UPPER_Z;
      if ((isUpper ? code | 0x20 : code) !== lowerCaseName.charCodeAt(index)) {
        return false;
      }
    }
    return true;
  }

  /** Decodes the target and takes it apart, once. */
  #splitTarget(): string {
    if (this.#path !== null) {
      return this.#path;
    }
    if (!isAscii(this.#targetText)) {
      this.#targetText = Buffer.from(this.#targetText, "latin1").toString("utf8");
    }
    const target = this.#targetText;
    const queryStart = target.indexOf("?");
    const beforeQuery = queryStart < 0 ? target : target.slice(0, queryStart);
    this.#query = queryStart < 0 ? "" : target.slice(queryStart + 1);
    this.#path = pathOf(beforeQuery);
    return this.#path;
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) >= CODE_NON_ASCII) {
      return false;
    }
  }
  return true;
}

/** The path of a target without query: of an absolute URI what follows the authority. */
function pathOf(target: string): string {
  if (target.startsWith("/") || target === "*") {
    return target;
  }
  const pathStart = target.indexOf("/", target.indexOf("//") + 2);
  return pathStart < 0 ? "/" : target.slice(pathStart);
}
