// Clusters of a service whose nodes have no public addresses.
import { expect, it } from "vitest";
import { startAppWorld } from "../../support/app/app-world.ts";
import { clusterBody, clusterPath, workspacePath } from "../../support/app/stories.ts";

const subnet = {
  id: "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes",
};

it("a cluster that names no subnet is refused by name where nodes have no public addresses, and nothing is kept of it", async () => {
  const world = await startAppWorld({ nodeAddresses: "private" });
  await world.api("PUT", workspacePath, { body: { location: "eastus" } });
  const refused = await world.api("PUT", clusterPath, { body: clusterBody() });
  expect([refused.status, refused.body.error.target]).toEqual([400, "properties.subnet"]);
  expect(refused.body.error.message).toContain("BATCHAI_NODE_ADDRESSES");
  expect(world.secrets.size).toBe(0);
  expect((await world.api("PUT", clusterPath, { body: clusterBody({}, { subnet }) })).status).toBe(202);
  const elsewhere = await startAppWorld();
  await elsewhere.api("PUT", workspacePath, { body: { location: "eastus" } });
  expect((await elsewhere.api("PUT", clusterPath, { body: clusterBody() })).status).toBe(202);
});
