/** The program of an HTTP thread's worker. */
import { runIoThread } from "../../threads/io-thread-program.ts";
import { HttpIoThread } from "./http-io-thread.ts";

await runIoThread((context) => new HttpIoThread(context));
