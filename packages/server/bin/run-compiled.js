// Plain JavaScript that any Node of the last years can read: it says what is missing before it loads what needs it.
import { existsSync } from "node:fs";

const NODE_MAJOR_NEEDED = 24;
const NODE_MINOR_NEEDED = 11;
const MAIN = new URL("../dist/cli/main.js", import.meta.url);

/**
 * Runs the compiled command line under the name of a bin, or says why it cannot.
 *
 * @param {"nereid" | "nereid-server"} program
 */
export async function runCompiled(program) {
  const problem = findProblem(process.versions.node);
  if (problem !== "") {
    process.stderr.write(`${program}: ${problem}\n`);
    process.exitCode = 1;
    return;
  }
  const { main } = /** @type {{ main: (program: string, words: string[]) => Promise<void> }} */ (
    await import(MAIN.href)
  );
  await main(program, process.argv.slice(2));
}

/**
 * @param {string} version of Node, as `24.11.0`
 * @returns {string} empty if there is none
 */
function findProblem(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < NODE_MAJOR_NEEDED || (major === NODE_MAJOR_NEEDED && minor < NODE_MINOR_NEEDED)) {
    return (
      `needs Node.js ${NODE_MAJOR_NEEDED}.${NODE_MINOR_NEEDED} or newer, and this is ${version} (${process.execPath}). ` +
      "Install a newer one from https://nodejs.org, or run it in a project that has the npm package 'node'."
    );
  }
  return existsSync(MAIN) ? "" : "is not compiled. In a checkout, run `npm run build` first.";
}
