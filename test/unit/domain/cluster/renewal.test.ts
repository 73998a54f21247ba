import { describe, expect, it } from "vitest";
import {
  defaultExpiryMs as expiryMs,
  dueRenewal,
  setupLinkLifetimeMs,
  wantsNodesAgain,
} from "../../../../domain/cluster/renewal.ts";
import type { ClusterDocument } from "../../../../domain/cluster/schema.ts";
import { cluster, now } from "../samples.ts";

const after = (ms: number) => new Date(now.getTime() + ms).toISOString();
const living = (more: Partial<ClusterDocument> = {}): ClusterDocument => ({
  ...cluster(),
  provisioningState: "succeeded",
  allocationState: "steady",
  currentNodeCount: 2,
  setupLinksUntil: after(setupLinkLifetimeMs),
  expiresAt: after(expiryMs),
  ...more,
});
const without = (name: "expiresAt" | "setupLinksUntil", more: Partial<ClusterDocument> = {}) => {
  const { [name]: _, ...rest } = living(more);
  return rest;
};

describe("what of a pool is renewed", () => {
  it("nothing while more than half of the time is left", () => {
    expect(dueRenewal(living(), now, expiryMs)).toBeUndefined();
  });

  it("the moment of its emptying, when it has none or half of the time is over", () => {
    const due = { startTask: false, expiry: { nodes: 2, at: after(expiryMs) } };
    expect(dueRenewal(without("expiresAt"), now, expiryMs)).toEqual(due);
    expect(dueRenewal(living({ expiresAt: after(expiryMs / 2 - 1) }), now, expiryMs)).toEqual(due);
  });

  it("the links of its start task", () => {
    expect(dueRenewal(without("setupLinksUntil"), now, expiryMs)).toEqual({ startTask: true });
  });

  it("no moment while it is being resized, and none when it is empty", () => {
    expect(dueRenewal(without("expiresAt", { allocationState: "resizing" }), now, expiryMs)).toBeUndefined();
    const scaleSettings = {
      manual: { targetNodeCount: 0, nodeDeallocationOption: "requeue" as const },
    };
    const spec = { ...living().spec, scaleSettings };
    expect(dueRenewal(without("expiresAt", { spec, currentNodeCount: 0 }), now, expiryMs)).toBeUndefined();
  });

  it("nothing of a cluster that is not there yet, or not any more", () => {
    for (const provisioningState of ["creating", "failed", "deleting"] as const)
      expect(dueRenewal(without("expiresAt", { provisioningState }), now, expiryMs)).toBeUndefined();
  });
});

describe("a pool is asked for its nodes again", () => {
  it.each<[string, Partial<ClusterDocument>, boolean]>([
    ["not while it has them", {}, false],
    ["when its moment is past", { expiresAt: after(-1) }, true],
    ["when it has fewer", { currentNodeCount: 1 }, true],
    ["not while it is on the way", { currentNodeCount: 1, allocationState: "resizing" }, false],
    [
      "when quota left some out",
      { quota: { asked: 2, granted: 2, error: { code: "CoreQuotaReached", message: "" } } },
      true,
    ],
    ["not when it is deleted", { currentNodeCount: 0, provisioningState: "deleting" }, false],
  ])("%s", (_title, more, again) => {
    expect(wantsNodesAgain(living(more), now)).toBe(again);
  });
});
