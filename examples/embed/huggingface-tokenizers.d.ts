/**
 * What the examples use of @huggingface/tokenizers, as its documentation has it: the package's own declarations import
 * without file names, which Node's rules for types do not resolve.
 */
export class Tokenizer {
  /**
   * @param tokenizer what tokenizer.json holds; the library checks it
   * @param config what tokenizer_config.json holds
   */
  constructor(tokenizer: object, config: object);
  encode(text: string): { readonly ids: readonly number[] };
}
