import type { AddressInfo, Server } from "node:net";

/** Cumulative processor time in µs, and resident memory after a collection if one can be forced. */
export interface EchoFigures {
  readonly userUs: number;
  readonly systemUs: number;
  readonly residentBytes: number;
}

/** Has one of Node's servers listen on a free port of the loopback interface; resolves with it. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 1024, resolve));
  // A TCP server's address is never a string.
  return (server.address() as AddressInfo).port;
}

/**
 * Lets the program that started this one measure it: prints the port, then one line of figures for each line that it
 * reads, and ends the process with its input. See `EchoProcess`.
 */
export function reportFigures(port: number): void {
  process.stdout.write(`${port}\n`);
  process.stdin.on("data", () => {
    process.stdout.write(`${JSON.stringify(figures())}\n`);
  });
  process.stdin.on("end", () => process.exit());
}

function figures(): EchoFigures {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  return { userUs: user, systemUs: system, residentBytes: process.memoryUsage.rss() };
}
