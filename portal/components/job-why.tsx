// Why a job waits, failed or takes so long: the reasons of `batchai why`, the strongest first, each with what it rests on and what helps.
import { diagnose } from "../../domain/diagnosis/diagnose.ts";
import { commandOf } from "../../domain/diagnosis/facts.ts";
import type { Cause } from "../../domain/diagnosis/facts.ts";
import { jobFacts } from "../../domain/diagnosis/job-facts.ts";
import type { AttemptsResponse } from "../../domain/job/attempt.ts";
import type { JobResponse } from "../../domain/job/wire.ts";
import { useWhyAnswers } from "../api/why-queries.ts";
import { commandLines, workspaceOptions } from "../lib/command-lines.ts";
import type { EventWire } from "../lib/events.ts";
import { jobPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t } from "../texts/texts.ts";
import { CommandStrip, CopyButton } from "./command-strip.tsx";
import { DataState } from "./data-state.tsx";

/** Of an answer that is asked for elsewhere: undefined and not pending where it could not be had. */
interface Read<Data> {
  readonly data: Data | undefined;
  readonly isPending: boolean;
}

interface Props {
  readonly place: Place;
  readonly experiment: string;
  readonly job: JobResponse;
  readonly events: Read<readonly EventWire[]>;
  readonly attempts: Read<AttemptsResponse>;
}

/** What is the matter; a job that is on its way out, or succeeded, has nothing to explain. */
function matterOf({ properties }: JobResponse): keyof typeof t.why.titles | undefined {
  const { executionState, provisioningState } = properties;
  if (provisioningState === "deleting") return undefined;
  if (executionState === "queued" || executionState === "running" || executionState === "failed")
    return executionState;
  return undefined;
}

export default function JobWhy(props: Props) {
  const matter = matterOf(props.job);
  // Another job has nothing of the answers that were read for this one.
  return matter === undefined ? null : <Reasons key={props.job.id} {...props} matter={matter} />;
}

function Reasons({ matter, ...props }: Props & { readonly matter: keyof typeof t.why.titles }) {
  const { place, experiment, job, events, attempts } = props;
  const answers = useWhyAnswers(place, jobPath(place, experiment, job.name), job);
  const isReading = answers.data === undefined || events.isPending || attempts.isPending;
  const beside = { events: events.data ?? [], attempts: attempts.data };
  const causes = isReading ? undefined : diagnose(jobFacts(job, { ...answers.data, ...beside }, Date.now()));
  // Most jobs that run have nothing in their way: no place is held for what may not come.
  if (matter === "running" && (causes ?? []).every(({ code }) => code === "JobRunning")) return null;
  const lines = commandLines(place, location.origin);
  return (
    <section aria-labelledby="why-title" className={`card why why-${matter}`}>
      <h2 id="why-title">{t.why.titles[matter]}</h2>
      <DataState query={answers} what={t.things.reasons}>
        {() =>
          causes === undefined ? (
            <p className="loading">{t.common.dataState.reading(t.things.reasons)}</p>
          ) : (
            <ol className="reasons">
              {causes.map((cause) => (
                <Reason key={`${cause.code} ${cause.because}`} place={place} cause={cause} />
              ))}
            </ol>
          )
        }
      </DataState>
      <CommandStrip label={t.why.byCommandLine} lines={[lines.why(experiment, job.name)]} />
    </section>
  );
}

function Reason({ place, cause }: { place: Place; cause: Cause }) {
  const { code, says, because, remedy, command } = cause;
  const line = command === undefined ? undefined : `batchai ${commandOf(command, workspaceOptions(place))}`;
  return (
    <li>
      <p>
        <strong lang="en">{says}</strong> <code>{code}</code>
      </p>
      <dl>
        <dt>{t.why.because}</dt>
        <dd lang="en">{because}</dd>
        {remedy !== undefined && (
          <>
            <dt>{t.why.whatHelps}</dt>
            <dd lang="en" className="remedy">
              {remedy}
            </dd>
          </>
        )}
      </dl>
      {line !== undefined && (
        <p>
          <code>{line}</code> <CopyButton text={line} what={t.common.command} />
        </p>
      )}
    </li>
  );
}
