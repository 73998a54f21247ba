import { describe, expect, it } from "vitest";
import { accountsOf, accountsText, accountsSetIn } from "../../../../local/storage/azurite-accounts.ts";

const [one, two] = ["one", "two"].map((name, index) => ({
  name,
  key: Buffer.alloc(8, index + 1).toString("base64"),
})) as [{ name: string; key: string }, { name: string; key: string }];

describe("the accounts of Azurite", () => {
  it("are those it was told last, for every server made before or after", () => {
    class Store {
      getAccount(_name: string): { readonly name: string; readonly key1: Buffer } | undefined {
        throw new Error("the genuine one looks into its environment, once a minute");
      }
    }
    const early = new Store();
    const accounts = accountsSetIn(Store);
    expect(early.getAccount("one")).toBeUndefined();
    accounts.set([one, two]);
    expect(early.getAccount("one")).toEqual({ name: "one", key1: Buffer.alloc(8, 1) });
    accounts.set([two]);
    expect(new Store().getAccount("one")).toBeUndefined();
    expect(new Store().getAccount("two")?.key1).toEqual(Buffer.alloc(8, 2));
  });

  it("reach a child process as one text, keys with their padding whole", () => {
    expect(accountsText([one, two])).toBe(`one:${one.key};two:${two.key}`);
    expect(accountsOf(accountsText([one, two]))).toEqual([one, two]);
    expect(one.key).toMatch(/=$/);
    expect(accountsOf("")).toEqual([]);
  });
});
