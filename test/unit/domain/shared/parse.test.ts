import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterRequest } from "../../../../domain/cluster/schema.ts";
import { JobRequest } from "../../../../domain/job/schema.ts";
import { AppError } from "../../../../domain/shared/errors.ts";
import { parse, parseJson } from "../../../../domain/shared/parse.ts";
import { WorkspaceRequest } from "../../../../domain/workspace/schema.ts";
import { clusterBody, jobBody, share } from "../samples.ts";

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return "accepted";
};
const jobMessage = (properties: object) => messageOf(() => parse(JobRequest, jobBody(properties)));
const clusterMessage = (properties: object) =>
  messageOf(() => parse(ClusterRequest, clusterBody(properties)));

describe("a request that is not right", () => {
  it.each([
    [{ nodeCount: "two" }, `properties.nodeCount: expected a whole number from 1 to 1000, got "two"`],
    [{ nodeCount: 0 }, "properties.nodeCount: expected a whole number from 1 to 1000, got 0"],
    [{ nodeCount: 1.5 }, "properties.nodeCount: expected a whole number from 1 to 1000, got 1.5"],
    [{ nodeCount: undefined }, "properties.nodeCount: is required, expected a whole number from 1 to 1000"],
    [{ nodeCount: null }, "properties.nodeCount: is required, expected a whole number from 1 to 1000"],
    [
      { stdOutErrPathPrefix: "logs" },
      /^properties\.stdOutErrPathPrefix: expected an absolute path, or one that begins with a variable .*, got "logs"$/,
    ],
    [{ cluster: "gpu" }, `properties.cluster: expected a JSON object, got "gpu"`],
    [{ cluster: undefined }, "properties.cluster: is required, expected a JSON object"],
    [
      { schedulingPriority: "urgent" },
      `properties.schedulingPriority: expected one of 'low', 'normal', 'high', got "urgent"`,
    ],
    [{ inputDirectories: {} }, "properties.inputDirectories: expected a list, got an object"],
    [
      { inputDirectories: [{ id: "a-b", path: "x" }] },
      /^properties\.inputDirectories\[0\]\.id: expected an id of letters/,
    ],
    [
      { constraints: { maxWallClockTime: "1 day" } },
      /^properties\.constraints\.maxWallClockTime: expected an ISO 8601 duration/,
    ],
    [
      { environmentVariables: [{ name: "AZ_BATCHAI_X", value: "" }] },
      /environmentVariables\[0\]\.name: expected a name outside AZ_BATCH_/,
    ],
    [
      { environmentVariables: [{ name: "a b", value: "" }] },
      /environmentVariables\[0\]\.name: expected a name of letters/,
    ],
    [{ outputDirectories: [{ id: "stdOutErr", pathPrefix: "/x" }] }, /expected an id other than 'stdouterr'/],
    [
      { pyTorchSettings: { pythonScriptFilePath: "x", communicationBackend: "smoke" } },
      /properties\.pyTorchSettings\.communicationBackend: expected one of 'TCP', 'Gloo', 'MPI', got "smoke"/,
    ],
  ])("job %j: %s", (properties, message) => {
    expect(jobMessage(properties)).toMatch(message);
  });

  it.each([
    [
      { vmSize: "STANDARD_A0" },
      /properties\.vmSize: expected a VM size .* \(not STANDARD_A0\), got "STANDARD_A0"/,
    ],
    [{ scaleSettings: {} }, /properties\.scaleSettings: give exactly one of 'manual' and 'autoScale'/],
    [
      { scaleSettings: { manual: { targetNodeCount: -1 } } },
      /targetNodeCount: expected a whole number from 0 to 1000, got -1/,
    ],
    [
      { userAccountSettings: { adminUserName: "ada" } },
      /give adminUserSshPublicKey, adminUserPassword or both/,
    ],
    [{ userAccountSettings: undefined }, /properties\.userAccountSettings: is required/],
    [
      { nodeSetup: { mountVolumes: { azureFileShares: [share("../up")] } } },
      /relativeMountPath: expected a relative path/,
    ],
    [
      { nodeSetup: { mountVolumes: { azureFileShares: [share("/abs")] } } },
      /relativeMountPath: expected a relative path/,
    ],
    [
      { nodeSetup: { mountVolumes: { azureFileShares: [share("a", { azureFileUrl: "ftp://x/y" })] } } },
      /azureFileUrl: expected the URL of a file share/,
    ],
    [
      {
        nodeSetup: {
          mountVolumes: {
            azureFileShares: [share("a", { azureFileUrl: "https://acct.blob.core.windows.net/data" })],
          },
        },
      },
      /azureFileUrl: expected the URL of a file share; a blob container is mounted by azureBlobFileSystems/,
    ],
  ])("cluster %j: %s", (properties, message) => {
    expect(clusterMessage(properties)).toMatch(message);
  });

  it("is told without repeating a key or password", () => {
    const said = clusterMessage({
      nodeSetup: {
        mountVolumes: { azureFileShares: [share("a", { credentials: { accountKey: "not base 64!" } })] },
      },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: ["hunter2"] },
    });
    expect(said).toContain("credentials.accountKey: expected the account's key (base64)");
    expect(said).not.toMatch(/not base 64!|hunter2/);
  });

  it("is told without repeating an instrumentation key, or the piece of a text that is no JSON", () => {
    const appInsightsReference = { component: { id: "x" }, instrumentationKey: "hunter3" };
    const said = clusterMessage({ nodeSetup: { performanceCountersSettings: { appInsightsReference } } });
    expect(said).toContain("instrumentationKey: expected the component's instrumentation key");
    expect(said).not.toContain("hunter3");
    for (const text of [
      '{"adminUserPassword":hunter2}',
      "hunter2",
      `{"a":"${"x".repeat(50)}","k":hunter2 }`,
    ]) {
      const refused = messageOf(() => parseJson(text));
      expect(refused).toMatch(/^The request body is not valid JSON: Unexpected token/);
      expect(refused).not.toContain("hunter2");
    }
  });

  it("names up to three fields in the message and all in the details", () => {
    const body = { properties: { nodeCount: "x", schedulingPriority: "y" } };
    let error: unknown;
    try {
      parse(JobRequest, body);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "InvalidRequest", status: 400, target: "properties.cluster" });
    const { message, details } = error as AppError;
    expect(details.map((detail) => detail.target)).toContain("properties.schedulingPriority");
    expect(message).toMatch(/; and \d more$/);
  });

  it.each([["[]"], ["1"], ['"x"'], ["null"]])("body %s is not an object", (body) => {
    expect(messageOf(() => parse(JobRequest, parseJson(body)))).toMatch(
      /The request body: expected a JSON object, got/,
    );
  });

  it("is refused when it is not JSON or nested without end", () => {
    expect(() => parseJson('{"a":')).toThrow(/not valid JSON/);
    expect(() => parse(JobRequest, parseJson(`{"a":${"[".repeat(100)}${"]".repeat(100)}}`))).toThrow(
      /deeper than 64/,
    );
  });

  it("never makes the parser throw anything but a refusal", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const schema of [JobRequest, ClusterRequest, WorkspaceRequest]) {
          try {
            parse(schema, { properties: value, location: value, tags: value });
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
      }),
    );
  });
});

describe("a request that is right", () => {
  it("may hold members nobody knows, nulls for what is not given, and enums in any case", () => {
    const body = jobBody({
      $schema: "x",
      comment: "y",
      location: "eastus",
      schedulingPriority: "HIGH",
      jobPreparation: null,
      constraints: { maxWallClockTime: "7.00:00:00" },
    });
    const { properties } = parse(JobRequest, { ...body, comment: "z" });
    expect(properties).toMatchObject({
      schedulingPriority: "high",
      constraints: { maxWallClockTime: "P7D" },
    });
    expect(properties).not.toHaveProperty("comment");
    expect(properties.jobPreparation).toBeUndefined();
  });
});
