import { stat } from "node:fs/promises";
import type { Clock } from "../../base/clock.ts";
import type { OrtSession } from "../../ffi/ort/ort-session.ts";
import type { OrtSessionSettings } from "../../ffi/ort/ort-session-options.ts";

/** How long a session waits for its model. Completing and checking a configuration take milliseconds. */
const PREPARED_MS_MAX = 30_000;

/** What a session is made from: a file that has changed, or other settings, make another one. */
export async function preparedSessionKey(
  path: string,
  settings: OrtSessionSettings,
): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  const entries = [...settings.configEntries];
  return JSON.stringify([path, mtimeMs, size, ino, { ...settings, configEntries: entries }]);
}

interface PreparedSession {
  readonly session: OrtSession;
  readonly cancelTimer: () => void;
}

/**
 * Sessions that auto-completion has loaded to look at the model, kept for the load of the same model that most likely
 * follows: loading twice would double its time.
 */
export class PreparedSessions {
  readonly #clock: Clock;
  readonly #release: (session: OrtSession) => Promise<void>;
  readonly #sessions = new Map<string, PreparedSession>();

  constructor(clock: Clock, release: (session: OrtSession) => Promise<void>) {
    this.#clock = clock;
    this.#release = release;
  }

  /** Takes ownership of a session, for {@link PREPARED_MS_MAX}. */
  async keep(key: string, session: OrtSession): Promise<void> {
    const older = this.take(key);
    const cancelTimer = this.#clock.setTimer(PREPARED_MS_MAX, () => {
      this.#sessions.delete(key);
      void this.#release(session);
    });
    this.#sessions.set(key, { session, cancelTimer });
    if (older !== null) {
      await this.#release(older);
    }
  }

  /** The session of this key, which is the caller's from now on, or null. */
  take(key: string): OrtSession | null {
    const prepared = this.#sessions.get(key);
    if (prepared === undefined) {
      return null;
    }
    this.#sessions.delete(key);
    prepared.cancelTimer();
    return prepared.session;
  }

  async close(): Promise<void> {
    const keys = [...this.#sessions.keys()];
    for (const key of keys) {
      const session = this.take(key);
      if (session !== null) {
        await this.#release(session);
      }
    }
  }
}
