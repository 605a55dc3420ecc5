/** What is known of a thrown value, for a log of bugs: the stack of an error, otherwise its text. */
export function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
