// Prices of VM sizes out of what others publish: rows of a CSV catalogue, or items of Azure's Retail Prices API. Only list prices by the hour,
// of Linux.

/** @typedef {{ size: string, region: string, dedicated?: number, spot?: number }} Row */

/** Of a catalogue with a header that has InstanceType, Region, Price and SpotPrice. @returns {Row[]} */
export function rowsOfCsv(text) {
  const [header = [], ...lines] = text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map(fieldsOf);
  const at = ["InstanceType", "Region", "Price", "SpotPrice"].map((name) => {
    const index = header.indexOf(name);
    if (index < 0) throw new Error(`The CSV has no column '${name}'.`);
    return index;
  });
  return lines.map((fields) => {
    const [size = "", region = "", dedicated, spot] = at.map((index) => fields[index] ?? "");
    return row(size, region, Number(dedicated), Number(spot));
  });
}

const fieldsOf = (line) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );

/** Of pages of https://prices.azure.com/api/retail/prices, as they are. @returns {Row[]} */
export function rowsOfRetail(pages) {
  const rows = new Map();
  for (const item of pages.flatMap(({ Items }) => Items)) {
    if (item.serviceName !== "Virtual Machines" || item.type !== "Consumption") continue;
    if (item.unitOfMeasure !== "1 Hour" || /windows|cloud ?services/i.test(item.productName)) continue;
    // Machines of the retired offer 'Low Priority' have a meter of their own; nodes with that priority are spot machines now.
    if (/low priority/i.test(item.skuName)) continue;
    const key = `${item.armSkuName}|${item.armRegionName}`;
    const found = rows.get(key) ?? { size: item.armSkuName, region: item.armRegionName };
    rows.set(key, { ...found, [/\bspot\b/i.test(item.skuName) ? "spot" : "dedicated"]: item.retailPrice });
  }
  return [...rows.values()].map(({ size, region, dedicated, spot }) => row(size, region, dedicated, spot));
}

/** A price of nothing is one that is not known; and a spot price that is the list price was filled in by somebody. */
function row(size, region, dedicated, spot) {
  const isPrice = (price) => Number.isFinite(price) && price > 0;
  return {
    size,
    region,
    ...(isPrice(dedicated) ? { dedicated } : {}),
    ...(isPrice(spot) && !(isPrice(dedicated) && spot >= dedicated) ? { spot } : {}),
  };
}

/** @param rows {Row[]} @param wanted {{ sizes: readonly string[], regions: readonly string[] }} */
export function pricesOf(rows, { sizes, regions }) {
  const prices = {};
  for (const size of sizes)
    for (const region of regions) {
      const found = rows.find(
        (one) => one.size.toLowerCase() === size.toLowerCase() && one.region.toLowerCase() === region,
      );
      const { dedicated, spot } = found ?? {};
      if (dedicated === undefined && spot === undefined) continue;
      prices[size] ??= {};
      prices[size][region] = {
        ...(dedicated === undefined ? {} : { dedicated }),
        ...(spot === undefined ? {} : { spot }),
      };
    }
  return prices;
}
