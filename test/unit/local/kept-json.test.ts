import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { openDataFolder } from "../../../local/data-folder/data-folder.ts";
import { openSettings } from "../../../local/data-folder/settings.ts";
import { StoredAccount } from "../../../local/batch-emulator/store/account-file.ts";
import { ownKeys } from "../../../local/batch-emulator/store/own-keys.ts";
import { openKeyStore } from "../../../local/functions-host/store/keys.ts";
import { openKeyFile } from "../../../local/identity/key-file.ts";
import { readKeptJson, writeKeptJson } from "../../../local/kept-json.ts";
import { seededRandom } from "../../../local/random.ts";
import { StartError } from "../../../local/start-error.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kept-json-test-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const Named = z.object({ name: z.string() });

it("what was written is read again, by its owner alone, and no draft stays", async () => {
  const file = join(root, "deep", "one.json");
  writeKeptJson(file, { name: "first" });
  writeKeptJson(file, { name: "second" });
  expect(readKeptJson(file, "a test", Named)).toEqual({ name: "second" });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(root, "deep"))).toEqual(["one.json"]);
});

it("a file that is not there is none", () => {
  expect(readKeptJson(join(root, "none.json"), "a test", Named)).toBeUndefined();
});

describe("a file that a power cut has torn is named in one sentence and left as it is", () => {
  const random = seededRandom(1);
  const readers: Record<string, { name: string; read(folder: string): unknown }> = {
    "the local cloud's settings": {
      name: "settings.json",
      async read(folder) {
        const data = await openDataFolder(folder, {});
        try {
          return openSettings(data, random);
        } finally {
          await data.release();
        }
      },
    },
    "the host's keys": {
      name: "keys.json",
      read: (folder) => openKeyStore(join(folder, "keys.json"), [], random),
    },
    "the identity's keys": {
      name: "identity.json",
      read: (folder) => openKeyFile(join(folder, "identity.json"), "RS256", random),
    },
    "the emulator's keys": { name: "own.json", read: (folder) => ownKeys(join(folder, "own.json"), random) },
    "the emulator's account": {
      name: "account.json",
      read: (folder) => readKeptJson(join(folder, "account.json"), "an account", StoredAccount),
    },
  };
  const torn = { half: '{ "masterKey": "c2Vjc', empty: "", "another content": "[1]" };
  for (const [what, reader] of Object.entries(readers))
    it.each(Object.entries(torn))(`${what}, %s`, async (_kind, text) => {
      await writeFile(join(root, "openbatchai.json"), "{}");
      await writeFile(join(root, reader.name), text);
      const failure = await Promise.resolve()
        .then(() => reader.read(root))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(failure).toBeInstanceOf(StartError);
      expect((failure as Error).message).toContain(join(root, reader.name));
      expect((failure as Error).message).not.toContain("c2Vjc");
      expect(await readFile(join(root, reader.name), "utf8")).toBe(text);
    });
});

it("what cannot be read at all is named", () => {
  expect(() => readKeptJson(root, "a test", Named)).toThrow(`${root} cannot be read: EISDIR`);
});
