// Fire times that passed, run afterwards: they are listed first, and those that have a row in the ledger are not run again.
import { useState } from "react";
import { call, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import type { FireTime } from "../api/trigger-queries.ts";
import { triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { t, wordFor } from "../texts/texts.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { ErrorBox } from "./data-state.tsx";

const dayMs = 86_400_000;
const timesShown = 20;
const overlaps = ["queue", "skip", "allow", "replace"] as const;

export function BackfillDialog({
  place,
  name,
  onClose,
}: {
  place: Place;
  name: string;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  const [from, setFrom] = useState(() => new Date(Date.now() - dayMs).toISOString());
  const [to, setTo] = useState(() => new Date().toISOString());
  const [overlap, choose] = useState<string>("queue");
  const [times, show] = useState<readonly FireTime[]>();
  const [error, setError] = useState<Error>();
  const body = { from, to, overlap };
  const path = `${triggerPath(place, name)}/backfill`;
  const ask = (more: object) =>
    call<{ readonly value: readonly FireTime[] }>(path, {
      version: ownApiVersion,
      method: "POST",
      body: { ...body, ...more },
    });
  const look = () =>
    ask({ dryRun: true }).then(
      ({ value }) => {
        show(value);
        setError(undefined);
      },
      (refused: unknown) => setError(refused as Error),
    );
  const changed = (set: (value: string) => void) => (value: string) => {
    set(value);
    show(undefined);
  };
  return (
    <ActionDialog
      title={t.backfill.title(name)}
      verb={t.backfill.verb}
      isHarmless
      lines={[triggerLines(place, location.origin).backfill(name, body)]}
      onClose={onClose}
      act={async () => {
        await ask({});
        refresh();
      }}
    >
      <TimeField label={t.backfill.from} value={from} onChange={changed(setFrom)} />
      <TimeField label={t.backfill.to} value={to} onChange={changed(setTo)} />
      <label>
        {t.backfill.whileRunning}
        <select value={overlap} onChange={(event) => choose(event.target.value)}>
          {overlaps.map((each) => (
            <option key={each} translate="no">
              {each}
            </option>
          ))}
        </select>
      </label>
      <p>
        <button type="button" onClick={() => void look()}>
          {t.backfill.which}
        </button>
      </p>
      {error !== undefined && <ErrorBox error={error} what={t.trigger.backfill} />}
      <div role="status">{times !== undefined && <Found times={times} />}</div>
    </ActionDialog>
  );
}

function Found({ times }: { times: readonly FireTime[] }) {
  return (
    <>
      <p>{t.counts.fireTimes(times.length)}</p>
      <ul className="plain-list names">
        {times.slice(0, timesShown).map(({ time, local, edge }) => (
          <li key={time}>
            <span translate="no">{local}</span>{" "}
            <span className="muted" translate="no">
              {time}
            </span>{" "}
            {edge !== undefined && wordFor(edge, t.trigger.edges)}
          </li>
        ))}
      </ul>
    </>
  );
}

function TimeField(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label>
      {props.label}
      <input
        value={props.value}
        required
        placeholder="2026-11-01T02:00:00Z"
        onChange={(event) => props.onChange(event.target.value.trim())}
      />
    </label>
  );
}
