import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { X509Certificate } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { manualClock } from "../../../../local/clock.ts";
import { openCertificate } from "../../../../local/certificate.ts";
import { openKeyStore } from "../../../../local/functions-host/store/keys.ts";
import { seededRandom } from "../../../../local/random.ts";

const folders: string[] = [];
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), "functions-host-"));
  folders.push(made);
  return made;
};
afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

describe("the key store", () => {
  it("keeps its keys and adds some for functions that are new", async () => {
    const file = join(await folder(), "host", "keys.json");
    const first = openKeyStore(file, ["one"], seededRandom(1));
    const second = openKeyStore(file, ["one", "Two"], seededRandom(2));
    expect(second.masterKey).toBe(first.masterKey);
    expect(second.functionKeys("ONE")).toEqual(first.functionKeys("one"));
    expect(second.opensFunction("two", second.functionKeys("Two")["default"])).toBe(true);
    expect(second.opensFunction("one", second.functionKeys("Two")["default"])).toBe(false);
    expect(await readFile(file, "utf8")).toContain(first.masterKey);
  });

  it("opens an extension with its own system key or the master key only", async () => {
    const keys = openKeyStore(undefined, [], seededRandom(1));
    const opens = (key: string | undefined) => keys.opensExtension("blobs_extension", key);
    expect([keys.system("blobs_extension"), keys.masterKey].map(opens)).toEqual([true, true]);
    expect(
      [keys.system("durabletask_extension"), keys.hostKeys()["default"], "", undefined].map(opens),
    ).toEqual([false, false, false, false]);
  });
});

describe("the certificate", () => {
  it("is for 127.0.0.1 and localhost, kept, and made anew a month before it ends", async () => {
    const directory = await folder();
    const clock = manualClock();
    const first = await openCertificate(directory, clock);
    const parsed = new X509Certificate(first.cert);
    expect(parsed.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
    await clock.advance(700 * 86_400_000);
    expect((await openCertificate(directory, clock)).cert).toBe(first.cert);
    await clock.advance(100 * 86_400_000);
    const second = await openCertificate(directory, clock);
    expect(second.cert).not.toBe(first.cert);
    expect(Date.parse(new X509Certificate(second.cert).validTo)).toBeGreaterThan(clock.now());
  });

  it("can sign no other, and one of an earlier version that could is made anew", async () => {
    const directory = await folder();
    const clock = manualClock();
    const { default: selfsigned } = await import("selfsigned");
    const authority = await selfsigned.generate([{ name: "commonName", value: "localhost" }], {
      notAfterDate: new Date(clock.now() + 800 * 86_400_000),
      extensions: [{ name: "basicConstraints", cA: true }],
    });
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "localhost.pem"), authority.cert);
    await writeFile(join(directory, "localhost.key"), authority.private);
    const made = await openCertificate(directory, clock);
    expect(new X509Certificate(authority.cert).ca).toBe(true);
    expect(new X509Certificate(made.cert).ca).toBe(false);
  });
});
