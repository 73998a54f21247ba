// `batchai convert FILE`: a spec of 2018 as YAML (or YAML as JSON), with the same content: what the service takes is the same.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { parsed } from "../options.ts";
import { formatOf, rendered } from "../output/formats.ts";
import { readSpecText } from "../spec/spec-text.ts";

export const convert = command({
  examples: ["convert job.json", "convert job.yaml --to json"],
  withoutSettings: true,
  words: { usage: "<file>", description: "cluster.json, job.json, or the same in YAML" },
  options: { to: parsed("--to <format>", "yaml (default) or json", targetOf) },
  async run({ to = "yaml" }, context, [file = ""]) {
    const text = await readFile(resolve(context.directory, file), "utf8").catch((cause: unknown) => {
      throw usageError(`${file} cannot be read: ${(cause as Error).message}`);
    });
    const { value } = await readSpecText(text, file);
    context.out(await rendered(withoutSchema(value), formatOf(to), false));
  },
});

function targetOf(text: string): "yaml" | "json" {
  if (text === "yaml" || text === "json") return text;
  throw new Error("It takes yaml or json.");
}

/** The schemas of 2018 are no longer to be had. */
function withoutSchema(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "$schema"));
}
