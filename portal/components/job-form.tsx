// The form of a new job. The JSON is what is sent; the command line and the number of nodes are ways to change it.
import { useState } from "react";
import type { FormEvent } from "react";
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import { call } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { commandLines } from "../lib/command-lines.ts";
import { readSpec } from "../lib/job-spec.ts";
import { experimentPath, jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { CommandStrip } from "./command-strip.tsx";
import { ErrorBox } from "./data-state.tsx";
import { JobPlan } from "./job-plan.tsx";
import { NumberField } from "./number-field.tsx";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";

export interface JobDraft {
  readonly experiment: string;
  readonly name: string;
  readonly cluster: string;
  readonly text: string;
  /** What must be added before it can run. */
  readonly needs: readonly string[];
}

interface Props {
  readonly place: Place;
  readonly draft: JobDraft;
  readonly clusters: readonly ClusterResponse[];
  readonly experiments: readonly string[];
  readonly onSubmitted: (experiment: string, name: string) => void;
}

export function JobForm({ place, draft: first, clusters, experiments, onSubmitted }: Props) {
  const [draft, setDraft] = useState(first);
  const [error, setError] = useState<Error>();
  const [isGoing, setGoing] = useState(false);
  const refresh = useRefresh();
  const change = (changed: Partial<JobDraft>) => setDraft({ ...draft, ...changed });
  const cluster = clusters.find(({ name }) => name === draft.cluster) ?? clusters[0];
  const spec = readSpec(draft.text);
  const body = {
    properties: { ...(spec.kind === "spec" ? spec.properties : {}), cluster: { id: cluster?.id ?? "" } },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (spec.kind === "problem") return;
    setGoing(true);
    submitJob(place, draft, body)
      .then(() => {
        refresh();
        onSubmitted(draft.experiment, draft.name);
      })
      .catch((refused: unknown) => {
        setError(refused as Error);
        setGoing(false);
      });
  };
  return (
    <form onSubmit={submit} className="job-form">
      <Names
        draft={draft}
        change={change}
        experiments={experiments}
        clusters={clusters}
        cluster={cluster?.name ?? ""}
      />
      {spec.kind === "spec" && <Shortcuts properties={spec.properties} change={change} />}
      <SpecField
        text={draft.text}
        problem={spec.kind === "problem" ? spec.message : undefined}
        change={change}
      />
      {draft.needs.length > 0 && <p className="banner">{t.newJob.needed(formats.list(draft.needs))}</p>}
      {cluster !== undefined && spec.kind === "spec" && (
        <JobPlan place={place} cluster={cluster} nodeCount={nodesOf(spec.properties)} />
      )}
      {error !== undefined && <ErrorBox error={error} what={t.newJob.submit} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={isGoing || spec.kind === "problem"}>
          {isGoing ? t.newJob.submitting : t.newJob.submitJob}
        </button>
      </div>
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[
          commandLines(place, location.origin).createJob(
            draft.experiment || "EXPERIMENT",
            draft.name || "JOB",
            cluster?.name ?? "",
            body,
          ),
        ]}
      />
    </form>
  );
}

const nodesOf = ({ nodeCount }: Readonly<Record<string, unknown>>) =>
  typeof nodeCount === "number" ? nodeCount : 1;

/** An experiment is a folder: one that is not there is made. */
async function submitJob(place: Place, { experiment, name }: JobDraft, body: object): Promise<void> {
  await call(experimentPath(place, experiment), { method: "PUT", body: {} });
  await call(jobPath(place, experiment, name), { method: "PUT", body });
}

interface FieldProps {
  readonly change: (changed: Partial<JobDraft>) => void;
}

const nameRule = String.raw`[A-Za-z0-9_\-]{1,64}`;

function Names(
  props: FieldProps & {
    readonly draft: JobDraft;
    readonly experiments: readonly string[];
    readonly clusters: readonly ClusterResponse[];
    readonly cluster: string;
  },
) {
  const { draft, change, experiments, clusters, cluster } = props;
  const hint = t.newJob.nameHint;
  return (
    <div className="inline-form card">
      <label>
        {t.common.experiment}
        <input
          required
          pattern={nameRule}
          title={hint}
          list="experiments"
          value={draft.experiment}
          onChange={(event) => change({ experiment: event.target.value })}
        />
      </label>
      <datalist id="experiments">
        {experiments.map((name) => (
          <option key={name} value={name} translate="no" />
        ))}
      </datalist>
      <label>
        {t.newJob.name}
        <input
          required
          pattern={nameRule}
          title={hint}
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
        />
      </label>
      <label>
        {t.newJob.cluster}
        <select value={cluster} onChange={(event) => change({ cluster: event.target.value })}>
          {clusters.map(({ id, name }) => (
            <option key={id} translate="no">
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Shortcuts({
  properties,
  change,
}: FieldProps & { readonly properties: Readonly<Record<string, unknown>> }) {
  const { nodeCount, customToolkitSettings: custom } = properties as {
    readonly nodeCount?: unknown;
    readonly customToolkitSettings?: { readonly commandLine?: unknown } | null;
  };
  const write = (changed: object) =>
    change({ text: JSON.stringify({ properties: { ...properties, ...changed } }, undefined, 2) });
  return (
    <div className="inline-form card">
      {typeof custom?.commandLine === "string" && (
        <label className="grow">
          {t.newJob.commandLine}
          <input
            value={custom.commandLine}
            spellCheck={false}
            className="mono"
            onChange={(event) =>
              write({ customToolkitSettings: { ...custom, commandLine: event.target.value } })
            }
          />
        </label>
      )}
      <NumberField
        label={t.newJob.nodes}
        least={1}
        value={typeof nodeCount === "number" ? nodeCount : 1}
        onChange={(count) => write({ nodeCount: count })}
      />
    </div>
  );
}

function SpecField({
  text,
  problem,
  change,
}: FieldProps & { readonly text: string; readonly problem: string | undefined }) {
  const read = (file: File | undefined) => void file?.text().then((content) => change({ text: content }));
  return (
    <div className="card">
      <label>
        <span translate="no">job.json</span>
        <textarea
          rows={14}
          spellCheck={false}
          className="mono"
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby="spec-problem"
          onChange={(event) => change({ text: event.target.value })}
        />
      </label>
      <p id="spec-problem" role="status" className="error-text">
        {problem}
      </p>
      <label className="file">
        {t.newJob.fromFile}
        <input
          type="file"
          accept=".json,application/json"
          onChange={(event) => read(event.target.files?.[0])}
        />
      </label>
    </div>
  );
}
