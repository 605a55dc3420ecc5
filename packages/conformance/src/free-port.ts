import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Where ports are looked for: below those that the system hands out by itself (from 32768 on Linux, higher elsewhere). One of
 * those that is free now may be taken before its server listens: by another server or any connection, even one of ours that tries
 * whether the server is there yet. A foreign server then answers in its place, and it is told to stop before it has begun.
 */
const PORT_FIRST = 10_000;
const PORT_LAST = 32_000;
const ATTEMPTS_MAX = 1_000;

/** Ports that this process has given out: none is given twice, since a server may not be listening yet. */
const given = new Set<number>();

/** A port that nobody listens on, nor will because of chance. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = PORT_FIRST + Math.floor(Math.random() * (PORT_LAST - PORT_FIRST));
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${PORT_FIRST} and ${PORT_LAST}`);
}

/** Free on every address: a server may be told any. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, "listening");
  } catch {
    // In use, or kept from us: either way another one is tried.
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
