// The attempts of a job that had more than one: why each ended, where it ran, for how long.
import type { AttemptResponse, AttemptsResponse } from "../../domain/job/attempt.ts";
import { causeText } from "../lib/attempts.ts";
import { durationText } from "../lib/texts.ts";
import { AbsoluteTime } from "./state.tsx";
import { t } from "../texts/texts.ts";

export function Attempts({ attempts }: { attempts: AttemptsResponse | undefined }) {
  if (attempts === undefined || attempts.value.length + attempts.omitted < 2) return null;
  return (
    <section className="card" aria-labelledby="attempts-title">
      <h2 id="attempts-title">{t.counts.attempts(attempts.value.length + attempts.omitted)}</h2>
      {attempts.omitted > 0 && <p className="muted">{t.attempts.notKept(attempts.omitted)}</p>}
      <ol className="attempts">
        {attempts.value.map((attempt) => (
          <Attempt key={`${attempt.number}.${attempt.start}`} attempt={attempt} />
        ))}
      </ol>
    </section>
  );
}

function Attempt({ attempt }: { attempt: AttemptResponse }) {
  const { number, start, cause, nodes, startTime, endTime, exitCode } = attempt;
  const ms =
    startTime === undefined || endTime === undefined
      ? undefined
      : Date.parse(endTime) - Date.parse(startTime);
  return (
    <li>
      <strong>
        {number}
        {start > 1 && t.attempts.start(start)}
      </strong>
      <span>{causeText(cause)}</span>
      {exitCode !== undefined && <span>{t.common.exitCode(exitCode)}</span>}
      {ms !== undefined && <span className="muted">{t.attempts.after(durationText(ms))}</span>}
      {startTime !== undefined && <AbsoluteTime value={startTime} />}
      {nodes.length > 0 && <code>{nodes.join(" ")}</code>}
    </li>
  );
}
