// Prices through the app in one process: what the service tells of them, what `prices`, `plan` and `doctor` print, and how a budget in money
// gets its own.
// Starts nothing: there is no process but the test's own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { PriceTable } from "../../../domain/price/table.ts";
import { subscriptionId } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";
import { sweepBody, sweepPath } from "../../support/app/sweep-stories.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "prices-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (dedicated: number, more: Partial<PriceTable> = {}): PriceTable => ({
  currency: "EUR",
  collectedOn: "2026-11-20",
  source: "our contract",
  prices: { Standard_D2s_v3: { eastus: { dedicated, spot: 0.01 } } },
  ...more,
});

const type = (world: AppWorld, line: string) =>
  batchai(line.split(" "), {
    directory: folder,
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-admin",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_WORKSPACE: "w",
      BATCHAI_LOCATION: "eastus",
    },
    fetch: worldFetch(world),
  });
const write = (name: string, body: object) => writeFileSync(join(folder, name), JSON.stringify(body));

describe("`batchai prices`", () => {
  it("lists what the service's tables know of a region", async () => {
    const world = await worldWithCluster({}, { prices: [own(0.2)] });
    const { code, out } = await type(world, "prices");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      {
        vmSize: "STANDARD_D2S_V3",
        location: "eastus",
        vmPriority: "dedicated",
        perNodeHour: 0.2,
        currency: "EUR",
        collectedOn: "2026-11-20",
        source: "our contract",
      },
      expect.objectContaining({ vmPriority: "lowpriority", perNodeHour: 0.01 }),
    ]);
  });

  it("says that a price is not known, with exit code 3", async () => {
    const world = await worldWithCluster();
    const said = await type(world, "prices --size STANDARD_M64S --size Standard_D2s_v5 --region westus3");
    expect(said).toMatchObject({
      code: 3,
      err: "no price of STANDARD_M64S in westus3 is known; an operator can give one in BATCHAI_PRICES\n",
    });
    expect(JSON.parse(said.out)).toHaveLength(2);
  });
});

describe("`batchai plan` and `batchai doctor`", () => {
  const price = (out: string) =>
    (JSON.parse(out) as { what: string; says: string }[]).flatMap(({ what, says }) =>
      what === "price" ? [says] : [],
    );

  it("tell what a cluster costs an hour, and for some hours", async () => {
    const world = await worldWithCluster();
    const autoScale = { minimumNodeCount: 1, maximumNodeCount: 4 };
    write("cluster.json", {
      properties: { vmSize: "STANDARD_D2S_V5", vmPriority: "lowpriority", scaleSettings: { autoScale } },
    });
    expect(price((await type(world, "plan cluster.json --hours 100")).out)).toEqual([
      "1 to 4 nodes, spot: 0.01056 USD to 0.04224 USD an hour; 1.056 USD to 4.224 USD for 100 hours (0.01056 USD a node-hour, list price of 2024-08-27)",
    ]);
    expect(price((await type(world, "plan cluster.json --region nowhere")).out)).toEqual([
      "no spot price of STANDARD_D2S_V5 in nowhere is known; an operator can give one in BATCHAI_PRICES",
    ]);
  });

  it("tell what a job costs on its cluster, and on the one that it falls back to", async () => {
    const world = await worldWithCluster({}, { prices: [own(0.2)] });
    const spot = `${workspacePath}/clusters/spot`;
    await world.api("PUT", spot, { body: clusterBody({}, { vmPriority: "lowpriority" }) });
    write("job.json", {
      properties: { nodeCount: 1, spot: { cluster: { id: clusterPath }, fallback: { afterPreemptions: 1 } } },
    });
    expect(price((await type(world, "plan job.json -c spot --hours 2")).out)).toEqual([
      "1 node, spot: 0.01 EUR an hour; 0.02 EUR for 2 hours (0.01 EUR a node-hour, list price of 2026-11-20)",
      "when it goes on on c: 1 node, dedicated: 0.2 EUR an hour; 0.4 EUR for 2 hours (0.2 EUR a node-hour, list price of 2026-11-20)",
    ]);
  });

  it("tell the price of the sizes in use, and that none is known", async () => {
    const world = await worldWithCluster();
    const { out } = await type(world, "doctor --vm-size STANDARD_M64S");
    const checks = JSON.parse(out) as { name: string; status: string; detail: string }[];
    expect(checks.filter(({ name }) => name.startsWith("price"))).toEqual([
      {
        name: "price of STANDARD_D2S_V3",
        status: "ok",
        detail: "0.096 USD a node-hour, 0.01056 USD spot (list prices of 2024-08-27)",
      },
      expect.objectContaining({
        name: "price of STANDARD_M64S",
        detail: expect.stringContaining("no dedicated price") as string,
      }),
    ]);
  });
});

describe("a budget in money without a price", () => {
  const version = "?api-version=2026-11-01";
  const limits = { maxTrials: 4, maxConcurrentTrials: 2, trialTimeout: "PT30M" };
  const body = (budget: object, trial: object = {}) => sweepBody({ limits, budget }, trial);
  const put = (world: AppWorld, asked: object) => world.api("PUT", `${sweepPath}${version}`, { body: asked });

  it("goes by the price of the day on which the sweep starts, which the sweep keeps with its day and source", async () => {
    const tables = [own(0.2)];
    const world = await worldWithCluster({}, { prices: tables });
    const asked = body({ amount: 1, currency: "EUR" });
    const started = await put(world, asked);
    const budget = {
      amount: 1,
      currency: "EUR",
      pricePerNodeHour: 0.2,
      pricedOn: "2026-11-20",
      priceSource: "our contract",
    };
    expect(started.body.properties.budget).toEqual(budget);

    tables[0] = own(0.4, { collectedOn: "2026-11-27" });
    const again = await put(world, asked);
    expect([again.status, again.body.properties.budget]).toEqual([200, budget]);
    // More money goes by the same price.
    const more = await world.api("PATCH", `${sweepPath}${version}`, {
      body: { properties: { budget: { amount: 2, currency: "EUR" } } },
    });
    expect(more.body.properties.budget).toEqual({ ...budget, amount: 2 });
  });

  it("pays for as many trials as that price leaves room for", async () => {
    const world = await worldWithCluster({ targetNodeCount: 4 }, { prices: [own(0.2)] });
    // Half an hour of one node is 0.1: the money is enough for one trial at a time.
    await put(world, body({ amount: 0.15, currency: "EUR" }));
    await world.advance(10_000);
    const { body: trials } = await world.api("GET", `${sweepPath}/trials${version}`);
    expect(trials.total).toBe(1);
    const { body: shown } = await world.api("GET", `${sweepPath}${version}`);
    expect(shown.properties.committed).toEqual({ nodeHours: 0.5, amount: 0.1 });
  });

  it("goes by the dearer cluster where trials may go on on another", async () => {
    const world = await worldWithCluster({}, { prices: [own(0.2)] });
    const spot = `${workspacePath}/clusters/spot`;
    await world.api("PUT", spot, { body: clusterBody({}, { vmPriority: "lowpriority" }) });
    const policy = { cluster: { id: clusterPath }, fallback: { afterPreemptions: 1 } };
    const { body: sweep } = await put(
      world,
      body({ amount: 1, currency: "EUR" }, { cluster: { id: spot }, spot: policy }),
    );
    expect(sweep.properties.budget.pricePerNodeHour).toBe(0.2);
  });

  it("gets the price that a sweep without one would have had when it is extended by it", async () => {
    const world = await worldWithCluster({}, { prices: [own(0.2)] });
    await put(world, sweepBody({ limits }));
    const { body: sweep } = await world.api("POST", `${sweepPath}/extend${version}`, {
      body: { properties: { budget: { amount: 3, currency: "EUR" } } },
    });
    expect(sweep.properties.budget).toMatchObject({ amount: 3, pricePerNodeHour: 0.2 });
  });

  it.each([
    [
      { amount: 1, currency: "EUR" },
      [],
      "properties.budget.pricePerNodeHour: is needed: no dedicated price of STANDARD_D2S_V3 in eastus is known",
    ],
    [
      { amount: 1, currency: "USD" },
      [own(0.2)],
      "properties.budget.currency: is USD, and the price of STANDARD_D2S_V3 is known in EUR",
    ],
    [{ amount: 1 }, [own(0.2)], "properties.budget: needs nodeHours, or amount and currency"],
    [
      { amount: 1, currency: "EUR", pricedOn: "2026-11-01" },
      [own(0.2)],
      "properties.budget: needs nodeHours, or amount and currency",
    ],
  ])("is refused as %j where the tables do not fit", async (budget, prices, message) => {
    const world = await worldWithCluster({}, { prices });
    const { status, body: answer } = await put(world, body(budget));
    expect([status, answer.error.message]).toEqual([400, expect.stringContaining(message)]);
    expect((await world.api("GET", `${experimentPath}/sweeps${version}`)).body.value).toEqual([]);
  });
});
