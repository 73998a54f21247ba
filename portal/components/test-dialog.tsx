// Tries a trigger with an event that did not happen: whether a job or a sweep would start, and which. Nothing is written.
import { useState } from "react";
import type { FormEvent } from "react";
import { call, ownApiVersion } from "../api/http.ts";
import { differences } from "../lib/differences.ts";
import { triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { sampleEvent } from "../lib/triggers.ts";
import type { TriggerWire } from "../lib/triggers.ts";
import { CommandStrip } from "./command-strip.tsx";
import { ErrorBox } from "./data-state.tsx";
import { Dialog } from "./dialog.tsx";
import { t } from "../texts/texts.ts";

interface Outcome {
  readonly wouldStart: boolean;
  readonly reason: string;
  readonly firing: string;
  readonly job?: Made;
  readonly sweep?: Made;
}

interface Made {
  readonly name: string;
  readonly body: object;
}

interface Props {
  readonly place: Place;
  readonly trigger: TriggerWire;
  readonly onClose: () => void;
}

export function TestDialog({ place, trigger, onClose }: Props) {
  const [text, type] = useState(() => JSON.stringify(sampleEvent(trigger, Date.now()), undefined, 2));
  const [outcome, show] = useState<Outcome>();
  const [error, setError] = useState<Error>();
  const event = parsed(text);
  const submit = (submitted: FormEvent) => {
    submitted.preventDefault();
    const body = { event };
    call<Outcome>(`${triggerPath(place, trigger.name)}/test`, {
      version: ownApiVersion,
      method: "POST",
      body,
    }).then(
      (told) => {
        show(told);
        setError(undefined);
      },
      (refused: unknown) => setError(refused as Error),
    );
  };
  return (
    <Dialog title={t.testTrigger.title(trigger.name)} onClose={onClose} isWide>
      <form onSubmit={submit}>
        <label>
          {t.testTrigger.event}
          <textarea
            rows={7}
            className="mono"
            spellCheck={false}
            value={text}
            aria-invalid={event === undefined}
            onChange={(changed) => type(changed.target.value)}
          />
        </label>
        {event === undefined && <p className="error-text">{t.testTrigger.noJson}</p>}
        {error !== undefined && <ErrorBox error={error} what={t.trigger.test} />}
        {outcome !== undefined && <TestOutcome outcome={outcome} trigger={trigger} />}
        <CommandStrip
          label={t.common.sameByCommandLine}
          lines={[triggerLines(place, location.origin).test(trigger.name, { event: event ?? {} })]}
        />
        <footer className="actions">
          <button type="button" onClick={onClose}>
            {t.common.close}
          </button>
          <button type="submit" className="primary" disabled={event === undefined}>
            {t.trigger.test}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function parsed(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function TestOutcome({
  outcome: { wouldStart, reason, job, sweep },
  trigger,
}: {
  outcome: Outcome;
  trigger: TriggerWire;
}) {
  const { action } = trigger.properties;
  const made = sweep ?? job;
  const isSweep = action.sweep !== undefined;
  const template = action.sweep ?? action.job;
  const [would, wouldNot] = isSweep
    ? [t.testTrigger.sweepWould, t.testTrigger.sweepWouldNot]
    : [t.testTrigger.jobWould, t.testTrigger.jobWouldNot];
  const filled = made === undefined || template === undefined ? [] : differences(made.body, template);
  return (
    <section aria-label={t.testTrigger.wouldHappen}>
      <p role="status">
        <strong>{wouldStart ? would : wouldNot}</strong>: <span lang="en">{reason}</span>
      </p>
      {made !== undefined && (
        <>
          <p>{t.testTrigger.calledSo(<code>{made.name}</code>)}</p>
          <ul className="plain-list">
            {filled.map(({ path, here }) => (
              <li key={path}>
                <code>
                  {path} = {here ?? t.common.absent}
                </code>
              </li>
            ))}
          </ul>
          <details>
            <summary>{isSweep ? t.testTrigger.wholeSweep : t.testTrigger.wholeJob}</summary>
            <pre
              role="group"
              tabIndex={0}
              className="code"
              aria-label={isSweep ? t.testTrigger.sweepThatWould : t.testTrigger.jobThatWould}
            >
              {JSON.stringify(made.body, undefined, 2)}
            </pre>
          </details>
        </>
      )}
    </section>
  );
}
