import { describe, expect, it } from "vitest";
import { newFileServer, putFileServerAgain } from "../../../../domain/file-server/rules.ts";
import { FileServerRequest } from "../../../../domain/file-server/schema.ts";
import { fileServerWire } from "../../../../domain/file-server/wire.ts";
import { premiumCapable } from "../../../../domain/cluster/vm-size.ts";
import { guid } from "../../../../domain/shared/brand.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import { now, workspace } from "../samples.ts";

const name = { ...workspace, kind: "fileServer" as const, fileServer: "nfs" };
const id = guid("44444444-4444-4444-4444-444444444444");
const subnet = {
  id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/inner",
};

const body = (properties: object = {}, ssh: object = {}, disks: object = {}) => ({
  properties: {
    vmSize: "STANDARD_D2_V3",
    sshConfiguration: {
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "not-to-be-seen" },
      ...ssh,
    },
    dataDisks: { diskSizeInGB: 10, diskCount: 2, storageAccountType: "Standard_LRS", ...disks },
    ...properties,
  },
});
const make = (request: object) => newFileServer(name, id, parse(FileServerRequest, request), now);

describe("a file server", () => {
  it("has its defaults filled in and its password taken out", () => {
    const { document, secrets } = make(body({ subnet }, { publicIPsToAllow: ["1.2.3.4", "10.0.0.0/8"] }));
    expect([...secrets]).toEqual([["adminUserPassword", "not-to-be-seen"]]);
    expect(JSON.stringify(document)).not.toContain("not-to-be-seen");
    expect(fileServerWire(document)).toEqual({
      id: "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/lab/providers/Microsoft.BatchAI/workspaces/research/fileservers/nfs",
      name: "nfs",
      type: "Microsoft.BatchAI/workspaces/fileservers",
      properties: {
        vmSize: "STANDARD_D2_V3",
        sshConfiguration: {
          publicIPsToAllow: ["1.2.3.4", "10.0.0.0/8"],
          userAccountSettings: { adminUserName: "ada" },
        },
        dataDisks: {
          diskSizeInGB: 10,
          cachingType: "none",
          diskCount: 2,
          storageAccountType: "Standard_LRS",
        },
        subnet,
        provisioningState: "creating",
        provisioningStateTransitionTime: now.toISOString(),
        creationTime: now.toISOString(),
      },
    });
  });

  it.each<[string, object, RegExp]>([
    ["no disk", body({ dataDisks: undefined }), /properties\.dataDisks: is required/],
    ["no user", body({}, { userAccountSettings: undefined }), /userAccountSettings: is required/],
    [
      "a user without a credential",
      body({}, { userAccountSettings: { adminUserName: "a" } }),
      /adminUserSshPublicKey/,
    ],
    ["disks of no size", body({}, {}, { diskSizeInGB: 0 }), /diskSizeInGB/],
    ["half a disk", body({}, {}, { diskCount: 0.5 }), /diskCount/],
    ["another kind of storage", body({}, {}, { storageAccountType: "Tape" }), /storageAccountType/],
    ["another kind of cache", body({}, {}, { cachingType: "maybe" }), /cachingType/],
    ["an address that is none", body({}, { publicIPsToAllow: ["home"] }), /publicIPsToAllow\[0\]/],
    ["401 addresses", body({}, { publicIPsToAllow: Array(401).fill("1.2.3.4") }), /at most 400/],
    ["a subnet that is none", body({ subnet: { id: "inner" } }), /subnet\.id/],
    [
      "premium disks on a size that has none",
      body({}, {}, { storageAccountType: "Premium_LRS" }),
      /storageAccountType: this VM size has no premium storage/,
    ],
  ])("with %s is refused, naming the field", (_what, request, message) => {
    expect(() => parse(FileServerRequest, request)).toThrow(message);
  });

  it("takes values in any case, and premium disks where the size has them", () => {
    const request = body(
      { vmSize: "Standard_DS2_v2" },
      {},
      { storageAccountType: "premium_lrs", cachingType: "ReadOnly" },
    );
    expect(make(request).document.spec.dataDisks).toMatchObject({
      storageAccountType: "Premium_LRS",
      cachingType: "readonly",
    });
  });

  it("that is put again is the same with the same content, and a conflict with other content", () => {
    const { document } = make(body());
    const again = (request: object) => putFileServerAgain(document, parse(FileServerRequest, request));
    expect(again(body())).toBe(document);
    expect(() => again(body({}, {}, { diskCount: 3 }))).toThrow(/other settings/);
    const deleting = { ...document, provisioningState: "deleting" as const };
    expect(() => putFileServerAgain(deleting, parse(FileServerRequest, body()))).toThrow(/being deleted/);
  });
});

describe("premium storage", () => {
  it.each([
    ["STANDARD_D2_V3", false],
    ["Standard_D2s_v3", true],
    ["Standard_DS3_v2", true],
    ["Standard_GS2", true],
    ["Standard_NC6", false],
    ["Standard_NC6s_v2", true],
    ["Standard_E8-4s_v3", true],
    ["Standard_A1", false],
  ])("of %s: %s", (size, premium) => {
    expect(premiumCapable(size)).toBe(premium);
  });
});
