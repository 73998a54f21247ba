import { describe, expect, it } from "vitest";
import { imageNotices, nodeAgentOf, runningImage, warningDays } from "../../../../domain/cluster/images.ts";
import { defaultImage } from "../../../../domain/cluster/schema.ts";

const usual = { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2204", version: "latest" };
const jammy = {
  publisher: "Canonical",
  offer: "0001-com-ubuntu-server-jammy",
  sku: "22_04-lts-gen2",
  version: "1.2.3",
};
const dsvm = {
  publisher: "microsoft-ads",
  offer: "linux-data-science-vm-ubuntu",
  sku: "linuxdsvmubuntu",
  version: "latest",
};
const custom = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i";
const at = (date: string) => new Date(`${date}T00:00:00Z`);
const codes = (...given: Parameters<typeof imageNotices>) => imageNotices(...given).map(({ code }) => code);

describe("the image that nodes run", () => {
  it.each([
    ["the default of 2018 is the service's own", defaultImage, usual],
    ["in any case and version", { ...defaultImage, publisher: "canonical", version: "16.04.201801" }, usual],
    ["one that can no longer be had is, too", dsvm, usual],
    ["any other is itself, with its version", jammy, jammy],
    [
      "a custom one keeps the name of what it was made from",
      { ...dsvm, virtualMachineImageId: custom },
      dsvm,
    ],
  ])("%s", (_title, asked, running) => {
    expect(runningImage(asked, usual)).toEqual(running);
  });

  it("has the node agent of its release, or an unknown one", () => {
    expect(nodeAgentOf(usual)).toBe("batch.node.ubuntu 22.04");
    expect(nodeAgentOf(jammy)).toBe("batch.node.ubuntu 22.04");
    expect(nodeAgentOf({ ...jammy, offer: "0001-com-ubuntu-server-xyz" })).toBeUndefined();
  });
});

describe("notices about an image", () => {
  it("begin some time before its end of life, and stay", () => {
    expect(warningDays).toBe(90);
    expect(codes(jammy, usual, at("2027-02-01"))).toEqual([]);
    expect(codes(jammy, usual, at("2027-04-01"))).toEqual(["ImageEndOfLife"]);
    expect(imageNotices(jammy, usual, at("2028-01-01"))[0]?.message).toContain("ended on 2027-05-31");
  });

  it("tell of a replacement, but not of the default's", () => {
    expect(codes(dsvm, usual, at("2026-01-01"))).toEqual(["ImageReplaced"]);
    expect(codes(defaultImage, usual, at("2026-01-01"))).toEqual([]);
  });

  it("concern what a custom image was made from", () => {
    const [notice] = imageNotices({ ...dsvm, virtualMachineImageId: custom }, usual, at("2026-01-01"));
    expect(notice).toMatchObject({
      code: "ImageEndOfLife",
      message: expect.stringContaining("which the custom image is made from"),
    });
  });

  it("are none for an image that nobody knows", () => {
    expect(codes({ ...jammy, offer: "x" }, usual, at("2030-01-01"))).toEqual([]);
  });
});
