// A new job: from a form of a few fields, from a job.json, or like one that exists. What is wrong with it the service says.
import { useState } from "react";
import { useLocation, useSearchParams } from "wouter";
import type { JobResponse } from "../../domain/job/wire.ts";
import { useClusters, useExperiments, useJob } from "../api/queries.ts";
import { DataState, Empty } from "../components/data-state.tsx";
import { JobForm } from "../components/job-form.tsx";
import type { JobDraft } from "../components/job-form.tsx";
import { customSpec, nextName, specOfJob } from "../lib/job-spec.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";

export default function NewJob({ place }: { place: Place }) {
  const [query] = useSearchParams();
  const [experiment = "", name = ""] = (query.get("like") ?? "").split("/");
  return (
    <>
      <div className="page-head">
        <h1>{t.newJob.title}</h1>
      </div>
      {name === "" ? (
        <Drafted place={place} draft={freshDraft} />
      ) : (
        <Like place={place} experiment={experiment} name={name} />
      )}
    </>
  );
}

const freshDraft: JobDraft = {
  experiment: "",
  name: "",
  cluster: "",
  text: JSON.stringify(customSpec("python3 --version", 1), undefined, 2),
  needs: [],
};

function Like({ place, experiment, name }: { place: Place; experiment: string; name: string }) {
  const job = useJob(place, experiment, name);
  return (
    <DataState query={job} what={t.things.job(name)}>
      {(found) => <Drafted place={place} draft={draftLike(found, experiment)} />}
    </DataState>
  );
}

function draftLike(job: JobResponse, experiment: string): JobDraft {
  const { spec, needs } = specOfJob(job);
  return {
    experiment,
    name: nextName(job.name, new Set([job.name])),
    cluster: job.properties.cluster.id.split("/").at(-1) ?? "",
    text: JSON.stringify(spec, undefined, 2),
    needs,
  };
}

function Drafted({ place, draft }: { place: Place; draft: JobDraft }) {
  const clusters = useClusters(place);
  const experiments = useExperiments(place);
  const [first] = useState(draft);
  const [, go] = useLocation();
  return (
    <DataState query={clusters} what={t.things.clusters}>
      {(found) =>
        found.length === 0 ? (
          <Empty title={t.newJob.noCluster}>
            <p>
              <button type="button" className="link" onClick={() => go(pages.clusters(place))}>
                {t.newJob.howToMake}
              </button>
            </p>
          </Empty>
        ) : (
          <JobForm
            place={place}
            draft={first}
            clusters={found}
            experiments={(experiments.data ?? []).map(({ name }) => name)}
            onSubmitted={(experiment, name) => go(pages.job(place, experiment, name))}
          />
        )
      }
    </DataState>
  );
}
