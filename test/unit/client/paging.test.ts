// Lists over several pages: what is asked for and when, and what becomes of a page that cannot be had.
import { expect, test } from "vitest";
import { z } from "zod";
import type { HttpApi } from "../../../client/http-api.ts";
import { all, items } from "../../../client/paging.ts";

const Item = z.looseObject({ name: z.string() });

/** A service of three pages of two items; `told` says in which order pages are asked for and items are taken. */
function service(broken?: number) {
  const told: string[] = [];
  const api: HttpApi = {
    sleep: () => Promise.resolve(),
    send(_method, path) {
      const page = Number(new URL(path, "http://service").searchParams.get("page") ?? 1);
      told.push(`page ${page}`);
      if (page === broken) return Promise.reject(new Error(`page ${page} is out of reach`));
      const value = ["a", "b"].map((letter) => ({ name: `${page}${letter}` }));
      const more = page < 3 ? { nextLink: `http://service/items?page=${page + 1}` } : {};
      return Promise.resolve({ status: 200, headers: new Headers(), body: { value, ...more }, text: "" });
    },
  };
  return { told, list: items(api, Item, { path: "/items" }) };
}

test("the items of all pages come in order", async () => {
  const { list } = service();
  expect((await all(list)).map(({ name }) => name)).toEqual(["1a", "1b", "2a", "2b", "3a", "3b"]);
});

test("who takes only of the first page asks for no other; from the second on, the next is asked for before items are taken", async () => {
  const { told, list } = service();
  for await (const { name } of list) {
    told.push(name);
    if (name === "2a") break;
  }
  expect(told).toEqual(["page 1", "1a", "1b", "page 2", "page 3", "2a"]);
});

test("a page that cannot be had fails the list where it is wanted, after the items before it", async () => {
  const { told, list } = service(3);
  const taken: string[] = [];
  const walk = async () => {
    for await (const { name } of list) taken.push(name);
  };
  await expect(walk()).rejects.toThrow("page 3 is out of reach");
  expect(taken).toEqual(["1a", "1b", "2a", "2b"]);
  expect(told).toEqual(["page 1", "page 2", "page 3"]);
});

test("a page ahead that cannot be had troubles nobody who does not come to it", async () => {
  const { list } = service(3);
  for await (const { name } of list) if (name === "2b") return;
  expect.unreachable();
});
