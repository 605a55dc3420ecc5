/**
 * Our wire layer beside node:http: processor time of the server process for one request that echoes its body, and memory
 * for one idle connection. The numbers are in docs/decisions/0004-own-http-parser.md.
 *
 *   node --conditions=@nereid/source packages/server/bench/http-wire/main.ts [--seconds 2] [--rounds 3] [--idle 10000]
 *
 * Each round runs both servers in turn, on one core, the generator on another; medians of the rounds are printed. Figures
 * of different runs do not compare; ratios of one run do.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProgramOptions } from "../../../../tools/program-options.ts";
import { EchoComparison, runGenerator } from "../echo-comparison.ts";

const CONCURRENCIES = [16, 64] as const;
const BODIES: readonly (readonly [name: string, size: number])[] = [
  ["small (200 B)", 200],
  ["1 MiB", 1 << 20],
  ["16 MiB", 16 << 20],
];

const GENERATOR = join(import.meta.dirname, "..", "load-generator.ts");

function load(
  port: number,
  bodyFile: string,
  concurrency: number,
  seconds: number,
): Promise<number> {
  return runGenerator(GENERATOR, [
    `--url=http://127.0.0.1:${port}/echo`,
    `--concurrency=${concurrency}`,
    `--duration=${seconds}`,
    `--body-file=${bodyFile}`,
    "--header=Content-Type: application/octet-stream",
    "--header=Inference-Header-Content-Length: 150",
  ]);
}

async function main(): Promise<void> {
  const { seconds, rounds, idle } = readProgramOptions({
    usage:
      "usage: main.ts [--seconds <number, 2>] [--rounds <number, 3>] [--idle <connections, 10000>]\n\n" +
      "Measures our HTTP/1 layer beside Node's.",
    texts: {},
    numbers: {
      seconds: { default: 2, min: 0.1, isWhole: false },
      rounds: { default: 3, min: 1, isWhole: true },
      idle: { default: 10_000, min: 1, isWhole: true },
    },
  });
  const comparison = new EchoComparison({
    program: join(import.meta.dirname, "echo-server.ts"),
    // Ours, ours without `onread` (public interfaces of Node only), and Node's.
    kinds: ["wire", "wire-stream", "node-http"],
    rounds,
    seconds,
    greeting: Buffer.from("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"),
  });
  const folder = mkdtempSync(join(tmpdir(), "http-wire-"));
  try {
    comparison.printHead("Echo, CPU µs a request");
    for (const [name, size] of BODIES) {
      const bodyFile = join(folder, String(size));
      writeFileSync(bodyFile, Buffer.alloc(size, "a"));
      for (const concurrency of CONCURRENCIES) {
        await comparison.compareCpu(`${name}, ${concurrency} in flight`, (port, seconds) =>
          load(port, bodyFile, concurrency, seconds),
        );
      }
    }
    await comparison.compareIdle(idle);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
