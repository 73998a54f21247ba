import { describe, expect, it } from "vitest";
import {
  chooseImage,
  firstGenerationImage,
  generationOf,
  imageNotices,
  nodeAgentOf,
} from "../../../../domain/cluster/images.ts";
import { warningDays } from "../../../../domain/cluster/vm-life.ts";
import { defaultImage } from "../../../../domain/cluster/default-image.ts";

const usual = { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2404", version: "latest" };
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
const focal = { ...jammy, offer: "0001-com-ubuntu-server-focal", sku: "20_04-lts-gen2" };
const size = "STANDARD_D2S_V3";
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
      { ...jammy, virtualMachineImageId: custom },
      jammy,
    ],
    ["one of Ubuntu 20.04, which Batch has no agent for, is too", focal, usual],
  ])("%s", (_title, asked, image) => {
    expect(chooseImage(asked, size, usual)).toMatchObject({ kind: "chosen", image });
  });

  it("cannot be a custom one of a release that Batch has no agent for", () => {
    const chosen = chooseImage({ ...dsvm, virtualMachineImageId: custom }, size, usual);
    expect(chosen).toMatchObject({
      kind: "impossible",
      reason: expect.stringMatching(/batch\.node\.ubuntu 16\.04.*make it anew/),
    });
  });

  it("is of the first generation on a size that boots no other, when the service chooses it", () => {
    for (const asked of [defaultImage, dsvm])
      expect(chooseImage(asked, "STANDARD_D2_V3", usual)).toEqual({
        kind: "chosen",
        image: firstGenerationImage,
        replaced: "generation",
      });
    expect(generationOf(firstGenerationImage)).toBe(1);
    expect(generationOf(usual)).toBe(2);
  });

  it.each([
    ["STANDARD_D2_V3", jammy, /generation 2.*STANDARD_D2_V3 cannot boot; take a size of generation 2/],
    ["Standard_D4s_v6", { ...jammy, sku: "22_04-lts" }, /generation 1.*take the variant.*-gen2/],
  ])("that was named and that %s cannot boot is refused with what to take", (vmSize, asked, reason) => {
    expect(chooseImage(asked, vmSize, usual)).toMatchObject({
      kind: "impossible",
      reason: expect.stringMatching(reason),
    });
  });

  it("has the node agent of its release, or an unknown one", () => {
    expect(nodeAgentOf(usual)).toBe("batch.node.ubuntu 24.04");
    expect(nodeAgentOf(jammy)).toBe("batch.node.ubuntu 22.04");
    expect(nodeAgentOf({ ...jammy, offer: "0001-com-ubuntu-server-xyz" })).toBeUndefined();
  });
});

describe("notices about an image", () => {
  it("begin some time before its end of life, and stay", () => {
    expect(warningDays).toBe(90);
    expect(codes(jammy, size, usual, at("2027-02-01"))).toEqual([]);
    expect(codes(jammy, size, usual, at("2027-04-01"))).toEqual(["ImageEndOfLife"]);
    expect(imageNotices(jammy, size, usual, at("2028-01-01"))[0]?.message).toContain("ended on 2027-06-30");
  });

  it("tell of a replacement, but not of the default's", () => {
    expect(codes(dsvm, size, usual, at("2026-01-01"))).toEqual(["ImageReplaced"]);
    expect(codes(defaultImage, size, usual, at("2026-01-01"))).toEqual([]);
  });

  it("tell of an image of the first generation, and what brings the usual one", () => {
    const [notice] = imageNotices(defaultImage, "STANDARD_D1_V2", usual, at("2026-01-01"));
    expect(notice).toMatchObject({
      code: "ImageReplaced",
      message: expect.stringMatching(
        /22_04-lts instead.*Take a size of generation 2, such as STANDARD_D2S_V5/,
      ),
    });
  });

  it("concern what a custom image was made from", () => {
    const [notice] = imageNotices({ ...jammy, virtualMachineImageId: custom }, size, usual, at("2027-06-01"));
    expect(notice).toMatchObject({
      code: "ImageEndOfLife",
      message: expect.stringContaining("which the custom image is made from"),
    });
  });

  it("are none for an image that nobody knows", () => {
    expect(codes({ ...jammy, offer: "x" }, size, usual, at("2030-01-01"))).toEqual([]);
  });
});
