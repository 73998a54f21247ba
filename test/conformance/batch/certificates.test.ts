// Certificates of an account, through genuine clients of the time when Batch had them.
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cer, oldPfx, pfx, thumbprint, weak } from "../../support/batch/certificate-files.ts";
import { underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const place = ["local", "devbatch"] as const;
const named = { thumbprint, thumbprintAlgorithm: "sha1" };
const password = "nodesdk";

let folder: string;
let t: UnderTest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-certificates-"));
  t = await underTest({ dataDirectory: join(folder, "data") });
});
afterAll(async () => {
  await t.emulator.dispose();
  await rm(folder, { recursive: true, force: true });
});

const refusal = (property: string, reason: string) => ({
  code: "InvalidPropertyValue",
  statusCode: 400,
  body: {
    values: expect.arrayContaining([
      expect.objectContaining({ key: "PropertyName", value: property }),
      expect.objectContaining({ key: "Reason", value: expect.stringContaining(reason) as string }),
    ]) as unknown,
  },
});

describe("certificates in the data plane", () => {
  test("are added once, listed, read without their private part, and deleted at once", async () => {
    const { certificate } = t.batch;
    await certificate.add({ ...named, data: pfx, password });
    expect([...(await certificate.list())]).toEqual([
      expect.objectContaining({ ...named, state: "active", publicData: cer }),
    ]);
    const found = await certificate.get("sha1", thumbprint.toUpperCase());
    expect(found).toMatchObject(named);
    expect(found.url).toBe(
      `${t.emulator.url}/certificates(thumbprintAlgorithm=sha1,thumbprint=${thumbprint})`,
    );
    expect(JSON.stringify(found)).not.toContain(password);
    const again = certificate.add({ ...named, data: cer, certificateFormat: "cer" });
    await expect(again).rejects.toMatchObject({ statusCode: 409, code: "CertificateExists" });
    await expect(certificate.cancelDeletion("sha1", thumbprint)).rejects.toMatchObject({
      statusCode: 409,
      code: "CertificateStateActive",
    });
    await certificate.deleteMethod("sha1", thumbprint);
    const gone = { statusCode: 404, code: "CertificateNotFound" };
    await expect(certificate.get("sha1", thumbprint)).rejects.toMatchObject(gone);
    await expect(certificate.deleteMethod("sha1", thumbprint)).rejects.toMatchObject(gone);
  });

  test("are refused by name where file, password and thumbprint do not go together", async () => {
    const { certificate } = t.batch;
    const other = { thumbprint: "0".repeat(40), thumbprintAlgorithm: "sha1" };
    const refused = [
      [{ ...named, data: pfx, password: "other" }, "password", "does not open"],
      [{ ...named, data: oldPfx, password: "other" }, "password", "does not open"],
      [{ ...other, data: pfx, password }, "thumbprint", "is not the thumbprint"],
      [{ ...other, data: cer, certificateFormat: "cer" }, "thumbprint", "is not the thumbprint"],
      [{ ...named, thumbprint: "ab", data: oldPfx, password }, "thumbprint", "40 hexadecimal"],
      [{ ...named, thumbprintAlgorithm: "md5", data: pfx, password }, "thumbprintAlgorithm", "sha1"],
      [{ ...named, data: cer, certificateFormat: "cer", password }, "password", "must be omitted"],
      [{ ...named, data: cer }, "data", "is not a .pfx"],
      [{ ...named, data: pfx, certificateFormat: "cer" }, "data", "is not a certificate"],
      [{ ...named, data: "not base64!" }, "data", "base64"],
      [{ ...named, data: Buffer.alloc(10_241).toString("base64") }, "data", "10 KB"],
    ] as const;
    for (const [body, property, reason] of refused)
      await expect(certificate.add(body)).rejects.toMatchObject(refusal(property, reason));
    expect([...(await certificate.list())]).toEqual([]);
  });

  test("of a .pfx that is encrypted as of old are taken on their password, without a public part", async () => {
    await t.batch.certificate.add({ ...named, data: oldPfx, password });
    expect((await t.batch.certificate.get("sha1", thumbprint)).publicData).toBeUndefined();
    await t.batch.certificate.deleteMethod("sha1", thumbprint);
  });

  test("may be as weak as those that suites of the time bring along", async () => {
    const old = { thumbprint: weak.thumbprint, thumbprintAlgorithm: "sha1" };
    await t.batch.certificate.add({ ...old, data: weak.pfx, password });
    expect((await t.batch.certificate.get("sha1", weak.thumbprint)).publicData).toBeDefined();
    await t.batch.certificate.deleteMethod("sha1", weak.thumbprint);
  });

  test("are gone in the version that has none", async () => {
    const answer = await t.arm.sendRequest(
      (await import("@azure/core-rest-pipeline")).createPipelineRequest({
        url: `${t.emulator.url}/subscriptions/${t.arm.subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch/certificates?api-version=2025-06-01`,
        allowInsecureConnection: true,
      }),
    );
    expect(answer.status).toBe(404);
  });
});

describe("certificates in the management plane", () => {
  test("are created, updated, listed and deleted, and the data plane has them, too", async () => {
    const certificates = t.arm.certificateOperations;
    const name = `SHA1-${thumbprint}`;
    const made = await certificates.create(...place, name, { data: pfx, password, thumbprint });
    expect(made).toMatchObject({ name, format: "Pfx", provisioningState: "Succeeded", publicData: cer });
    expect(await t.batch.certificate.get("sha1", thumbprint)).toMatchObject(named);
    expect(await certificates.update(...place, name, { data: cer, format: "Cer" })).toMatchObject({
      format: "Cer",
    });
    const listed = [];
    for await (const one of certificates.listByBatchAccount(...place)) listed.push(one.name);
    expect(listed).toEqual([name]);
    expect(await certificates.cancelDeletion(...place, name)).toMatchObject({ name });
    await certificates.beginDeleteAndWait(...place, name, { updateIntervalInMs: 0 });
    const gone = { statusCode: 404, code: "CertificateNotFound" };
    await expect(certificates.get(...place, name)).rejects.toMatchObject(gone);
    await expect(certificates.update(...place, name, { data: cer, format: "Cer" })).rejects.toMatchObject(
      gone,
    );
    const elsewhere = certificates.create(...place, `SHA1-${"0".repeat(40)}`, {
      data: pfx,
      password,
      thumbprint,
    });
    await expect(elsewhere).rejects.toMatchObject({ statusCode: 400 });
  });
});

test("certificates outlive the emulator, without password and private key", async () => {
  await t.batch.certificate.add({ ...named, data: pfx, password });
  await t.emulator.dispose();
  const data = join(folder, "data");
  for (const file of await readdir(data, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const content = await readFile(join(file.parentPath, file.name), "latin1");
    expect(content.includes(password) || content.includes(pfx.slice(200, 260))).toBe(false);
  }
  t = await underTest({ dataDirectory: data });
  expect(await t.batch.certificate.get("sha1", thumbprint)).toMatchObject({ ...named, publicData: cer });
  expect(t.errors).toEqual([]);
});
