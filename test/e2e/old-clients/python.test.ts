// The genuine Python client of 2018 (azure-mgmt-batchai 7.0.0b1). It checks nothing before it sends, so that it proves
// what the service itself checks. Skipped where Debian's python3-azure is not installed.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { createShare } from "../../support/batch-ai-client.ts";
import { hasPythonBatchAI, pythonStory } from "../../support/old-clients.ts";

const program = fileURLToPath(new URL("../../fixtures/old-clients/python_story.py", import.meta.url));
type Refusal = { type: string; status: number; code: string; message: string } | null;
interface Seen {
  missing: Refusal;
  names: Record<string, Refusal>;
  no_account: Refusal;
  experiment: string;
  /** Seconds. */
  cluster_pauses: readonly number[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the resource as it was on the wire
  cluster: any;
  job: object;
  files: Record<string, number>;
  files_by_page: string[];
  expiry: Record<string, Refusal>;
  terminated: object;
  jobs_by_page: string[];
  after_delete: Refusal;
}

describe.skipIf(!hasPythonBatchAI)("azure-mgmt-batchai 7.0.0b1 (needs python3-azure)", () => {
  let cloud: LocalCloud;
  let seen: Seen;
  beforeAll(async () => {
    cloud = await startLocal({ data: "temporary" });
    await createShare(cloud);
    seen = (await pythonStory(program, cloud, ["results"])) as Seen;
  }, 240_000);
  afterAll(() => cloud.dispose());

  it("row 7: raises its typed not-found error with code and message", () => {
    expect(seen.missing).toMatchObject({
      type: "ResourceNotFoundError",
      status: 404,
      code: "WorkspaceNotFound",
      message: expect.stringContaining("nowhere") as string,
    });
  });

  it("row 11: is refused names of 65 characters and with a dot, and gets one of 64", () => {
    expect(seen.names["65 characters"]).toMatchObject({ status: 400 });
    expect(seen.names["a dot"]).toMatchObject({ status: 400 });
    expect(seen.names["64 characters"]).toBeNull();
  });

  it("is refused a cluster without an account, which it does not check itself", () => {
    expect(seen.no_account).toMatchObject({
      status: 400,
      message: expect.stringContaining("userAccountSettings") as string,
    });
  });

  it("row 13: creates an experiment without a body", () => {
    expect(seen.experiment).toBe("succeeded");
  });

  it("row 27: gets the defaults that it does not send", () => {
    expect(seen.cluster).toMatchObject({
      vmPriority: "dedicated",
      scaleSettings: { manual: { targetNodeCount: 1, nodeDeallocationOption: "requeue" } },
      virtualMachineConfiguration: { imageReference: { publisher: "Canonical", offer: "UbuntuServer" } },
      nodeSetup: { mountVolumes: { azureFileShares: [{ fileMode: "0777", directoryMode: "0777" }] } },
    });
    expect(JSON.stringify(seen.cluster)).not.toContain(cloud.description.storageAccount.key);
  });

  it("row 20: does not sleep its default half minute while a cluster is created", () => {
    expect(seen.cluster_pauses.filter((seconds) => seconds > 1)).toEqual([]);
  });

  it("sees a failed job with code, error and both times, and its files", () => {
    expect(seen.job).toEqual({ state: "failed", exit_code: 3, errors: ["JobFailed"], has_times: true });
    expect(seen.files["stdout.txt"]).toBe("from python\n".length);
  });

  it("row 24: follows the pages of a list, of a listing by POST too, with GET", () => {
    expect(seen.jobs_by_page.sort()).toEqual(["endless", "py-job"]);
    expect(seen.files_by_page.sort()).toEqual(Object.keys(seen.files).sort());
  });

  it("row 107: is refused links that expire in less than 5 or more than 600 minutes", () => {
    expect(seen.expiry).toMatchObject({
      "4": { status: 400 },
      "5": null,
      "600": null,
      "601": { status: 400 },
    });
  });

  it("row 22: waits for the end of a termination by the location endpoint", () => {
    expect(seen.terminated).toEqual({ exit_code: null, errors: ["JobTerminated"] });
  });

  it("deletes what is not there without complaint, and a workspace with all that is in it", () => {
    expect(seen.after_delete).toMatchObject({ status: 404 });
  });
});
