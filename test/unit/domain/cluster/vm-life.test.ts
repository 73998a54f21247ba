import { describe, expect, it } from "vitest";
import {
  currentSize,
  generationsOf,
  retiredReason,
  retirementOf,
  sizeNotices,
  sizesWithGpus,
} from "../../../../domain/cluster/vm-life.ts";
import { gpusOf } from "../../../../domain/cluster/vm-size.ts";
import { refuseRetiredSize } from "../../../../domain/cluster/rules.ts";
import { ClusterRequest } from "../../../../domain/cluster/schema.ts";
import { parse } from "../../../../domain/shared/parse.ts";
import { clusterBody } from "../samples.ts";

const at = (date: string) => new Date(`${date}T00:00:00Z`);
const today = at("2026-11-28");

describe("sizes that Azure has retired", () => {
  it.each([
    "STANDARD_NC6",
    "Standard_NC24r",
    "Standard_NC6s_v2",
    "Standard_ND24rs",
    "Standard_NV12",
    "Standard_NC6s_v3",
    "Standard_NC24rs_v3",
    "Standard_NV12s_v3",
    "Standard_NV4as_v4",
    "Standard_H16mr",
    "Standard_HB60rs",
    "Standard_A1",
    "Basic_A2",
  ])("%s cannot be had any more", (size) => {
    expect(retiredReason(size, today)).toMatch(
      /^Azure retired .* on 20\d\d-\d\d-\d\d; take a current size, such as STANDARD_/,
    );
  });

  it.each([
    "STANDARD_D2S_V3",
    "STANDARD_D2_V3",
    "STANDARD_D1_V2",
    "Standard_A1_v2",
    "Standard_NC4as_T4_v3",
    "Standard_NC24ads_A100_v4",
    "Standard_NV6ads_A10_v5",
    "Standard_HB120rs_v3",
    "Standard_ND96asr_v4",
    "Standard_Nobody_Knows",
  ])("%s can", (size) => {
    expect(retiredReason(size, today)).toBeUndefined();
  });

  it("are refused by name when a cluster is made, and not before their day", () => {
    const old = parse(ClusterRequest, clusterBody({ vmSize: "Standard_NV12s_v3" }));
    expect(() => refuseRetiredSize(old, today)).toThrow(
      /^properties\.vmSize: Azure retired STANDARD_NV12S_V3/,
    );
    expect(() => refuseRetiredSize(old, at("2026-09-29"))).not.toThrow();
  });

  it("are not what is recommended instead", () => {
    for (const size of ["STANDARD_NC6", "STANDARD_NC6S_V3", "STANDARD_H8", "STANDARD_A1", "STANDARD_NV6"])
      expect(retirementOf(retirementOf(size)?.instead ?? "")).toBeUndefined();
    expect(retirementOf(currentSize)).toBeUndefined();
  });

  it("are warned about some time before", () => {
    expect(sizeNotices("STANDARD_D1_V2", at("2027-11-01"))).toEqual([]);
    const [notice] = sizeNotices("STANDARD_D1_V2", at("2028-04-01"));
    expect(notice).toMatchObject({
      code: "VmSizeEndOfLife",
      message: expect.stringContaining("retires STANDARD_D1_V2 on 2028-05-01"),
    });
    expect(sizeNotices("STANDARD_D1_V2", at("2028-06-01"))[0]?.message).toContain("retired");
    expect(sizeNotices("STANDARD_D2S_V5", at("2030-01-01"))).toEqual([]);
  });
});

it.each([
  ["Standard_D2_v3", [1]],
  ["Standard_D1_v2", [1]],
  ["Standard_E4_v3", [1]],
  ["Standard_A2_v2", [1]],
  ["Standard_F4", [1]],
  ["Standard_D2s_v3", [1, 2]],
  ["Standard_DS2_v2", [1, 2]],
  ["Standard_D2s_v5", [1, 2]],
  ["Standard_F4s_v2", [1, 2]],
  ["Standard_NC4as_T4_v3", [1, 2]],
  ["Standard_HB120rs_v3", [1, 2]],
  ["Standard_NC24ads_A100_v4", [2]],
  ["Standard_NC40ads_H100_v5", [2]],
  ["Standard_ND96asr_v4", [2]],
  ["Standard_ND96isr_H100_v5", [2]],
  ["Standard_DC2s_v3", [2]],
  ["Standard_D2ps_v5", [2]],
  ["Standard_D4s_v6", [2]],
  ["Standard_Nobody_Knows", [1, 2]],
] as const)("%s boots images of the generations %j", (size, generations) => {
  expect(generationsOf(size)).toEqual(generations);
});

it.each(Object.entries(sizesWithGpus))(
  "the size for %s GPUs a node has so many, and no known end",
  (gpus, size) => {
    expect(gpusOf(size)).toBe(Number(gpus));
    expect(retirementOf(size)).toBeUndefined();
  },
);
