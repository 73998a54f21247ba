// Lists of jobs, page by page: what clients of either version get while jobs come and go, whichever process makes them, and what it costs the storage.
import { describe, expect, it } from "vitest";
import { JobDocument } from "../../../domain/job/schema.ts";
import { refOf } from "../../../domain/shared/resource-id.ts";
import { seededRandom } from "../../../local/random.ts";
import { documentState } from "../../../services/documents/document-state.ts";
import { memoryDocuments } from "../../support/app/memory-documents.ts";
import { experimentPath, jobBody, worldWithCluster } from "../../support/app/stories.ts";

interface Listed {
  readonly value: readonly {
    readonly name: string;
    readonly properties: { readonly executionState: string };
  }[];
  readonly nextLink?: string;
}
const list = `${experimentPath}/jobs`;
const own = "api-version=2026-11-01";
const change = { time: "2026-11-30T04:00:00.000Z", actor: "test", cause: "made" };

async function worldWithJobs(names: readonly string[]) {
  const documents = memoryDocuments();
  const world = await worldWithCluster({}, { documents });
  await world.api("PUT", `${list}/model`, { body: jobBody() });
  const { items } = await world.services.state.jobs.list(
    { ...experimentOf(world.services.settings.subscriptionId), kind: "experiment" },
    { size: 1 },
  );
  const model = JobDocument.parse(items[0]);
  await world.api("DELETE", `${list}/model`);
  await world.advance(20_000);
  const random = seededRandom(3);
  /** Another process, which shares nothing with the app's but the table. */
  const elsewhere = documentState({ store: documents, random, now: () => world.now() - 3_600_000 });
  const add = (name: string) => {
    const job = { ...model, job: name, guid: random.uuid(), executionState: "succeeded" as const };
    return elsewhere.jobs.create(refOf<"job">(job), job, change);
  };
  const remove = (name: string) =>
    elsewhere.jobs.remove({ ...refOf<"job">(model), job: name }, () => true, change);
  for (const name of names) await add(name);
  const page = async (path: string) => (await world.api("GET", path)).body as Listed;
  const whole = async (path: string) => {
    const found: string[] = [];
    for (let at: string | undefined = path; at !== undefined;) {
      const { value, nextLink }: Listed = await page(at);
      found.push(...value.map(({ name }) => name));
      at = nextLink;
    }
    return found;
  };
  return { world, documents, elsewhere, model, random, add, remove, page, whole };
}

const experimentOf = (subscriptionId: string) => ({
  subscriptionId,
  resourceGroup: "rg",
  workspace: "w",
  experiment: "e",
});
const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `j${index}`);

describe("a list of jobs", () => {
  it("costs the storage as little of many jobs as of few, and shows at once what another process wrote", async () => {
    const costs: number[][] = [];
    for (const count of [3, 1_100]) {
      const { documents, add, remove, elsewhere, model, whole, page } = await worldWithJobs(namesOf(count));
      const reads = async (work: () => Promise<unknown>) => {
        const before = documents.reads();
        await work();
        return documents.reads() - before;
      };
      const path = `${list}?maxresults=1000`;
      await whole(path);
      await page(path);
      const unchanged = await reads(() => page(path));
      await add("a0");
      const added = await reads(async () => expect((await page(path)).value[0]?.name).toBe("a0"));
      await elsewhere.jobs.update({ ...refOf<"job">(model), job: "a0" }, (job) => ({
        ...job,
        executionState: "failed",
      }));
      expect((await page(path)).value[0]?.properties.executionState).toBe("failed");
      await remove("a0");
      expect((await page(path)).value[0]?.name).toBe("j0");
      expect((await whole(path)).toSorted()).toEqual(namesOf(count).toSorted());
      costs.push([unchanged, added]);
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[0]).toEqual([2, 4]);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "shows each job that stays once, in order, whatever comes and goes between its pages (%i)",
    async (seed) => {
      const { add, remove, page } = await worldWithJobs(namesOf(30));
      const random = seededRandom(seed);
      const draw = (below: number) => random.bytes(4).readUInt32BE(0) % below;
      const present = new Set(namesOf(30));
      for (let round = 0; round < 6; round += 1) {
        const stays = new Set(present);
        const comes = new Set<string>();
        const found: string[] = [];
        const version = draw(2) === 0 ? "" : `&${own}`;
        for (let at: string | undefined = `${list}?maxresults=${1 + draw(9)}${version}`; at !== undefined;) {
          const { value, nextLink }: Listed = await page(at);
          found.push(...value.map(({ name }) => name));
          for (let change = draw(4); change > 0; change -= 1) {
            const name = `j${draw(60)}`;
            if (present.has(name)) {
              await remove(name);
              present.delete(name);
              stays.delete(name);
            } else {
              await add(name);
              present.add(name);
              comes.add(name);
            }
          }
          at = nextLink;
        }
        expect(found).toEqual([...new Set(found)].sort());
        expect(found).toEqual(expect.arrayContaining([...stays]));
        const maySee = new Set([...namesOf(60)]);
        expect(found.every((name) => maySee.has(name))).toBe(true);
        const { value } = await page(`${list}?maxresults=1000`);
        expect(value.map(({ name }) => name)).toEqual([...present].sort());
      }
    },
  );

  it("has pages of a thousand in the version of 2018, of ten thousand in ours, and links that go on in their own version", async () => {
    const { world, page, whole } = await worldWithJobs(namesOf(1_200));
    const old = await page(`${list}?maxresults=1000`);
    expect(old.value).toHaveLength(1_000);
    expect(old.nextLink).toContain("api-version=2018-05-01");
    expect((await page(old.nextLink ?? "")).value).toHaveLength(200);
    const large = await page(`${list}?${own}&maxresults=10000`);
    expect(large.value).toHaveLength(1_200);
    expect(large.nextLink).toBeUndefined();
    expect((await page(`${list}?${own}`)).nextLink).toContain(own);
    expect(await whole(`${list}?${own}&maxresults=700`)).toEqual(await whole(`${list}?maxresults=300`));
    for (const wrong of ["maxresults=1001", `${own}&maxresults=10001`, "maxresults=0", "maxresults=x"]) {
      const { status, body } = await world.api("GET", `${list}?${wrong}`);
      expect([status, body.error.code]).toEqual([400, "InvalidQueryParameter"]);
    }
    for (const token of ["", "e30", Buffer.from("job|other|j1").toString("base64url")])
      expect((await world.api("GET", `${list}?$skiptoken=${token}`)).status).toBe(400);
  });

  it("is of what is there while its experiment goes, and of nothing afterwards", async () => {
    const { world, page } = await worldWithJobs(namesOf(5));
    await page(list);
    await page(list);
    await world.api("DELETE", experimentPath);
    expect((await page(list)).value.length).toBeLessThanOrEqual(5);
    await world.advance(120_000);
    expect((await world.api("GET", list)).body.error.code).toBe("ExperimentNotFound");
    await world.api("PUT", experimentPath);
    expect((await page(list)).value).toEqual([]);
    expect((await page(list)).value).toEqual([]);
  });
});
