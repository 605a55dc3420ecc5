import { spawn } from "node:child_process";

/** One tool of the check. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** How a tool ended. */
export interface StepResult {
  readonly name: string;
  readonly isClean: boolean;
  /** Everything it wrote, and why it did not start if it did not. */
  readonly output: string;
  readonly durationMs: number;
}

/**
 * Runs one tool in `folder`, and kills it after `timeoutMs`. Never rejects: a tool that is not installed is a tool that
 * is not clean.
 */
export function runStep(
  { name, command, args }: Step,
  { folder, timeoutMs }: { readonly folder: string; readonly timeoutMs: number },
): Promise<StepResult> {
  const startMs = performance.now();
  const chunks: Buffer[] = [];
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const finish = (isClean: boolean, note: string): void => {
      clearTimeout(timer);
      const output = `${Buffer.concat(chunks).toString().trimEnd()}${note}`;
      resolve({ name, isClean, output, durationMs: performance.now() - startMs });
    };
    child.on("error", (error) => {
      finish(false, `\n${error.message}: run npm install`);
    });
    child.on("close", (code, signal) => {
      finish(
        code === 0,
        signal === null ? "" : `\nended with ${signal}, ${timeoutMs / 1000} s are allowed`,
      );
    });
  });
}
