// What the page of costs asks for, and how it tells money. No browser.
import { describe, expect, it } from "vitest";
import { costLine, hoursText, moneyText, questionOf, shareText, viewOf } from "../../portal/lib/costs.ts";

const now = Date.parse("2026-11-29T10:00:31Z");
const view = (query: string) => viewOf(new URLSearchParams(query));
const place = { subscriptionId: "s", group: "rg", workspace: "w" };

describe("the page of costs", () => {
  it("reads the period and the grouping off the address, and takes nothing that is none", () => {
    expect(view("")).toEqual({ groupBy: "experiment", period: "30d", from: "", to: "" });
    expect(view("by=user&period=all")).toMatchObject({ groupBy: "user", period: "all" });
    expect(view("by=colour&period=2y&from=2026-13-40&to=x")).toEqual(view(""));
    expect(view("period=7d&from=2026-11-01")).toMatchObject({ period: undefined, from: "2026-11-01" });
  });

  it("asks for whole minutes, and for days to their end", () => {
    expect(questionOf(view("period=1d"), now)).toEqual({
      groupBy: "experiment",
      since: "2026-11-28T10:00:00.000Z",
    });
    expect(questionOf(view("period=all&by=job"), now)).toEqual({ groupBy: "job" });
    expect(questionOf(view("from=2026-11-01&to=2026-11-30"), now)).toEqual({
      groupBy: "experiment",
      since: "2026-11-01T00:00:00.000Z",
      until: "2026-12-01T00:00:00.000Z",
    });
  });

  it("says the same to the command line", () => {
    const line = (query: string) => costLine(place, "https://a.example", view(query), now);
    expect(line("").batchai).toBe("batchai cost -g rg -w w --by experiment --since 30d");
    expect(line("period=all").batchai).toBe("batchai cost -g rg -w w --by experiment");
    expect(line("to=2026-11-30&by=user").batchai).toBe(
      "batchai cost -g rg -w w --by user --until 2026-12-01T00:00:00.000Z",
    );
    expect(line("period=1d").curl).toContain(
      "/workspaces/w/costs?groupBy=experiment&since=2026-11-28T10%3A00%3A00.000Z&api-version=2026-11-01",
    );
  });

  it("tells little money with its digits, several currencies beside each other, and no share of nothing", () => {
    expect(moneyText([{ amount: 1234.5, currency: "USD" }])).toBe("$1,234.50");
    expect(
      moneyText([
        { amount: 0.01234, currency: "EUR" },
        { amount: 2, currency: "USD" },
      ]),
    ).toBe("€0.0123 + $2.00");
    expect([moneyText([]), shareText(1, 0), shareText(1, 3)]).toEqual(["", "0%", "33.3%"]);
    expect([0, 0.5, 12.345].map(hoursText)).toEqual(["0", "0.50", "12.3"]);
  });
});
