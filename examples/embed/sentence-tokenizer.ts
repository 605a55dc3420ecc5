import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

/** Longer texts are cut. */
export const TOKENS_MAX = 128;

/** Texts are filled up to a multiple of this, so that those of like length can be batched. */
const LENGTH_MULTIPLE = 16;

/** Some texts as an encoder takes them, row-major `[texts, length]`. */
export interface TokenRows {
  readonly shape: readonly [texts: number, length: number];
  readonly ids: BigInt64Array;
  /** 1 for tokens, 0 for what fills up. */
  readonly mask: BigInt64Array;
  /** All zero: there are no pairs of texts. */
  readonly types: BigInt64Array;
}

/** The tokenizer of a sentence encoder. */
export class SentenceTokenizer {
  readonly #tokenizer: Tokenizer;

  /** @param path of a tokenizer.json */
  constructor(path: string) {
    // The library checks what it reads.
    this.#tokenizer = new Tokenizer(JSON.parse(readFileSync(path, "utf8")) as object, {});
  }

  /** All texts at one length: that of the longest, rounded up. What fills up has id 0; the mask leaves it out. */
  encode(texts: readonly string[]): TokenRows {
    const rows = texts.map((text) => cut(this.#tokenizer.encode(text).ids));
    const longest = Math.max(1, ...rows.map(({ length }) => length));
    const length = Math.ceil(longest / LENGTH_MULTIPLE) * LENGTH_MULTIPLE;
    const ids = new BigInt64Array(rows.length * length);
    const mask = new BigInt64Array(ids.length);
    for (const [row, tokens] of rows.entries()) {
      for (const [place, id] of tokens.entries()) {
        ids[row * length + place] = BigInt(id);
      }
      mask.fill(1n, row * length, row * length + tokens.length);
    }
    return { shape: [rows.length, length], ids, mask, types: new BigInt64Array(ids.length) };
  }
}

/** A text that is cut keeps the mark at its end. */
function cut(ids: readonly number[]): readonly number[] {
  const last = ids.at(-1);
  return ids.length <= TOKENS_MAX || last === undefined
    ? ids
    : [...ids.slice(0, TOKENS_MAX - 1), last];
}
