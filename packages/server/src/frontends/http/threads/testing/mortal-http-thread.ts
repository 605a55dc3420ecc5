/** An HTTP thread that dies of a request to `/die`; the program of a worker in tests. */
import { runIoThread } from "../../../threads/io-thread-program.ts";
import { HttpIoThread, type HttpThreadSettings } from "../http-io-thread.ts";

await runIoThread((context) => {
  // What `startHttpThreads` passes.
  const settings = context.settings as HttpThreadSettings;
  return new HttpIoThread(context, settings, {
    sizeMaxOf(head) {
      if (head.path === "/die") {
        setImmediate(() => {
          throw new Error("died as asked");
        });
      }
      return settings.maxInputSizeBytes;
    },
  });
});
