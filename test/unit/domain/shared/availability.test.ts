import { describe, expect, it } from "vitest";
import { refuseUnavailable } from "../../../../domain/shared/availability.ts";
import { blob, clusterBody, jobBody, share } from "../samples.ts";

describe("what is not available yet", () => {
  it.each([
    [{ containerSettings: { imageSourceRegistry: { image: "x" } } }, "properties.containerSettings"],
    [
      {
        secrets: [
          { name: "A", value: "x" },
          { name: "B", valueSecretReference: { secretUrl: "u" } },
        ],
      },
      "properties.secrets[1].valueSecretReference",
    ],
    [{ mountVolumes: { fileServers: [{ fileServer: { id: "x" } }] } }, "properties.mountVolumes.fileServers"],
    [
      { mountVolumes: { unmanagedFileSystems: [{ mountCommand: "mount x" }] } },
      "properties.mountVolumes.unmanagedFileSystems",
    ],
    [
      {
        mountVolumes: {
          azureFileShares: [
            share(),
            share("b", { credentials: { accountKeySecretReference: { secretUrl: "u" } } }),
          ],
        },
      },
      "properties.mountVolumes.azureFileShares[1].credentials.accountKeySecretReference",
    ],
  ])("job %j is refused at %s", (properties, target) => {
    expect(() => refuseUnavailable("job", jobBody(properties))).toThrow(
      expect.objectContaining({ code: "FeatureNotAvailable", status: 400, target }),
    );
  });

  it.each([
    [
      {
        nodeSetup: {
          setupTask: { commandLine: "x", secrets: [{ name: "A", valueSecretReference: { secretUrl: "u" } }] },
        },
      },
      "properties.nodeSetup.setupTask.secrets[0].valueSecretReference",
    ],
    [
      {
        nodeSetup: {
          performanceCountersSettings: {
            appInsightsReference: { instrumentationKeySecretReference: { secretUrl: "u" } },
          },
        },
      },
      "properties.nodeSetup.performanceCountersSettings.appInsightsReference.instrumentationKeySecretReference",
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
      unmanagedFileSystems: null,
    };
    refuseUnavailable(
      "job",
      jobBody({ mountVolumes, containerSettings: null, secrets: [{ name: "A", value: "x" }] }),
    );
    refuseUnavailable("cluster", clusterBody({ nodeSetup: { mountVolumes }, subnet: null }));
    refuseUnavailable("cluster", "no object at all");
  });
});
