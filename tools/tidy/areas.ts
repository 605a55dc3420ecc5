/**
 * Whether a path is a source of ours that the house rules are about: TypeScript or JavaScript, and not written by a
 * generator.
 */
export function isSource(path: string): boolean {
  return /\.(?:ts|mjs|cjs|js)$/.test(path) && !isGenerated(path);
}

/** Whether a path is written by `npm run generate`. */
export function isGenerated(path: string): boolean {
  return /(?:^|\/)gen\//.test(path) || /\.gen\.\w+$/.test(path);
}

/** Whether a path is a test, or support that only tests import. */
export function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.includes("/testing/");
}

/**
 * Whether a path is part of what users install: the sources of the packages, without their tests. The conformance suite
 * is a program about servers, not a part of one.
 */
export function isProduct(path: string): boolean {
  return (
    /^packages\/[^/]+\/src\//.test(path) &&
    !path.startsWith("packages/conformance/") &&
    isSource(path) &&
    !isTest(path)
  );
}

/** Whether `path` is `folder` or lies in it. */
export function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** `a/b` of `a/b/c.ts`; empty for a file at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** `c.ts` of `a/b/c.ts`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
