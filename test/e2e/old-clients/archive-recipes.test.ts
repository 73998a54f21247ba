// Every recipe of the archive: its job is accepted as it stands, by the service itself and typed at the genuine `az batchai`, and is
// shown with every member that it was given.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { archiveRecipes } from "../../fixtures/old-clients/archive-recipes.ts";
import type { ArchiveRecipe } from "../../fixtures/old-clients/archive-recipes.ts";
import { createShare } from "../../support/batch-ai-client.ts";
import { labOf } from "../../support/mounts/lab.ts";
import type { Lab } from "../../support/mounts/lab.ts";
import { azSession, hasAzBatchAI } from "../../support/old-clients.ts";

const inExp = ["-g", "local", "-w", "lab", "-e", "trials"] as const;
const version = "2018-05-01";
let cloud: LocalCloud;
let lab: Lab;
let folder: string;
const clusters: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "archive-recipes-"));
  cloud = await startLocal({ data: "temporary", containers: "host" });
  for (const share of ["logs", "scripts", "external"]) await createShare(cloud, share);
  lab = await labOf(cloud);
  for (const vmSize of new Set(archiveRecipes.map((recipe) => recipe.vmSize))) {
    const name = vmSize.toLowerCase();
    const { id } = await lab.cluster(name, {
      vmSize,
      scaleSettings: { manual: { targetNodeCount: 0 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    });
    clusters[vmSize] = id;
  }
}, 120_000);
afterAll(async () => {
  await cloud.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The file as it is in the archive, with what the service does not know. */
const fileOf = ({ properties, unknown = {} }: ArchiveRecipe) => ({
  $schema: "https://raw.githubusercontent.com/Azure/BatchAI/master/schemas/2018-05-01/job.json",
  properties: {
    ...properties,
    ...Object.fromEntries(
      Object.entries(unknown).map(([settings, members]) => [
        settings,
        { ...(properties as Record<string, unknown> as Record<string, object>)[settings], ...members },
      ]),
    ),
  },
});
const nameOf = (source: string, client: string) => `${client}-${source.replace(/[^\w]+/g, "-")}`.slice(0, 64);

/** Clients fill in the account's name and key. */
function filled(file: object): Record<string, unknown> {
  const { name, key } = cloud.description.storageAccount;
  const text = JSON.stringify(file).replaceAll("<AZURE_BATCHAI_STORAGE_ACCOUNT>", name);
  const { properties } = JSON.parse(text) as {
    properties: { mountVolumes?: Record<string, object[]> } & Record<string, unknown>;
  };
  for (const mounts of Object.values(properties.mountVolumes ?? {}))
    for (const mount of mounts) Object.assign(mount, { accountName: name, credentials: { accountKey: key } });
  return properties;
}

/** As the service shows it: keys are kept for itself, and an empty text is one that was left out. */
function shown(recipe: ArchiveRecipe): object {
  const text = JSON.stringify(filled({ properties: recipe.properties }), (key, value: unknown) =>
    key === "credentials" ? {} : value === "" ? undefined : value,
  );
  return JSON.parse(text) as object;
}

async function jobNow(name: string): Promise<Record<string, unknown>> {
  const { status, body } = await lab.send("GET", `/experiments/trials/jobs/${name}`, undefined, version);
  expect(status).toBe(200);
  return (body as { properties: Record<string, unknown> }).properties;
}

describe("the archive's recipes", () => {
  it("are all there, once", () => {
    const sources = archiveRecipes.map(({ source }) => source);
    expect(new Set(sources).size).toBe(sources.length);
    expect(sources.length).toBe(21);
  });

  it.each(archiveRecipes.map((recipe) => [recipe.source, recipe] as const))(
    "%s is taken as it is and shown with all its members",
    { timeout: 30_000 },
    async (source, recipe) => {
      const name = nameOf(source, "raw");
      const properties = { ...filled(fileOf(recipe)), cluster: { id: clusters[recipe.vmSize] } };
      const { status, body } = await lab.send("PUT", `/experiments/trials/jobs/${name}`, properties, version);
      expect(status, JSON.stringify(body)).toBeLessThan(300);
      const job = await jobNow(name);
      expect(job).toMatchObject(shown(recipe));
      expect(job["executionState"]).toBe("queued");
      for (const [settings, members] of Object.entries(recipe.unknown ?? {}))
        for (const member of Object.keys(members))
          expect(job[settings], "the service of 2018 showed nothing that it did not know").not.toHaveProperty(
            member,
          );
    },
  );
});

describe.skipIf(!hasAzBatchAI)(
  "the archive's recipes, typed as its instructions say (needs azure-cli)",
  () => {
    it("az batchai job create takes every file", { timeout: 120_000 }, async () => {
      const session = await azSession(cloud);
      const { name: account, key } = cloud.description.storageAccount;
      const storage = ["--storage-account-name", account, "--storage-account-key", key];
      for (const recipe of archiveRecipes) {
        const name = nameOf(recipe.source, "az");
        const file = join(folder, `${name}.json`);
        await writeFile(file, JSON.stringify(fileOf(recipe)));
        const words = ["-n", name, "-c", recipe.vmSize.toLowerCase(), "-f", file, ...storage, "-o", "json"];
        const { code, err } = await session.az("batchai", "job", "create", ...inExp, ...words);
        expect(code, `${recipe.source}: ${err}`).toBe(0);
        expect(await jobNow(name)).toMatchObject(shown(recipe));
      }
      await session.dispose();
    });
  },
);
