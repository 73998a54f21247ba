// Many local clouds at once, as tests that run side by side start them.
import { expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import { seededRandom } from "../../local/random.ts";

it("temporary clouds start side by side, whatever ports they would choose", async () => {
  const starting = Array.from({ length: 3 }, () =>
    startLocal({ data: "temporary", random: seededRandom(1) }),
  );
  const started = await Promise.allSettled(starting);
  const clouds = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  await Promise.all(clouds.map((cloud) => cloud.dispose()));
  expect(started.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []))).toEqual([]);
});
