/**
 * Our HTTP/2 layer beside node:http2: processor time of the server process for one unary call that echoes its message, and
 * memory for one idle connection.
 *
 *   node --conditions=@nereid/source packages/server/bench/http2-wire/main.ts [--seconds 2] [--rounds 3] [--idle 2000]
 *
 * Each round runs the servers in turn, on one core, the generator on another; medians of the rounds are printed. Figures
 * of different runs do not compare; ratios of one run do.
 */
import { join } from "node:path";
import { readProgramOptions } from "../../../../tools/program-options.ts";
import { CLIENT_PREFACE } from "../../src/frontends/grpc/http2/frame-format.ts";
import { EchoComparison, runGenerator } from "../echo-comparison.ts";

/** How calls are spread: connections, streams of each that are open at a time, bytes of a message. */
interface Shape {
  readonly name: string;
  readonly connections: number;
  readonly streams: number;
  readonly size: number;
}

const SHAPES: readonly Shape[] = [
  { name: "150 B, 16 connections", connections: 16, streams: 1, size: 150 },
  { name: "150 B, 1 connection × 16", connections: 1, streams: 16, size: 150 },
  { name: "10 KiB, 1 connection × 16", connections: 1, streams: 16, size: 10 << 10 },
];

const GENERATOR = join(import.meta.dirname, "call-generator.ts");
const NO_SETTINGS = Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0);

function load(port: number, shape: Shape, seconds: number): Promise<number> {
  return runGenerator(GENERATOR, [
    `--port=${port}`,
    `--connections=${shape.connections}`,
    `--streams=${shape.streams}`,
    `--size=${shape.size}`,
    `--seconds=${seconds}`,
  ]);
}

async function main(): Promise<void> {
  const { seconds, rounds, idle } = readProgramOptions({
    usage:
      "usage: main.ts [--seconds <number, 2>] [--rounds <number, 3>] [--idle <connections, 2000>]\n\n" +
      "Measures our HTTP/2 layer beside Node's.",
    texts: {},
    numbers: {
      seconds: { default: 2, min: 0.1, isWhole: false },
      rounds: { default: 3, min: 1, isWhole: true },
      idle: { default: 2_000, min: 1, isWhole: true },
    },
  });
  const comparison = new EchoComparison({
    program: join(import.meta.dirname, "echo-server.ts"),
    // Ours, ours without `onread` (public interfaces of Node only), and Node's.
    kinds: ["wire", "wire-stream", "node-http2"],
    rounds,
    seconds,
    greeting: Buffer.concat([CLIENT_PREFACE, NO_SETTINGS]),
  });
  comparison.printHead("Echo, CPU µs a call");
  for (const shape of SHAPES) {
    await comparison.compareCpu(shape.name, (port, seconds) => load(port, shape, seconds));
  }
  await comparison.compareIdle(idle);
}

await main();
