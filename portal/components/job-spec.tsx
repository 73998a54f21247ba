// What was asked for, as JSON; and where it differs from what was asked for of another job.
import { useState } from "react";
import type { FormEvent } from "react";
import { Link, useSearchParams } from "wouter";
import type { JobResponse } from "../../domain/job/wire.ts";
import { useJob } from "../api/queries.ts";
import { differences } from "../lib/differences.ts";
import { specOfJob } from "../lib/job-spec.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";
import { CopyButton } from "./command-strip.tsx";
import { DataState } from "./data-state.tsx";
import { TableFrame } from "./table-frame.tsx";

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly job: JobResponse;
}

export function JobSpec(props: Props) {
  const [query, setQuery] = useSearchParams();
  const other = query.get("with") ?? "";
  const compare = (name: string) =>
    setQuery(name === "" ? { tab: "spec" } : { tab: "spec", with: name }, { replace: true });
  const text = JSON.stringify(props.job, undefined, 2);
  return (
    <>
      <CompareForm key={other} experiment={props.experiment} other={other} onCompare={compare} />
      {other !== "" && <Comparison {...props} other={other} />}
      <p>
        <CopyButton text={text} what={t.common.json} />
      </p>
      <pre role="group" className="code" tabIndex={0} aria-label={t.spec.asJson}>
        {text}
      </pre>
    </>
  );
}

function CompareForm(props: { experiment: string; other: string; onCompare: (name: string) => void }) {
  const [name, type] = useState(props.other);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onCompare(name.trim());
  };
  return (
    <form className="inline-form compare" onSubmit={submit}>
      <label>
        {t.spec.compareWith}
        <input
          value={name}
          placeholder={t.spec.example(props.experiment)}
          onChange={(event) => type(event.target.value)}
        />
      </label>
      <button type="submit">{t.spec.compare}</button>
      {props.other !== "" && (
        <button type="button" onClick={() => props.onCompare("")}>
          {t.spec.doNotCompare}
        </button>
      )}
    </form>
  );
}

/** `name` is one of the same experiment, `experiment/name` one of another. */
function Comparison({ place, experiment, job, other }: Props & { other: string }) {
  const [first = "", second] = other.split("/");
  const [otherExperiment, name] = second === undefined ? [experiment, first] : [first, second];
  const found = useJob(place, otherExperiment, name);
  return (
    <DataState query={found} what={t.things.job(name)}>
      {(there) => {
        const rows = differences(specOfJob(job).spec, specOfJob(there).spec);
        return (
          <section aria-label={t.spec.comparison}>
            <p role="status">{rows.length === 0 ? t.spec.nothingDiffers : t.spec.differences(rows.length)}</p>
            {rows.length > 0 && (
              <TableFrame label={t.spec.differencesLabel}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{t.spec.where}</th>
                      <th scope="col" translate="no">
                        {job.name}
                      </th>
                      <th scope="col" translate="no">
                        <Link href={pages.job(place, otherExperiment, name)}>{other}</Link>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map(({ path, here, there: value }) => (
                      <tr key={path}>
                        <th scope="row">
                          <code>{path.replace(/^properties\./, "")}</code>
                        </th>
                        <td>
                          {here === undefined ? (
                            <span className="muted">{t.common.absent}</span>
                          ) : (
                            <code>{here}</code>
                          )}
                        </td>
                        <td>
                          {value === undefined ? (
                            <span className="muted">{t.common.absent}</span>
                          ) : (
                            <code>{value}</code>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </TableFrame>
            )}
          </section>
        );
      }}
    </DataState>
  );
}
