import type { FlagSpec } from "./flag-spec.ts";
import { groupedFlags } from "./flag-table.ts";
import { describeStatus } from "./usage.ts";

const INTRODUCTION = `# Command line

<!-- Written by \`node tools/generate-cli-document.ts\` from the flag table in packages/server/src/cli. -->

\`nereid-server\` takes tritonserver's flags, and \`nereid serve\` takes the same. A flag works or is refused by name: none is
read and then ignored. \`nereid-server --help\` prints what is below.

- \`--flag=value\` and \`--flag value\` are the same, and a flag may be shortened as long as it cannot be mistaken.
- A boolean is \`true\`, \`on\`, \`1\` or \`false\`, \`off\`, \`0\`, and is always written out.
- If a flag is given several times, the last one counts, except for those marked with \`+\`, of which all count.
- A wrong command line prints the usage text and the reason below it on stderr, or above it, as in Triton, for a flag that does
  not exist; the exit status is 1, as for \`--help\`.

SIGINT and SIGTERM end the server: it takes no new requests, finishes those it has within \`--exit-timeout-secs\`, unloads
its models, and exits with status 0, or with 1 if the time was not enough.
`;

const ENVIRONMENT = `
## Environment variables

| Variable | What it does |
|---|---|
| \`TRITON_SERVER_ESCAPE_LOG_MESSAGES\` | \`0\` writes log messages as they are, neither quoted nor escaped |
| \`NEREID_ONNXRUNTIME_LIBRARY\` | the ONNX Runtime library to load, unless \`--backend-config=onnxruntime,library-path=…\` names one |
| \`AIP_STORAGE_URI\` | the model repository, where the command line names none |
| \`AIP_MODE\` | \`PREDICTION\` is refused unless \`--allow-vertex-ai=false\` is given: it asks for the Vertex AI front end |
`;

/** The text of docs/cli.md: a table for each group of flags. */
export function formatCliDocument(): string {
  const groups = groupedFlags().map(({ group, flags }) => {
    const heading = group === "" ? "General" : group === "DEPRECATED" ? "Deprecated" : group;
    const rows = flags.map((spec) => `${formatRow(spec)}\n`).join("");
    return `\n## ${heading}\n\n| Flag | Value | Default | What it does |\n|---|---|---|---|\n${rows}`;
  });
  return `${INTRODUCTION}${groups.join("")}${ENVIRONMENT}`;
}

function formatRow(spec: FlagSpec): string {
  const mark = spec.isRepeatable ? " +" : "";
  const own = spec.isExtension ? " Not in tritonserver." : "";
  const status = describeStatus(spec);
  const cells = [
    `\`--${spec.name}\`${mark}`,
    spec.argument === "" ? "" : code(spec.argument),
    spec.defaultText === "" ? "" : code(spec.defaultText),
    `${escapeCell(spec.help)}${own}${status === "" ? "" : ` **${escapeCell(status)}**`}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Values are code, but for defaults that are a sentence. */
function code(text: string): string {
  return text.includes(" ") && !text.includes("=") ? escapeCell(text) : `\`${text}\``;
}

/** Markdown would read `<name>` as HTML, `*` as emphasis and `|` as the end of the cell. */
function escapeCell(text: string): string {
  return text.replace(/[<>*|_]/g, (character) => `\\${character}`);
}
