/** Waits. Servers under test are processes of their own: nothing but real time passes between two looks at them. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
