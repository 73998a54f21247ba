// Numbers, dates and texts of the portal in the languages of the world. No browser.
import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, describe, expect, it, test } from "vitest";
import { chartSummary } from "../../portal/lib/chart-data.ts";
import { cronText } from "../../portal/lib/triggers.ts";
import { de } from "../../portal/texts/de/de.ts";
import { spokenFor } from "../../portal/lib/language.ts";
import { formats, formatsOf, setFormats } from "../../portal/lib/formats.ts";
import { agoText, durationText, sizeText } from "../../portal/lib/texts.ts";
import { en } from "../../portal/texts/en/en.ts";
import { mixed } from "../../portal/texts/mixed.ts";
import { pseudo, texts as pseudoTexts } from "../../portal/texts/pseudo.ts";
import { setTexts, stateText } from "../../portal/texts/texts.ts";

afterEach(() => {
  setFormats({ locale: "en" });
  setTexts(en);
});

describe("formats", () => {
  const noon = new Date("2026-11-30T12:34:56.789Z");
  // Some tables have a narrow space where others have a usual one.
  const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, " ").replaceAll(/[\u200e\u200f]/g, "");

  it("are those of Germany", () => {
    const german = formatsOf({ locale: "de-DE", timeZone: "Europe/Berlin" });
    expect([german.number(12_345), german.number(1.5, 1), german.number(2, 1)]).toEqual([
      "12.345",
      "1,5",
      "2,0",
    ]);
    expect(plain(german.moment(noon))).toBe("30.11.2026, 13:34:56 MEZ");
    expect(plain(german.clock(noon))).toBe("13:34:56");
    expect(german.list(["eins", "zwei", "drei"])).toBe("eins, zwei und drei");
  });

  it("are those of Egypt, whose digits are others", () => {
    const arabic = formatsOf({ locale: "ar-EG", timeZone: "Africa/Cairo" });
    expect([arabic.number(12_345), arabic.decimal("-0.50")].map(plain)).toEqual(["١٢٬٣٤٥", "\u061c-٠٫٥٠"]);
    expect(plain(arabic.moment(noon))).toContain("٢:٣٤:٥٦");
    const forms = { zero: "لا", one: "واحد", two: "اثنان", few: "قليل", many: "كثير", other: "غير" };
    expect([0, 1, 2, 3, 11, 100].map((count) => arabic.count(count, forms).split(" ")[1])).toEqual(
      Object.values(forms),
    );
  });

  it("are those of India, half an hour off and in lakhs", () => {
    const indian = formatsOf({ locale: "en-IN", timeZone: "Asia/Kolkata" });
    expect(indian.number(1_234_567)).toBe("12,34,567");
    expect(plain(indian.moment(noon))).toBe("30 Nov 2026, 6:04:56 pm IST");
  });

  it("tell two moments apart that a clock shows alike when it is set back, and skip the hour that there is not", () => {
    const german = formatsOf({ locale: "de-DE", timeZone: "Europe/Berlin" });
    const at = (time: string) => plain(german.moment(new Date(time)));
    expect([at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")]).toEqual([
      "25.10.2026, 02:30:00 MESZ",
      "25.10.2026, 02:30:00 MEZ",
    ]);
    expect([at("2026-03-29T00:59:59Z"), at("2026-03-29T01:00:00Z")]).toEqual([
      "29.03.2026, 01:59:59 MEZ",
      "29.03.2026, 03:00:00 MESZ",
    ]);
  });

  it("show UTC, or ISO 8601, to whoever wants that", () => {
    const utc = formatsOf({ locale: "en", times: "utc", timeZone: "Asia/Kolkata" });
    expect([plain(utc.moment(noon)), plain(utc.clock(noon))]).toEqual([
      "Nov 30, 2026, 12:34:56 PM UTC",
      "12:34:56 PM",
    ]);
    const iso = formatsOf({ locale: "de-DE", times: "iso", timeZone: "Asia/Kolkata" });
    expect([iso.moment(noon), iso.clock(noon)]).toEqual(["2026-11-30T12:34:56Z", "12:34:56Z"]);
  });

  it("write a number of JavaScript with the same digits, in English letter for letter", () => {
    const english = formatsOf({ locale: "en" });
    const written = fc
      .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 12 }))
      .map(([value, digits]) => (value === 0 ? "0" : String(Number(value.toPrecision(digits)))));
    fc.assert(
      fc.property(written, (text) => {
        expect(english.decimal(text)).toBe(text);
      }),
    );
    expect(english.decimal("1.200e-7")).toBe("1.200e-7");
    expect(english.decimal("NaN")).toBe("NaN");
    expect(formatsOf({ locale: "de" }).decimal("-1.235e+6")).toBe("-1,235e+6");
  });
});

describe("money and shares", () => {
  const plain = (text: string) => text.replaceAll(/[\u202f\u00a0]/g, " ");

  it("have the signs and the digits of the language, wherever the currency is from", () => {
    const [english, german] = [formatsOf({ locale: "en" }), formatsOf({ locale: "de-DE" })];
    expect([english.money(1_234.5, "USD"), english.money(2, "JPY")]).toEqual(["$1,234.50", "¥2"]);
    expect([german.money(1_234.5, "USD"), german.money(2, "EUR")].map(plain)).toEqual([
      "1.234,50 $",
      "2,00 €",
    ]);
    expect([0, 1 / 3, 1].map((share) => english.percent(share))).toEqual(["0%", "33.3%", "100%"]);
    expect(plain(german.percent(1 / 3))).toBe("33,3 %");
    expect(plain(formatsOf({ locale: "ar-EG" }).percent(0.5))).toContain("٥٠");
  });

  it("keep the digits of what is less than one", () => {
    const english = formatsOf({ locale: "en" });
    expect([0, 0.01234, 1].map((amount) => english.money(amount, "EUR"))).toEqual([
      "€0.00",
      "€0.0123",
      "€1.00",
    ]);
  });
});

describe("German", () => {
  /** By their paths: `common.copy` */
  function messages(texts: object, path = ""): ReadonlyMap<string, unknown> {
    const found = Object.entries(texts).map(([name, text]: [string, unknown]) => {
      const at = path === "" ? name : `${path}.${name}`;
      return typeof text === "object" && text !== null ? [...messages(text, at)] : [[at, text] as const];
    });
    return new Map(found.flat());
  }

  it("has a text of its own for everything, but for what is said alike in both", () => {
    const [english, german] = [messages(en), messages(de)];
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
    const alike = [...english].filter(([path, text]) => german.get(path) === text).map(([, text]) => text);
    expect(alike.filter((text) => typeof text !== "string")).toEqual([]);
    expect(alike.filter((text) => String(text).length > 20)).toEqual([]);
    expect(alike.length).toBeLessThan(english.size / 5);
  });

  it("has its own plurals, numbers and order of words", () => {
    setFormats({ locale: "de-DE", timeZone: "Europe/Berlin" });
    setTexts(de);
    const { counts, common, sweepOverview } = de;
    expect([counts.runs(1), counts.runs(12_345), counts.waitingJobs(1)]).toEqual([
      "1 Lauf",
      "12.345 Läufe",
      "1 wartender Job",
    ]);
    expect(sweepOverview.chosen(3, counts.trials(12))).toBe("3 von 12 Trials ausgewählt.");
    expect(common.copyWhat(common.command)).toBe("Befehl kopieren");
    expect(agoText("2026-11-01T00:00:00.000Z", Date.parse("2026-11-01T02:30:00Z"))).toBe("vor 2 h");
    const curves = [{ name: "loss", points: [{ x: 1, y: 0.5 }] }];
    expect(chartSummary("loss", common.chart.step, curves)).toBe("loss: Schritt 1 bis 1; loss endet bei 0,5");
    expect(cronText("30 2 * * *")).toBe("jeden Tag um 02:30");
    expect(stateText("running")).toBe("läuft");
  });
});

test("durations, ages and sizes have the numbers of the language", () => {
  setFormats({ locale: "ar-EG" });
  expect(durationText(200_000)).toBe("٣ min ٢٠ s");
  setFormats({ locale: "de-DE" });
  expect(sizeText(1_500)).toBe("1,5 KB");
  expect(agoText("2026-11-01T00:00:00.000Z", Date.parse("2026-11-01T02:30:00Z"))).toBe("2 h ago");
});

describe("the language of the pages", () => {
  const spoken = (language: string, ...preferred: readonly string[]) => {
    const found = spokenFor(language, preferred);
    return [found.language, found.locale, found.direction].join(" ");
  };

  it("is what somebody chose, with the region of the browser", () => {
    expect(spoken("en", "fr-FR", "en-GB")).toBe("en en-GB ltr");
    expect(spoken("en", "fr-FR")).toBe("en en ltr");
  });

  it("is else the first of the browser's that there is, and English where there is none", () => {
    expect(spoken("", "fr-FR", "en-IN", "en-GB")).toBe("en en-IN ltr");
    expect(spoken("", "fr-FR", "de-AT", "en-GB")).toBe("de de-AT ltr");
    expect(spoken("de", "en-GB")).toBe("de de ltr");
    expect(spoken("", "ar-EG")).toBe("en en ltr");
    expect(spoken("tlh")).toBe("en en ltr");
  });

  it("runs from right to left in the one that is made for trying that", () => {
    expect(spoken("ar-XB", "de-DE")).toBe("ar-XB ar-EG rtl");
    expect(spoken("en-XA", "de-DE")).toBe("en-XA en ltr");
  });
});

describe("the language that nobody speaks", () => {
  it("has accents on every letter of a catalogue, and leaves alone what was put into a text", () => {
    expect(pseudo("Delete")).toMatch(/^⟦Ðéļéţé( ẋẋẋẋ)+⟧$/);
    expect(pseudo("The job first-job", ["first-job"])).toMatch(/^⟦Ţĥé ĵöƀ first-job( ẋẋẋẋ)+⟧$/);
    expect(pseudo(" · ")).toBe(" · ");
  });

  it("is at least 30 % longer", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ]{1,80}$/), (text) => {
        if (/[a-z]/.test(text)) expect(pseudo(text).length).toBeGreaterThanOrEqual(1.3 * text.length);
      }),
    );
  });

  it("has every text of the English catalogue, with markup where that has some", () => {
    expect(Object.keys(pseudoTexts)).toEqual(Object.keys(en));
    expect(renderToStaticMarkup(pseudoTexts.overview.inExperiment("first"))).toMatch(/^⟦îñ( ẋẋẋẋ)+⟧ first$/);
    expect(renderToStaticMarkup(mixed`a ${1} b`)).toBe("a 1 b");
    setTexts(pseudoTexts);
    expect(stateText("running")).toMatch(/^⟦ŕûññîñĝ /);
    expect(stateText("toString")).toBe("toString");
    expect(stateText("unheard-of")).toBe("unheard-of");
    expect(formats.number(1)).toBe("1");
  });
});
