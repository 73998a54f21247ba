// Writes whose answers get lost: the client of the store tries them again, and finds that they were made.
import { expect, it } from "vitest";
import { memoryDocuments } from "../support/app/memory-documents.ts";
import { experimentPath, jobBody, worldWithCluster } from "../support/app/stories.ts";

const path = `${experimentPath}/jobs/j`;

it("a job whose creation was written and not answered keeps its secrets and its place, and runs", async () => {
  const documents = memoryDocuments();
  let lost = 0;
  const losing: typeof documents = {
    ...documents,
    async commit(partition, writes) {
      const etags = await documents.commit(partition, writes);
      if (lost > 0 || !writes.some((write) => write.kind === "insert" && isJob(write.value))) return etags;
      lost += 1;
      return documents.commit(partition, writes);
    },
  };
  const world = await worldWithCluster({}, { documents: losing });
  const before = world.secrets.size;
  expect((await world.api("PUT", path, { body: jobBody() })).status).toBe(202);
  expect(lost).toBe(1);
  expect(world.secrets.size).toBe(before + 1);
  await world.advance(50);
  world.azure.start(world.onlyTask());
  await world.advance(500);
  world.azure.complete(world.onlyTask(), { exitCode: 0 });
  await world.advance(5_000);
  expect((await world.api("GET", path)).body.properties.executionState).toBe("succeeded");
});

const isJob = (value: unknown) =>
  (value as { readonly document?: { readonly kind?: string } }).document?.kind === "job";
