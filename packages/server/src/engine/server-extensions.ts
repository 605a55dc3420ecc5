/**
 * The protocol extensions in the server's metadata, in the real server's order. Clients read this list to learn what
 * they may call; an extension whose work is not done answers each call with an error that says so.
 */
export const SERVER_EXTENSIONS: readonly string[] = [
  "classification",
  "sequence",
  "model_repository",
  "model_repository(unload_dependents)",
  "schedule_policy",
  "model_configuration",
  "system_shared_memory",
  "cuda_shared_memory",
  "binary_tensor_data",
  "parameters",
  "statistics",
  "trace",
  "logging",
];
