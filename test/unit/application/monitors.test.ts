// Waking the monitor of a cluster.
import { describe, expect, it } from "vitest";
import { wakeMonitor } from "../../../application/monitors.ts";
import { guid } from "../../../domain/shared/brand.ts";
import type { Orchestrations } from "../../../services/orchestrations.ts";
import type { Services } from "../../../services/services.ts";

const ref = {
  kind: "cluster",
  subscriptionId: "s",
  resourceGroup: "rg",
  workspace: "w",
  cluster: "c",
} as const;
const clusterOf = (digit: number) => ({
  ref,
  guid: guid(`${digit}1111111-2222-4333-8444-555555555555`),
});

function servicesWith(raise: Orchestrations["raise"]): Services {
  const orchestrations: Partial<Orchestrations> = {
    noted: () => Promise.resolve({ status: "active", note: undefined }),
    raise,
  };
  return {
    orchestrations,
    settings: { monitorMinIntervalMs: 1, monitorMaxIntervalMs: 1 },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
  } as unknown as Services;
}

describe("waking a monitor", () => {
  it("serves all who ask while it is being woken by one more signal, sent after all of them asked", async () => {
    const raises: (() => void)[] = [];
    const services = servicesWith(() => new Promise((done) => raises.push(done)));
    const first = wakeMonitor(services, clusterOf(1));
    while (raises.length === 0) await Promise.resolve();
    const others = Array.from({ length: 50 }, () => wakeMonitor(services, clusterOf(1)));
    await Promise.resolve();
    expect(raises).toHaveLength(1);
    raises[0]?.();
    await first;
    while (raises.length < 2) await Promise.resolve();
    raises[1]?.();
    await Promise.all(others);
    expect(raises).toHaveLength(2);
  });

  it("does not hold up the monitor of another cluster", async () => {
    const raised: string[] = [];
    const services = servicesWith((instance) => {
      raised.push(instance);
      return raised.length === 1 ? new Promise<void>(() => undefined) : Promise.resolve();
    });
    void wakeMonitor(services, clusterOf(1));
    await wakeMonitor(services, clusterOf(2));
    expect(raised).toHaveLength(2);
  });
});
