import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { EchoFigures } from "./echo-program.ts";

/** One process of a program that calls `reportFigures`, on a processor of its own. */
export class EchoProcess {
  readonly port: Promise<number>;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  /** @param kind of server, which the program takes as its argument */
  constructor(program: string, kind: string, cpu: string) {
    const node = [process.execPath, "--conditions=@nereid/source", "--expose-gc", program, kind];
    this.#process = spawn("taskset", ["-c", cpu, ...node], { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout } = this.#process;
    if (stdout === null) {
      throw new Error("the server's output is not piped");
    }
    this.#reader = createInterface({ input: stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
    this.port = this.#line().then(Number);
  }

  async figures(): Promise<EchoFigures> {
    this.#process.stdin?.write("\n");
    // The server's own format.
    return JSON.parse(await this.#line()) as EchoFigures;
  }

  stop(): void {
    this.#process.stdin?.end();
    this.#reader.close();
  }

  async #line(): Promise<string> {
    const next: IteratorResult<string, unknown> = await this.#lines.next();
    if (next.done === true) {
      throw new Error("the server ended");
    }
    return next.value;
  }
}
