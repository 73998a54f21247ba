import { describe, expect, it } from "vitest";
import { refuseUnavailable } from "../../../../domain/shared/availability.ts";
import { blob, clusterBody, jobBody, share } from "../samples.ts";

describe("what is not available yet", () => {
  it.each([
    [{ mountVolumes: { fileServers: [{ fileServer: { id: "x" } }] } }, "properties.mountVolumes.fileServers"],
  ])("job %j is refused at %s", (properties, target) => {
    expect(() => refuseUnavailable("job", jobBody(properties))).toThrow(
      expect.objectContaining({ code: "FeatureNotAvailable", status: 400, target }),
    );
  });

  it.each([
    [
      { nodeSetup: { mountVolumes: { fileServers: [{ fileServer: { id: "x" } }] } } },
      "properties.nodeSetup.mountVolumes.fileServers",
    ],
  ])("cluster %j is refused at %s", (properties, target) => {
    expect(() => refuseUnavailable("cluster", clusterBody(properties))).toThrow(
      expect.objectContaining({ code: "FeatureNotAvailable", target }),
    );
  });

  it("does not refuse empty lists, nulls, and what is built", () => {
    const mountVolumes = {
      azureFileShares: [share()],
      azureBlobFileSystems: [blob()],
      fileServers: [],
      unmanagedFileSystems: [{ mountCommand: "mount x", relativeMountPath: "own" }],
    };
    refuseUnavailable(
      "job",
      jobBody({
        mountVolumes,
        containerSettings: { imageSourceRegistry: { image: "x" } },
        secrets: [{ name: "A", value: "x" }],
      }),
    );
    refuseUnavailable("cluster", clusterBody({ nodeSetup: { mountVolumes }, subnet: null }));
    refuseUnavailable("cluster", "no object at all");
  });
});
