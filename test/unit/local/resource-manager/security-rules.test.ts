// Starts nothing: rules and addresses go in, a yes or no comes out.
import { describe, expect, it } from "vitest";
import { letsIn } from "../../../../local/resource-manager/service/machines/security-rules.ts";

const rule = (priority: number, access: "Allow" | "Deny", more: object = {}) => ({
  name: `rule-${priority}`,
  properties: {
    ...{ priority, access, direction: "Inbound", protocol: "Tcp", sourceAddressPrefix: "*" },
    ...{ sourcePortRange: "*", destinationAddressPrefix: "*", destinationPortRange: "2049" },
    ...more,
  },
});
const way = { from: "10.0.1.0/24", to: "10.0.0.4", port: 2049 };
const answer = (...securityRules: object[]) => letsIn({ securityRules }, way);

describe("a network security group", () => {
  it("lets in the own network where no rule of it fits, as Azure's own rules do", () => {
    expect(answer()).toBe(true);
    for (const other of [
      { destinationPortRange: "22" },
      { destinationPortRange: "2050-2100" },
      { direction: "Outbound" },
      { protocol: "Udp" },
      { sourceAddressPrefix: "192.168.0.0/16" },
      { sourceAddressPrefix: "Internet" },
      { destinationAddressPrefix: "10.0.0.5" },
    ])
      expect(answer(rule(100, "Deny", other)), JSON.stringify(other)).toBe(true);
  });

  it("does what the fitting rule of the lowest priority number says", () => {
    expect(answer(rule(200, "Allow"), rule(100, "Deny"))).toBe(false);
    expect(answer(rule(100, "Allow"), rule(200, "Deny"))).toBe(true);
    for (const fitting of [
      { destinationPortRange: "*" },
      { destinationPortRange: "2000-2049" },
      { protocol: "*" },
      { sourceAddressPrefix: "VirtualNetwork" },
      { sourceAddressPrefix: "10.0.0.0/16" },
      { destinationAddressPrefix: "10.0.0.0/24" },
    ])
      expect(answer(rule(100, "Deny", fitting)), JSON.stringify(fitting)).toBe(false);
  });

  it("takes a rule about a part of the subnet as shutting out all of it, and as letting in none", () => {
    const part = { sourceAddressPrefix: undefined, sourceAddressPrefixes: ["192.0.2.0/24", "10.0.1.8/29"] };
    expect(answer(rule(100, "Deny", part))).toBe(false);
    expect(answer(rule(100, "Allow", part), rule(200, "Deny"))).toBe(false);
    expect(answer(rule(100, "Allow", { sourceAddressPrefix: "10.0.1.0/24" }), rule(200, "Deny"))).toBe(true);
  });
});
