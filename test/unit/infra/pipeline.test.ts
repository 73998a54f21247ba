// Whatever can be chosen for a deployment reaches the templates from a person's environment of azd and from the workflow alike: a variable that
// the workflow forgot would quietly take its default back.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const read = (file: string) => readFileSync(file, "utf8");
const bicep = read("infra/main.bicep");
const given = (JSON.parse(read("infra/main.parameters.json")) as Parameters).parameters;
const workflow = parse(read(".github/workflows/deploy.yml")) as Workflow;
const page = read("docs/how-to/deploy.md");

interface Parameters {
  readonly parameters: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly env: Readonly<Record<string, string>>; readonly steps: readonly object[] }>
  >;
}

/** Of `${NAME=default}`: the name, and the default where there is one. */
const placeholders = Object.entries(given).flatMap(([parameter, { value }]) => {
  const [, name, , fallback] = /^\$\{(\w+)(=(.*))?\}$/.exec(String(value)) ?? [];
  return name === undefined ? [] : [{ parameter, name, fallback }];
});
/** Outputs of the templates, and what azd itself says, are there without anybody setting them. */
const fromDeployment = [...bicep.matchAll(/^output (\w+) /gm)].map(([, name]) => name ?? "");
/** What hooks, and the staging of the package that one of them runs, ask their environment for. */
const asked = [
  ...readdirSync("infra/hooks")
    .filter((file) => file.endsWith(".sh"))
    .map((file) => `infra/hooks/${file}`),
  "scripts/stage-app.mjs",
].flatMap((file) =>
  [...read(file).matchAll(/(?:\$\{?|setting |process\.env\.)((?:AZURE|BATCHAI)_\w+)/g)].map(
    ([, name]) => name ?? "",
  ),
);
/** How often hooks try again: of their tests. */
const ofTests = ["BATCHAI_HOOK_TRIES"];
const ofHooks = asked.filter((name) => !fromDeployment.includes(name) && !ofTests.includes(name));
const wanted = [...new Set([...placeholders.map(({ name }) => name), ...ofHooks])];

describe("what can be chosen for a deployment", () => {
  it("is each parameter of the templates", () => {
    const parameters = [...bicep.matchAll(/^param (\w+) /gm)].map(([, name]) => name ?? "");
    expect(parameters.length).toBeGreaterThan(10);
    expect(Object.keys(given).toSorted()).toEqual(parameters.toSorted());
  });

  it("has the same default for whoever sets nothing as the templates have", () => {
    const [first] = placeholders;
    expect(first).toEqual({ parameter: "environmentName", name: "AZURE_ENV_NAME", fallback: undefined });
    for (const { parameter, name, fallback } of placeholders) {
      const [, own] = new RegExp(`^param ${parameter} \\w+(?: = (.*))?$`, "m").exec(bicep) ?? [];
      expect(fallback, name).toBe(own?.replaceAll("'", ""));
    }
  });

  it.each(["preview", "deploy"])("reaches the job %s of the workflow, by its own name", (job) => {
    const { env = {} } = workflow.jobs[job] ?? {};
    expect(wanted.filter((name) => !(name in env))).toEqual([]);
    for (const [name, value] of Object.entries(env)) expect(value).toBe(`\${{ vars.${name} }}`);
    // Beside those, azd asks for the subscription.
    expect(Object.keys(env).filter((name) => !wanted.includes(name))).toEqual(["AZURE_SUBSCRIPTION_ID"]);
  });

  it("stands on the page about deploying", () => {
    const told = (name: string) => page.includes(`\`${name}\``) || page.includes(`${name} `);
    // Made or found by the hooks.
    const own = ["AZURE_ENV_NAME", "BATCHAI_BATCH_SERVICE_PRINCIPAL_ID"];
    expect(wanted.filter((name) => !told(name) && !own.includes(name))).toEqual([]);
  });
});
