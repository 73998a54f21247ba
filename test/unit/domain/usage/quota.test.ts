import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { processorsOf } from "../../../../domain/cluster/vm-size.ts";
import { claimNodes, claimPlace, processorsInUse, release } from "../../../../domain/usage/quota.ts";
import type { Claims, ClusterClaim, QuotaLimits } from "../../../../domain/usage/quota.ts";
import { familyOf } from "../../../../domain/usage/vm-family.ts";

const since = "2026-03-04T05:06:07.008Z";
const claim = (nodes: number, more: Partial<ClusterClaim> = {}): ClusterClaim => ({
  vmSize: "STANDARD_D2",
  priority: "dedicated",
  nodes,
  since,
  ...more,
});
const limits = (dedicated?: number, familyProcessors: Record<string, number> = {}): QuotaLimits => ({
  processors: { dedicated, lowpriority: undefined },
  familyProcessors,
});

describe("the family of a VM size", () => {
  it.each([
    ["STANDARD_D2", "D"],
    ["standard_d2_v2", "Dv2"],
    ["STANDARD_D2_V2", "Dv2"],
    ["Standard_NC6s_v3", "NCSv3"],
    ["Standard_NC6", "NC"],
    ["Standard_NC24ads_A100_v4", "NCADSv4_A100"],
    ["Standard_E8-4s_v3", "ESv3"],
    ["Basic_A2", "A"],
    ["Standard_HB", "HB"],
  ])("%s is %s", (size, family) => {
    expect(familyOf(size)).toBe(family);
  });
});

describe("a place among the limited", () => {
  it("is given while there are some, kept by who has one, and given back once", () => {
    const one = claimPlace({}, "a", { since }, 1) ?? {};
    expect(claimPlace(one, "b", { since }, 1)).toBeUndefined();
    expect(claimPlace(one, "a", { since }, 1)).toBe(one);
    const none = release(one, "a");
    expect(none).toEqual({});
    expect(release(none, "a")).toBe(none);
  });
});

describe("processors", () => {
  it("are granted as far as they go beside all others, and the shortage says how far", () => {
    const held = claimNodes({}, "a", claim(3), limits(10)).claims;
    const grant = claimNodes(held, "b", claim(4), limits(10));
    expect(grant).toMatchObject({
      nodes: 2,
      shortage: { code: "CoreQuotaReached", message: expect.stringContaining("2 of 4 nodes") },
    });
    expect(claimNodes(grant.claims, "b", claim(2), limits(10))).toMatchObject({ nodes: 2 });
  });

  it("of a family have their own limit, whatever its spelling", () => {
    const grant = claimNodes({}, "a", claim(4), limits(100, { d: 5 }));
    expect(grant).toMatchObject({ nodes: 2, shortage: { message: expect.stringContaining("D family") } });
  });

  it("without a limit are all granted", () => {
    expect(claimNodes({}, "a", claim(900), limits())).toMatchObject({ nodes: 900 });
  });

  it("are never granted beyond a limit, in whatever order clusters ask, grow, shrink and go", () => {
    const size = fc.constantFrom("STANDARD_D1", "STANDARD_D4", "STANDARD_NC6");
    const priority = fc.constantFrom("dedicated" as const, "lowpriority" as const);
    const step = fc.record({
      owner: fc.constantFrom("a", "b", "c", "d"),
      nodes: fc.integer({ min: -1, max: 9 }),
      vmSize: size,
      priority,
    });
    const bounds = { processors: { dedicated: 20, lowpriority: 7 }, familyProcessors: { NC: 12 } };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let claims: Claims<ClusterClaim> = {};
        for (const { owner, nodes, ...rest } of steps) {
          claims =
            nodes < 0 ? release(claims, owner) : claimNodes(claims, owner, claim(nodes, rest), bounds).claims;
          const used = (counts: (one: ClusterClaim) => boolean) => processorsInUse(claims, counts);
          expect(used((one) => one.priority === "dedicated")).toBeLessThanOrEqual(20);
          expect(used((one) => one.priority === "lowpriority")).toBeLessThanOrEqual(7);
          expect(
            used((one) => one.priority === "dedicated" && familyOf(one.vmSize) === "NC"),
          ).toBeLessThanOrEqual(12);
        }
        expect(processorsOf("STANDARD_NC6")).toBe(6);
      }),
    );
  });
});
