// Whether a network security group lets the nodes of a subnet to a machine. Rules are looked at in the order of their priorities,
// the first that fits decides; Azure's own come last, and let in who is in the same network.
// Source: "Network security groups" (security rules, default rules).
import { BlockList, isIPv4 } from "node:net";
import type { z } from "zod";
import { SecurityGroup } from "./bodies.ts";

export interface Way {
  /** Of the subnet that the nodes are in; what node asks is not known, so a rule about a part of it lets in nobody. */
  readonly from: string;
  /** Of the machine. */
  readonly to: string;
  readonly port: number;
}

export function letsIn(asked: Readonly<Record<string, unknown>>, way: Way): boolean {
  const inbound = SecurityGroup.parse(asked)
    .securityRules.map(({ properties }) => properties)
    .filter(({ direction, protocol }) => direction === "Inbound" && ["Tcp", "*"].includes(protocol))
    .sort((one, other) => one.priority - other.priority);
  return inbound.find((rule) => fits(rule, way))?.access !== "Deny";
}

type Rule = z.infer<typeof SecurityGroup>["securityRules"][number]["properties"];

function fits(rule: Rule, { from, to, port }: Way): boolean {
  const { access, sourceAddressPrefix, sourceAddressPrefixes } = rule;
  const sources = sourceAddressPrefixes ?? [sourceAddressPrefix ?? "*"];
  const whole = (source: string) => isOfNetwork(source) || covers(source, from);
  const touches = (source: string) => whole(source) || covers(from, source);
  return (
    sources.some(access === "Allow" ? whole : touches) &&
    (isOfNetwork(rule.destinationAddressPrefix) || covers(rule.destinationAddressPrefix, to)) &&
    isPortIn(rule.destinationPortRange, port)
  );
}

const isOfNetwork = (prefix: string) => prefix === "*" || prefix === "VirtualNetwork";

/** Whether the addresses of one are all among those of the other; names of other networks cover nobody of this one. */
function covers(wide: string, narrow: string): boolean {
  const [base = "", bits = "32"] = wide.split("/");
  const [first = "", size = "32"] = narrow.split("/");
  if (!isIPv4(base) || !isIPv4(first) || Number(size) < Number(bits)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits));
  return list.check(first);
}

function isPortIn(range: string, port: number): boolean {
  if (range === "*") return true;
  const [first = "", last = first] = range.split("-");
  return Number(first) <= port && port <= Number(last);
}
