/** The program of an HTTP thread's worker. */
import { runIoThread } from "../../threads/io-thread-program.ts";
import { BodyLimits } from "./body-limits.ts";
import { HttpIoThread, type HttpThreadSettings } from "./http-io-thread.ts";

await runIoThread((context) => {
  // What `startHttpThreads` passes.
  const settings = context.settings as HttpThreadSettings;
  return new HttpIoThread(context, settings, new BodyLimits(settings));
});
