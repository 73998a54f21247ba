import { expect, it } from "vitest";
import { checkNodeLimit } from "../../../../domain/cluster/node-limit.ts";

const manual = (targetNodeCount: number) => ({
  manual: { targetNodeCount, nodeDeallocationOption: "requeue" as const },
});
const autoScale = (maximumNodeCount: number) => ({
  autoScale: { minimumNodeCount: 0, maximumNodeCount, initialNodeCount: 0 },
});

it.each([
  ["BatchService", 100],
  ["UserSubscription", 80],
] as const)(
  "a cluster in an account of mode %s has at most %d nodes, because they may talk to each other",
  (mode, most) => {
    for (const scale of [manual(most), autoScale(most)])
      expect(() => checkNodeLimit(scale, mode)).not.toThrow();
    expect(() => checkNodeLimit(manual(most + 1), mode)).toThrow(
      new RegExp(
        `^properties.scaleSettings.manual.targetNodeCount: ${most + 1} nodes are more than the ${most}`,
      ),
    );
    expect(() => checkNodeLimit(autoScale(1000), mode)).toThrow(
      /^properties.scaleSettings.autoScale.maximumNodeCount: 1000/,
    );
  },
);
