import { describe, expect, it } from "vitest";
import { runsToStop } from "../../../../domain/cluster/shrink.ts";

const run = (jobGuid: string, at: number, nodeCount = 1) => ({
  jobGuid,
  nodeCount,
  at: new Date(at).toISOString(),
});
const names = (nodes: number, ...holding: ReturnType<typeof run>[]) =>
  runsToStop(holding, nodes).map(({ jobGuid }) => jobGuid);

describe("a cluster that is to have fewer nodes than its runs hold", () => {
  it("gives up the youngest, and as few as it takes", () => {
    expect(names(1, run("a", 1), run("b", 3), run("c", 2))).toEqual(["b", "c"]);
    expect(names(2, run("a", 1), run("b", 3), run("c", 2))).toEqual(["b"]);
    expect(names(3, run("a", 1), run("b", 3, 4), run("c", 2, 2))).toEqual(["b"]);
  });

  it("gives up none that has room, and decides twice alike", () => {
    expect(names(2, run("a", 1), run("b", 1))).toEqual([]);
    expect(names(1, run("a", 1), run("b", 1))).toEqual(names(1, run("b", 1), run("a", 1)));
    expect(names(0, run("a", 1), run("b", 1))).toEqual(["b", "a"]);
  });
});
