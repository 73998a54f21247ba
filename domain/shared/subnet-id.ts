// The ARM id of a subnet, as clusters and file servers name the network they want to be in. Echoed as it was written.
import { z } from "zod";

const pattern =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.(?:Classic)?Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+\/?$/i;
const error =
  "expected the ARM id of a subnet: /subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}";

export const SubnetId = z.object({ id: z.string({ error }).max(1024, { error }).regex(pattern, { error }) });
export type SubnetId = z.infer<typeof SubnetId>;
