// The price that a sweep's budget in money reckons by: the one that it names, or that of the service's tables on the day of its start. It is
// kept with the sweep, so that a table that changes later changes no sweep that runs.
import { noPriceSentence } from "../../domain/price/cost.ts";
import { priceOf } from "../../domain/price/table.ts";
import type { KnownPrice } from "../../domain/price/table.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import { leavesPriceOut, withPriceOf } from "../../domain/sweep/budget.ts";
import type { Extension } from "../../domain/sweep/rules.ts";
import { clustersOfTemplate } from "../../domain/sweep/template-clusters.ts";
import type { Budget } from "../../domain/sweep/spec.ts";
import type { Services } from "../../services/services.ts";
import { existing } from "../existing.ts";
import { trialTemplate } from "./template.ts";

/**
 * @param clusters on whose nodes trials may run: the dearest counts, so that the budget holds wherever they do.
 * @throws AppError InvalidRequest where no price is known.
 */
export function pricedBudget(
  { settings }: Services,
  budget: Budget | undefined,
  clusters: readonly ClusterDocument[],
): Budget | undefined {
  if (!leavesPriceOut(budget)) return budget;
  const prices = clusters.map(({ spec: { vmSize, vmPriority } }) => {
    const price = priceOf(settings.prices, { vmSize, vmPriority, location: settings.location });
    if (price === undefined)
      throw refusal(
        "pricePerNodeHour",
        `is needed: ${noPriceSentence(vmSize, settings.location, vmPriority)}. Look it up and give it with pricedOn, or give nodeHours`,
      );
    if (price.currency !== budget.currency)
      throw refusal(
        "currency",
        `is ${budget.currency}, and the price of ${vmSize} is known in ${price.currency}; give the amount in ${price.currency}, or pricePerNodeHour and pricedOn`,
      );
    return price;
  });
  const [first, ...others] = prices;
  if (first === undefined) return budget;
  const dearest = others.reduce<KnownPrice>(
    (most, price) => (price.perNodeHour > most.perNodeHour ? price : most),
    first,
  );
  return {
    ...budget,
    pricePerNodeHour: dearest.perNodeHour,
    pricedOn: dearest.collectedOn,
    priceSource: dearest.source,
  };
}

/** More money for a sweep goes by the price that it began with. @throws AppError InvalidRequest */
export async function pricedExtension(
  services: Services,
  ref: SweepRef,
  extension: Extension,
): Promise<Extension> {
  const { budget } = extension;
  if (!leavesPriceOut(budget)) return extension;
  const sweep = await existing(services, ref);
  const kept = withPriceOf(budget, sweep.spec.budget);
  if (!leavesPriceOut(kept)) return { ...extension, budget: kept };
  const refs = clustersOfTemplate(await trialTemplate(services, sweep));
  const priced = pricedBudget(
    services,
    budget,
    await Promise.all(refs.map((one) => existing(services, one))),
  );
  return priced === undefined ? extension : { ...extension, budget: priced };
}

function refusal(member: string, message: string): AppError {
  const target = `properties.budget.${member}`;
  return new AppError("InvalidRequest", `${target}: ${message}`, { target });
}
