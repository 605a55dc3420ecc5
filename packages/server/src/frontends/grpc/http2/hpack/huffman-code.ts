/** One symbol's code: its lowest `bitCount` bits of `code`, most significant first. */
export interface HuffmanCode {
  readonly symbol: number;
  readonly code: number;
  readonly bitCount: number;
}

/** The symbol that never occurs in a string; its code's first bits are the padding. */
export const HUFFMAN_END_OF_STRING = 256;

/** Bits of the code of each byte, and of the end of a string. */
const BIT_COUNTS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/**
 * The codes of all symbols, shortest first. The code is canonical: codes of one length are consecutive in the order of
 * their symbols, so the lengths say everything.
 *
 * @see RFC 7541, appendix B
 */
export function huffmanCodes(): HuffmanCode[] {
  const symbols = BIT_COUNTS.map((bitCount, symbol) => ({ symbol, bitCount }));
  symbols.sort((left, right) => left.bitCount - right.bitCount || left.symbol - right.symbol);
  const codes: HuffmanCode[] = [];
  let code = 0;
  let previousBitCount = symbols[0]?.bitCount ?? 0;
  for (const { symbol, bitCount } of symbols) {
    code *= 2 ** (bitCount - previousBitCount);
    previousBitCount = bitCount;
    codes.push({ symbol, code, bitCount });
    code++;
  }
  return codes;
}
