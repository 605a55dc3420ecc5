/**
 * A server for the harness's own tests, started as a process with tritonserver's flags. It answers /v2 with its name, a
 * GET of /answer/<status>/<text> with them, /json with NaN and a number, /count with the number of calls, /models with
 * the names in its repository, /held once there is a model `released`, and dies of /die. It prints a log line a request. `--answer=<text>` changes what /answer says.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const flags = new Map(
  process.argv.slice(2).map((word) => {
    const [name = "", ...value] = word.split("=");
    return [name, value.join("=")];
  }),
);

if (flags.has("--refuse")) {
  process.stderr.write(`refused: ${flags.get("--refuse")}\n`);
  process.exit(3);
}

const repository = flags.get("--model-repository") ?? "";

/** Leaves a model `held`, and goes on when there is one that is `released`. */
function hold(goOn: () => void): void {
  mkdirSync(join(repository, "held"), { recursive: true });
  const timer = setInterval(() => {
    if (existsSync(join(repository, "released"))) {
      clearInterval(timer);
      goOn();
    }
  }, 5);
}

let count = 0;
const server = createServer((request, response) => {
  const url = request.url ?? "";
  process.stderr.write(`E0101 00:00:00.000000 1 fake:1] asked for ${url}\n`);
  const answer = /^\/answer\/(\d+)\/(.*)$/.exec(url);
  if (url === "/die") {
    process.exit(7);
  } else if (url === "/count") {
    count += 1;
    response.end(JSON.stringify({ count }));
  } else if (url === "/models") {
    response.end(readdirSync(repository).join());
  } else if (url === "/held") {
    hold(() => response.end("released"));
  } else if (url === "/json") {
    response.setHeader("Content-Type", "application/json");
    response.end(`{"value":${flags.get("--value") ?? "0.5"},"nan":NaN}`);
  } else if (url === "/tail") {
    response.setHeader("Inference-Header-Content-Length", "2");
    response.end(Buffer.concat([Buffer.from("{}"), Buffer.from([1, 2, 3])]));
  } else if (answer !== null) {
    response.statusCode = Number(answer[1]);
    response.end(flags.get("--answer") ?? answer[2]);
  } else {
    response.end('{"name":"fake","version":"1.2.3"}');
  }
});
server.listen(Number(flags.get("--http-port")), "127.0.0.1");
