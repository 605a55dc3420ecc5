import { freePort } from "./free-port.ts";

/** The same flags, but that a port which the server is to choose for HTTP (0) is chosen here: nobody could ask for it. */
export async function withKnownHttpPort(flags: readonly string[]): Promise<readonly string[]> {
  const isOpen = /^0+$/.test(lastValue(flags, "--http-port") ?? "");
  return isOpen ? [...flags, `--http-port=${await freePort()}`] : flags;
}

/**
 * Where a server started with these flags listens for HTTP, as one reaches it from this machine. Both forms of a flag
 * count (`--http-port=8000`, `--http-port 8000`), and the last one wins.
 */
export function serverUrl(flags: readonly string[]): string {
  const port = lastValue(flags, "--http-port") ?? "8000";
  const address = lastValue(flags, "--http-address") ?? "0.0.0.0";
  return `http://${reachableHost(address)}:${port}`;
}

function lastValue(flags: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [index, flag] of flags.entries()) {
    if (flag === name) {
      value = flags[index + 1] ?? value;
    } else if (flag.startsWith(`${name}=`)) {
      value = flag.slice(name.length + 1);
    }
  }
  return value;
}

/** "All interfaces" is an address to listen at, not one to connect to. */
function reachableHost(address: string): string {
  if (address === "0.0.0.0") {
    return "127.0.0.1";
  }
  if (address === "::") {
    return "[::1]";
  }
  return address.includes(":") ? `[${address}]` : address;
}
