// Makes the table of prices anew (domain/price/prices.json), or one for BATCHAI_PRICES. The first way needs a network:
//
//   node scripts/take-prices.mjs --fetch                                   from Azure's Retail Prices API, today's prices
//   node scripts/take-prices.mjs --retail page1.json page2.json --on DATE  from pages of it that somebody saved
//   node scripts/take-prices.mjs --csv vms.csv --on DATE --source TEXT     from a catalogue (InstanceType, Region, Price, SpotPrice)
//
// Also: --currency EUR with --fetch; --regions a,b and --sizes A,B instead of those below; --out FILE.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { pricesOf, rowsOfCsv, rowsOfRetail } from "./prices/rows.mjs";

const api = "https://prices.azure.com/api/retail/prices";
const usualRegions = ["eastus", "eastus2", "southcentralus", "westus2", "westus3"];
/** Those that recipes, pages, templates and tables of sizes name and that Azure still makes. */
const usualSizes =
  "D1_v2 D2_v2 D2_v3 D2s_v3 D4s_v3 D2s_v5 D4s_v5 D4s_v6 E4s_v3 E8-4s_v3 F4s_v2 F8s_v2 F64s_v2 HB120rs_v3 HB176rs_v4 " +
  "NC4as_T4_v3 NC8as_T4_v3 NC16as_T4_v3 NC64as_T4_v3 NC8ads_A10_v4 NC16ads_A10_v4 NC32ads_A10_v4 " +
  "NC24ads_A100_v4 NC48ads_A100_v4 NC96ads_A100_v4 NC40ads_H100_v5 NC80adis_H100_v5 " +
  "ND96asr_v4 ND96amsr_A100_v4 ND96isr_H100_v5 ND96isr_H200_v5 ND96isr_MI300X_v5 " +
  "NV6ads_A10_v5 NV12ads_A10_v5 NV18ads_A10_v5 NV36ads_A10_v5 NV36adms_A10_v5 NV72ads_A10_v5";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    fetch: { type: "boolean" },
    retail: { type: "boolean" },
    csv: { type: "string" },
    on: { type: "string" },
    source: { type: "string" },
    currency: { type: "string", default: "USD" },
    regions: { type: "string", default: usualRegions.join(",") },
    sizes: { type: "string", default: usualSizes.replaceAll(" ", ",") },
    out: {
      type: "string",
      default: fileURLToPath(new URL("../domain/price/prices.json", import.meta.url)),
    },
  },
});
const regions = values.regions.split(",");
const sizes = values.sizes.split(",").map((size) => (/^standard_/i.test(size) ? size : `Standard_${size}`));

const { rows, on, source } = await taken();
const table = {
  currency: values.currency,
  collectedOn: needed("on", on),
  source: needed("source", source),
  prices: pricesOf(rows, { sizes, regions }),
};
writeFileSync(values.out, await format(JSON.stringify(table), { parser: "json", printWidth: 110 }));
const missing = sizes.filter((size) => table.prices[size] === undefined);
process.stdout.write(`${values.out}: ${Object.keys(table.prices).length} sizes\n`);
if (missing.length > 0) process.stdout.write(`no price of ${missing.join(", ")}\n`);

async function taken() {
  if (values.csv !== undefined)
    return { rows: rowsOfCsv(readFileSync(values.csv, "utf8")), on: values.on, source: values.source };
  const source = values.source ?? `Azure Retail Prices API, ${api}`;
  if (values.retail === true)
    return {
      rows: rowsOfRetail(positionals.map((file) => JSON.parse(readFileSync(file, "utf8")))),
      on: values.on,
      source,
    };
  if (values.fetch === true)
    return { rows: rowsOfRetail(await fetched()), on: new Date().toISOString().slice(0, 10), source };
  throw new Error("Say where prices come from: --fetch, --retail FILE... or --csv FILE.");
}

async function fetched() {
  const pages = [];
  for (const region of regions) {
    const filter = `serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq '${region}'`;
    let next = `${api}?currencyCode='${values.currency}'&$filter=${encodeURIComponent(filter)}`;
    while (typeof next === "string" && next !== "") {
      const answer = await fetch(next);
      if (!answer.ok) throw new Error(`${next} answered ${answer.status}.`);
      const page = await answer.json();
      pages.push(page);
      next = page.NextPageLink;
    }
  }
  return pages;
}

function needed(option, value) {
  if (value === undefined)
    throw new Error(`Name --${option}: a price without its day and source says nothing.`);
  return value;
}
