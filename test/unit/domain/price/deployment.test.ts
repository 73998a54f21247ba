// What a deployment costs without nodes: the committed figures, and whether its quantities are those of the app.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  estimateDeployment,
  executionsAJob,
  instanceGb,
  isolated,
  timersADay,
} from "../../../../domain/price/deployment.ts";
import type { DeploymentUse } from "../../../../domain/price/deployment.ts";
import {
  committedServicePrices,
  laidOver,
  Meter,
  ServicePriceTable,
} from "../../../../domain/price/services.ts";
import { timerTriggersOf } from "../../../../functions/timers/index.ts";

const idle: DeploymentUse = {
  triggerSeconds: 15,
  alwaysReady: 0,
  isIsolated: false,
  jobs: 0,
  busyHours: 0,
  logGb: 1,
  outGb: 0,
};
const estimate = (more: Partial<DeploymentUse> = {}, own?: ServicePriceTable) =>
  estimateDeployment(laidOver(own), { ...idle, ...more });
const amountOf = (meter: Meter, more?: Partial<DeploymentUse>) =>
  estimate(more).lines.find((line) => line.meter === meter)?.amount ?? 0;
const source = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), "utf8");
const own = (prices: ServicePriceTable["prices"], currency = "USD"): ServicePriceTable => ({
  currency,
  prices,
});

describe("the committed prices of services", () => {
  it("have every meter once, each with its source, and with a day unless its source has none", () => {
    expect(committedServicePrices.prices.map(({ meter }) => meter).sort()).toEqual([...Meter.options].sort());
    for (const { source: from, collectedOn, meter } of committedServicePrices.prices)
      expect(from.includes("golden") || collectedOn !== undefined, meter).toBe(true);
  });
});

describe("an estimate", () => {
  it("is time of executions beyond the free grant and polls of queues, for an idle deployment", () => {
    const { lines, month, idleMonth } = estimate();
    const executions = (386 * 730) / 24 + (730 * 3_600) / 15;
    expect(lines.find(({ meter }) => meter === "functionTime")).toMatchObject({
      quantity: executions * 2,
      free: 100_000,
      amount: (executions * 2 - 100_000) * 0.000026,
      collectedOn: "2026-09-23",
    });
    expect(amountOf("logs")).toBe(0);
    expect(amountOf("queueOperations")).toBeCloseTo(1.05, 2);
    expect(month).toBe(idleMonth);
    expect(month).toBeCloseTo(lines.reduce((sum, { amount }) => sum + amount, 0));
    expect(month).toBeLessThan(12);
  });

  it("falls with the timer that looks at triggers", () => {
    expect(amountOf("functionTime", { triggerSeconds: 60 })).toBeLessThan(amountOf("functionTime"));
    expect(amountOf("functionTime", { triggerSeconds: 0 })).toBe(0);
  });

  it("has the network of an isolated deployment, and only of one", () => {
    const network = ["privateEndpoints", "privateZones", "natGateway", "publicAddress"] as const;
    for (const meter of network) expect(amountOf(meter)).toBe(0);
    const amounts = network.map((meter) => amountOf(meter, { isIsolated: true }));
    [43.8, 2.5, 32.85, 3.65].forEach((amount, index) => expect(amounts[index]).toBeCloseTo(amount));
    expect(amountOf("natTraffic", { isIsolated: true, outGb: 10 })).toBeCloseTo(0.45);
  });

  it("has instances that are always ready all month", () => {
    expect(amountOf("alwaysReadyTime", { alwaysReady: 2 })).toBeCloseTo(2 * 730 * 3_600 * 2 * 0.000004);
  });

  it("tells what a job adds beyond all that is free, however many there are", () => {
    const { job } = estimate();
    expect(job).toBeCloseTo(15 * (2 * 0.000026 + 4e-7) + 9 * 3.6e-8 + 4.4e-7, 9);
    expect(estimate({ jobs: 1_000_000 }).job).toBeCloseTo(job, 6);
    const more = estimate({ jobs: 1_000 });
    // Of what is free, executions of an idle deployment leave some.
    expect(more.month - more.idleMonth).toBeCloseTo(1_000 * (job - 15 * 4e-7), 6);
  });

  it("takes an operator's prices for their meters, and refuses to add currencies", () => {
    const price = { unit: "GB", location: "westeurope", collectedOn: "2026-11-20", source: "our contract" };
    const logs = { meter: "logs", price: 3, ...price } as const;
    const with3 = estimate({ logGb: 10 }, own([logs]));
    expect(with3.lines.find(({ meter }) => meter === "logs")).toMatchObject({
      amount: 30,
      source: "our contract",
    });
    expect(() => laidOver(own([logs], "EUR"))).toThrow("also give functionTime");
    expect(ServicePriceTable.safeParse(own([logs, logs])).success).toBe(false);
  });
});

describe("the quantities of an estimate are those of the app", () => {
  const runsADay = (schedule: string) => {
    const [second = "", minute = "", hour = ""] = schedule.split(" ");
    const times = (field: string, of: number) =>
      field === "*" ? of : field.startsWith("*/") ? of / Number(field.slice(2)) : 1;
    return times(second, 60) * times(minute, 60) * times(hour, 24);
  };

  it("counts every timer", () => {
    const timers = timerTriggersOf("15").map(({ name, schedule }) => [name, runsADay(schedule)] as const);
    const rest = timers.filter(([name]) => name !== "triggers").reduce((sum, [, runs]) => sum + runs, 0);
    expect(rest).toBe(timersADay);
    expect(Object.fromEntries(timers)["triggers"]).toBe((24 * 3_600) / 15);
  });

  it("counts what the orchestration that ends a job does", () => {
    const golden = ["job-fails", "job-is-terminated"].flatMap(
      (name) =>
        JSON.parse(source(`test/replay/golden/${name}.json`)) as {
          readonly name: string;
          readonly history: readonly { readonly EventType: number }[];
        }[],
    );
    const runs = golden.filter(({ name }) => name === "runJob");
    expect(runs).toHaveLength(2);
    for (const { history } of runs)
      expect(history.filter(({ EventType }) => [4, 12].includes(EventType)).length + 1).toBeLessThanOrEqual(
        executionsAJob,
      );
  });

  it("has the network and the memory of the templates", () => {
    const ways = [
      ...source("infra/modules/private-endpoints.bicep").matchAll(/target: \w+, group: .*?zone: (\S+)/g),
    ];
    expect(ways).toHaveLength(isolated.endpoints);
    expect(new Set(ways.map(([, zone]) => zone)).size).toBe(isolated.zones);
    expect(source("infra/modules/app.bicep")).toContain(`instanceMemoryMB: ${instanceGb * 1_024}`);
  });
});
