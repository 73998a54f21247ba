// What is searched for by one name is found by it: the contract, the file, the export and the registered function.
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { activities } from "../../../activities/index.ts";
import * as orchestrationContracts from "../../../contracts/orchestrations.ts";
import { orchestrations } from "../../../orchestrations/index.ts";

const root = new URL("../../../", import.meta.url);
const camel = (file: string) => file.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Names of files below a folder that define a function of this kind, and what they export by it. */
async function defined(folder: string, by: string) {
  const files = await readdir(new URL(folder, root), { recursive: true });
  const found = await Promise.all(
    files
      .filter((file) => file.endsWith(".ts"))
      .map(async (file) => {
        const source = await readFile(new URL(`${folder}/${file}`, root), "utf8");
        const names = [...source.matchAll(new RegExp(`export const (\\w+) = ${by}\\(`, "g"))].map(
          ([, name = ""]) => name,
        );
        return { file: camel(file.replace(/^.*\//, "").replace(/\.ts$/, "")), names };
      }),
  );
  return found.filter(({ names }) => names.length > 0);
}

const contractsOf = (module: object, suffix = "") =>
  Object.entries(module)
    .filter(
      ([, value]: [string, unknown]) => typeof value === "object" && value !== null && "output" in value,
    )
    .map(([name, value]: [string, { readonly name: string }]) => [name, `${value.name}${suffix}`]);

describe("names", () => {
  it.each([
    ["activities", "defineActivity", activities],
    ["orchestrations", "defineOrchestration", orchestrations],
  ] as const)("of %s are those of their files", async (folder, by, registered) => {
    const found = await defined(folder, by);
    expect(found.map(({ names }) => names)).toEqual(found.map(({ file }) => [file]));
    expect(registered.map(({ name }) => name).sort()).toEqual(found.map(({ file }) => file).sort());
  });

  it("of contracts are those of their exports", async () => {
    const files = await readdir(new URL("contracts", root));
    const modules = await Promise.all(
      files
        .filter((file) => file.endsWith("-activities.ts"))
        .map((file) => import(new URL(`contracts/${file}`, root).href) as Promise<object>),
    );
    const ofActivities = modules.flatMap((module) => contractsOf(module));
    const ofOrchestrations = contractsOf(orchestrationContracts, "Orchestration");
    expect(ofActivities.map(([name]) => name)).toEqual(ofActivities.map(([, name]) => name));
    expect(ofOrchestrations.map(([name]) => name)).toEqual(ofOrchestrations.map(([, name]) => name));
    expect(ofActivities.map(([name]) => name).sort()).toEqual(activities.map(({ name }) => name).sort());
    expect(ofOrchestrations).toHaveLength(orchestrations.length);
  });
});
