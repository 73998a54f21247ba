// The states of a job as a line in time: how long it waited, how long it ran, how it ended. A job that lost its nodes waits and runs again.
import { stagesOf } from "../lib/events.ts";
import type { EventWire } from "../lib/events.ts";
import { hasEnded } from "../lib/jobs.ts";
import type { JobRow } from "../lib/jobs.ts";
import { durationText } from "../lib/texts.ts";
import { AbsoluteTime, StateMark, useNow } from "./state.tsx";
import { t } from "../texts/texts.ts";

export function Timeline({ job, events }: { job: JobRow; events: readonly EventWire[] }) {
  const now = useNow();
  const told = stagesOf(events);
  const stages = told.length > 0 ? told : [{ state: job.state, since: job.created, until: undefined }];
  return (
    <ol className="timeline card" aria-label={t.job.timeline}>
      {stages.map(({ state, since, until }, index) => {
        const isEnd = until === undefined && hasEnded(job);
        const ms = isEnd
          ? 0
          : Math.max(0, (until === undefined ? now : Date.parse(until)) - Date.parse(since));
        return (
          <li
            key={index}
            className={`stage stage-${state}`}
            style={{ flexGrow: isEnd ? 0 : Math.sqrt(Math.max(1, ms / 1000)) }}
          >
            <i aria-hidden="true" />
            <StateMark state={state} />
            <span className="muted">{isEnd ? <AbsoluteTime value={since} /> : durationText(ms)}</span>
          </li>
        );
      })}
    </ol>
  );
}
