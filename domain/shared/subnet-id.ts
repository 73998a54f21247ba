// The ARM id of a subnet, as clusters and file servers name the network they want to be in. Echoed as it was written.
import { z } from "zod";

const pattern =
  /^\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/\s]+\/subnets\/[^/\s]+$/i;
const error =
  "expected the ARM id of a subnet: /subscriptions/…/providers/Microsoft.Network/virtualNetworks/{name}/subnets/{name}";

export const SubnetId = z.object({ id: z.string({ error }).max(1024, { error }).regex(pattern, { error }) });
export type SubnetId = z.infer<typeof SubnetId>;
