// The script that makes the table of prices anew, on what its two sources look like.
import { describe, expect, it } from "vitest";
import { pricesOf, rowsOfCsv, rowsOfRetail } from "../../../scripts/prices/rows.mjs";

const wanted = {
  sizes: ["Standard_D2s_v5", "Standard_NC40ads_H100_v5", "Standard_Unknown"],
  regions: ["eastus", "westus2"],
};

describe("a catalogue in CSV", () => {
  const csv = [
    "InstanceType,vCPUs,Price,SpotPrice,Region,Generation",
    'Standard_D2s_v5,2.0,0.096,0.01056,eastus,"V1,V2"',
    'Standard_D2s_v5,2.0,,,westus2,"V1,V2"',
    "Standard_NC40ads_H100_v5,40.0,6.98,6.98,eastus,V2",
    "Standard_E2_v3,2.0,0.126,0.01386,eastus,V1",
  ].join("\n");

  it("gives the wanted sizes and regions, without what it does not know", () => {
    expect(pricesOf(rowsOfCsv(csv), wanted)).toEqual({
      Standard_D2s_v5: { eastus: { dedicated: 0.096, spot: 0.01056 } },
      // A spot price that is the list price was filled in where none was known.
      Standard_NC40ads_H100_v5: { eastus: { dedicated: 6.98 } },
    });
  });

  it("is refused without its columns", () => {
    expect(() => rowsOfCsv("InstanceType,Price\na,1")).toThrow("no column 'Region'");
  });
});

describe("pages of the Retail Prices API", () => {
  const item = (skuName: string, retailPrice: number, more: object = {}) => ({
    currencyCode: "USD",
    tierMinimumUnits: 0,
    retailPrice,
    unitPrice: retailPrice,
    armRegionName: "eastus",
    productName: "Virtual Machines Dsv5 Series",
    skuName,
    meterName: skuName,
    serviceName: "Virtual Machines",
    serviceFamily: "Compute",
    unitOfMeasure: "1 Hour",
    type: "Consumption",
    armSkuName: "Standard_D2s_v5",
    ...more,
  });

  it("tell dedicated and spot apart, and neither Windows, nor reservations, nor the retired low priority", () => {
    const pages = [
      {
        Items: [
          item("D2s v5", 0.096),
          item("D2s v5 Low Priority", 0.0192),
          item("D2s v5", 0.188, { productName: "Virtual Machines Dsv5 Series Windows" }),
          item("D2s v5", 500, { type: "Reservation", reservationTerm: "1 Year" }),
        ],
      },
      {
        Items: [
          item("D2s v5 Spot", 0.01056),
          item("D2s v5", 0.1, { armRegionName: "westus2" }),
          item("D2s v5", 1, { serviceName: "Cloud Services" }),
        ],
      },
    ];
    expect(pricesOf(rowsOfRetail(pages), wanted)).toEqual({
      Standard_D2s_v5: { eastus: { dedicated: 0.096, spot: 0.01056 }, westus2: { dedicated: 0.1 } },
    });
  });
});
