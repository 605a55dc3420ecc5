import type { FlagSpec } from "./flag-spec.ts";
import { groupedFlags } from "./flag-table.ts";

const LINE_LENGTH = 68;

/**
 * The usage text in tritonserver's layout: a heading for each group, a line for each flag, and its help behind a tab.
 *
 * @param program the command as the user typed it
 */
export function formatUsage(program: string): string {
  const groups = groupedFlags().map(({ group, flags }) => {
    const heading = group === "" ? "" : `\n${group}:\n`;
    return heading + flags.map(formatFlag).join("");
  });
  return `Usage: ${program} [options]\n${groups.join("")}\n`;
}

/** What has to be known of a flag beside what it does: its status, in one sentence, or nothing. */
export function describeStatus(spec: FlagSpec): string {
  const { status, replacement } = spec;
  const sentences: string[] = [];
  if (replacement !== null) {
    sentences.push(`Deprecated: use ${replacement}.`);
  }
  if (status.kind === "dormant") {
    sentences.push(`No effect without ${status.switch}.`);
  } else if (status.kind === "refused") {
    sentences.push(
      status.accepted === ""
        ? `Not supported yet: comes with ${status.feature}.`
        : `Accepted so far: ${status.accepted}; anything else comes with ${status.feature}.`,
    );
  }
  return sentences.join(" ");
}

function formatFlag(spec: FlagSpec): string {
  const argument = spec.argument === "" ? "" : ` <${spec.argument}>`;
  const fallback = spec.defaultText === "" ? "" : ` Default: ${spec.defaultText}.`;
  const status = describeStatus(spec);
  const help = `${spec.help}${fallback}${status === "" ? "" : ` ${status}`}`;
  return `  --${spec.name}${argument}\n\t${wrap(help).join("\n\t")}\n`;
}

/** Breaks text at spaces into lines of at most `LINE_LENGTH`, but for words that are longer than that. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > LINE_LENGTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
