import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StatusCode, TritonError } from "@nereid/protocol";
import type { createClient, RedisClientOptions } from "@redis/client";
import { assert } from "../base/assert.ts";
import type { RedisConnection } from "./redis-cache.ts";
import type { RedisSettings, RedisTlsSettings } from "./redis-settings.ts";

const RECONNECT_MS_MIN = 50;
const RECONNECT_MS_MAX = 2000;
/** Commands that wait for a connection's socket; more fail at once. */
const QUEUE_LENGTH_MAX = 65_536;

type SocketOptions = NonNullable<RedisClientOptions["socket"]>;

/** What the operator is told of a connection. */
export interface RedisConnectionListener {
  onLost(reason: string): void;
  onRestored(): void;
}

/** One socket to Redis that comes back by itself. */
interface RedisSocket {
  readonly isReady: boolean;
  get(key: string): Promise<Buffer | null>;
  set(key: string, value: Buffer, ttlMs: number | null): Promise<unknown>;
  destroy(): void;
}

/**
 * Connects to Redis, with as many sockets as the settings say; commands take them in turn. The client library is loaded
 * here, so that a server without this cache does not have it in memory.
 *
 * @throws {TritonError} Internal if Redis cannot be reached, or refuses
 */
export async function connectToRedis(
  settings: RedisSettings,
  listener: RedisConnectionListener,
): Promise<RedisConnection> {
  const sockets: RedisSocket[] = [];
  try {
    for (let index = 0; index < settings.connectionCount; index++) {
      // One is enough to tell the operator.
      sockets.push(await openSocket(settings, index === 0 ? listener : null));
    }
  } catch (error) {
    for (const socket of sockets) {
      socket.destroy();
    }
    throw new TritonError(
      StatusCode.Internal,
      `Failed to initialize RedisCache: ${reasonOf(error)}`,
      { cause: error },
    );
  }
  let turn = 0;
  const next = (): RedisSocket => {
    turn = (turn + 1) % sockets.length;
    const socket = sockets[turn];
    assert(socket !== undefined, "there is at least one socket");
    return socket;
  };
  return {
    isReady: () => sockets.every((socket) => socket.isReady),
    get: (key) => next().get(key),
    set: (key, value, ttlMs) => next().set(key, value, ttlMs),
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  };
}

async function openSocket(
  settings: RedisSettings,
  listener: RedisConnectionListener | null,
): Promise<RedisSocket> {
  const { createClient: create, RESP_TYPES } = await import("@redis/client");
  let isOpened = false;
  let isLost = false;
  const client = create({
    socket: {
      ...(await socketOptions(settings)),
      // The first connection is made or the start fails; a later one is made again.
      reconnectStrategy: (retries, cause) =>
        isOpened
          ? Math.min(RECONNECT_MS_MAX, RECONNECT_MS_MIN * 2 ** Math.min(retries, 10))
          : cause,
    },
    ...(settings.user === "" ? {} : { username: settings.user }),
    ...(settings.password === "" ? {} : { password: settings.password }),
    database: settings.database,
    disableOfflineQueue: true,
    commandsQueueMaxLength: QUEUE_LENGTH_MAX,
  });
  client.on("error", (error: unknown) => {
    if (isOpened && !isLost) {
      isLost = true;
      listener?.onLost(reasonOf(error));
    }
  });
  client.on("ready", () => {
    if (isLost) {
      isLost = false;
      listener?.onRestored();
    }
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    destroy(client);
    throw error;
  }
  isOpened = true;
  client.unref();
  const typed = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  return {
    get isReady() {
      return client.isReady;
    },
    get: (key) => typed.get(key),
    set: (key, value, ttlMs) =>
      ttlMs === null
        ? client.set(key, value)
        : client.set(key, value, { expiration: { type: "PX", value: ttlMs } }),
    destroy: () => {
      destroy(client);
    },
  };
}

function destroy(client: Pick<ReturnType<typeof createClient>, "destroy" | "isOpen">): void {
  if (client.isOpen) {
    client.destroy();
  }
}

async function socketOptions(settings: RedisSettings): Promise<SocketOptions> {
  const common = {
    host: settings.host,
    port: settings.port,
    connectTimeout: settings.connectTimeoutMs,
    noDelay: true,
  };
  return settings.tls === null ? common : { ...common, ...(await tlsOptions(settings.tls)) };
}

/** The certificates are read now, once. */
async function tlsOptions(tls: RedisTlsSettings): Promise<SocketOptions> {
  const roots: Buffer[] = [];
  if (tls.rootCertificateFile !== "") {
    roots.push(await readFile(tls.rootCertificateFile));
  }
  if (tls.rootCertificateDirectory !== "") {
    for (const name of await readdir(tls.rootCertificateDirectory)) {
      roots.push(await readFile(join(tls.rootCertificateDirectory, name)));
    }
  }
  return {
    tls: true,
    ...(roots.length === 0 ? {} : { ca: roots }),
    ...(tls.certificateFile === "" ? {} : { cert: await readFile(tls.certificateFile) }),
    ...(tls.keyFile === "" ? {} : { key: await readFile(tls.keyFile) }),
    ...(tls.serverName === "" ? {} : { servername: tls.serverName }),
  };
}

/** In the words of the real server's client where it has some. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The client library wraps the system's error and drops its code.
  if (message.includes("ECONNREFUSED")) {
    return "Failed to connect to Redis: Connection refused";
  }
  return message.includes("ENOTFOUND")
    ? "Failed to connect to Redis: Name or service not known"
    : message;
}
