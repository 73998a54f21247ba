// What would become of a job on its cluster, before it is sent: whether it can run, and what its nodes cost. The same findings as
// `batchai plan` has.
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import { planJob, planPrice } from "../../domain/diagnosis/plan.ts";
import type { Finding } from "../../domain/diagnosis/plan.ts";
import { usePrices } from "../api/queries.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";

const states = { fine: "state-succeeded", warning: "state-terminating", cannotRun: "state-failed" } as const;

interface Props {
  readonly place: Place;
  readonly cluster: ClusterResponse;
  readonly nodeCount: number;
}

export function JobPlan({ place, cluster: { name, properties }, nodeCount }: Props) {
  const { vmSize, vmPriority } = properties;
  const prices = usePrices(place.subscriptionId, vmSize);
  const range = { fewest: nodeCount, most: nodeCount, hours: undefined };
  const findings: readonly Finding[] = [
    ...planJob(nodeCount, name, properties),
    ...(prices.data === undefined
      ? []
      : [planPrice({ vmSize, vmPriority, ...range, location: prices.data.region }, prices.data.prices)]),
  ];
  return (
    <section aria-labelledby="plan-title" className="card">
      <h2 id="plan-title">{t.newJob.plan}</h2>
      <ul className="plain-list">
        {findings.map(({ what, verdict, says }) => (
          <li key={`${what} ${says}`}>
            <span className={`state ${states[verdict]}`}>{t.newJob.verdicts[verdict]}</span>{" "}
            <span lang="en" translate="no">
              {says}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
