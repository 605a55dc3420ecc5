import { EXAMPLE_MODELS, OCR_MODELS, prepareModels } from "./prepare.ts";
import { isReady, type ServerProcess, startServer, waitUntilReady } from "./server-process.ts";
import { serverUrl, withKnownHttpPort } from "./server-url.ts";

const FLAGS: readonly string[] = [
  `--model-repository=${EXAMPLE_MODELS}`,
  `--model-repository=${OCR_MODELS}`,
  "--http-address=127.0.0.1",
  "--http-port=8000",
  "--grpc-address=127.0.0.1",
  "--grpc-port=8001",
  "--metrics-port=8002",
];

/** Serves the example models until the server ends; flags of the command line are the server's and override ours. */
async function main(): Promise<void> {
  const flags = await withKnownHttpPort([...FLAGS, ...process.argv.slice(2)]);
  const url = serverUrl(flags);
  if (await isReady(url)) {
    throw new Error(
      `another server is at ${url} already. Stop it, or choose other ports: npm start -- --http-port=8010 --grpc-port=8011 --metrics-port=8012`,
    );
  }
  for (const path of prepareModels()) {
    console.log(`prepared ${path}`);
  }
  const server = startServer({ flags, stdio: "inherit" });
  forwardSignals(server);
  if (await waitUntilReady(server)) {
    console.log(thingsToTry(url));
  }
  process.exitCode = await server.exitCode;
}

/** Whoever ends this process means the server, which takes its time to finish what runs. */
function forwardSignals({ child }: ServerProcess): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches both processes by itself.
      if (signal !== "SIGINT" || !process.stdin.isTTY) {
        child.kill(signal);
      }
    });
  }
}

function thingsToTry(url: string): string {
  const numbers = Array.from({ length: 16 }, (_, index) => index);
  const body = JSON.stringify({
    inputs: [
      { name: "INPUT0", datatype: "INT32", shape: [1, 16], data: numbers },
      { name: "INPUT1", datatype: "INT32", shape: [1, 16], data: numbers.map(() => 1) },
    ],
  });
  const urlFlag = url === "http://127.0.0.1:8000" ? "" : ` -- --url ${url}`;
  return `
Ready. In another terminal:

  curl ${url}/v2/models/text_detection
  curl ${url}/v2/models/simple/infer -d '${body}'
  npm run example:ocr${urlFlag}
  npm run example:ocr -- --ensemble${urlFlag.replace("-- ", "")}
`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
