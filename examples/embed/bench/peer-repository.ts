import { appendFileSync, cpSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { preparePython } from "../../../tools/python-environment.ts";
import { EMBEDDING_MODELS } from "../prepare.ts";

/**
 * A copy of the repository for the real server, in which the Python models name their environment, as it wants to be told.
 *
 * @param folder where it is made
 */
export async function writePeerRepository(folder: string): Promise<string> {
  const python = await preparePython({
    file: join(import.meta.dirname, "peer-requirements.txt"),
    modules: ["numpy", "tokenizers"],
  });
  const repository = join(folder, "models");
  cpSync(EMBEDDING_MODELS, repository, { recursive: true });
  // The models look for it beside their repository.
  symlinkSync(join(dirname(EMBEDDING_MODELS), "python"), join(folder, "python"));
  const environment = dirname(dirname(python));
  const parameter = `parameters { key: "EXECUTION_ENV_PATH" value: { string_value: "${environment}" } }\n`;
  for (const name of readdirSync(repository).filter((model) => model.endsWith("_py"))) {
    if (name !== "embed_py") {
      appendFileSync(join(repository, name, "config.pbtxt"), parameter);
    }
  }
  return repository;
}
