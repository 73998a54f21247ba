// Runs a trigger now, with other parameters where one wants.
import { useState } from "react";
import { call, ownApiVersion } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { triggerPath } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";
import { triggerLines } from "../lib/trigger-lines.ts";
import type { TriggerWire } from "../lib/triggers.ts";
import { ActionDialog } from "./action-dialog.tsx";
import { t } from "../texts/texts.ts";

interface Props {
  readonly place: Place;
  readonly trigger: TriggerWire;
  readonly onClose: () => void;
}

export function RunDialog({ place, trigger, onClose }: Props) {
  const refresh = useRefresh();
  const given = trigger.properties.parameters;
  const [changed, change] = useState<Readonly<Record<string, string>>>({});
  // Asked twice by a nervous finger, it runs once.
  const [id] = useState(() => crypto.randomUUID());
  const parameters = Object.fromEntries(
    Object.entries(changed)
      .filter(([name, text]) => text !== String(given[name]))
      .map(([name, text]) => [name, typed(text, given[name])]),
  );
  const body = { id, parameters };
  return (
    <ActionDialog
      title={t.runTrigger.title(trigger.name)}
      verb={t.trigger.runNow}
      isHarmless
      lines={[triggerLines(place, location.origin).run(trigger.name, parameters)]}
      onClose={onClose}
      act={async () => {
        const path = `${triggerPath(place, trigger.name)}/run`;
        await call(path, { version: ownApiVersion, method: "POST", body });
        refresh();
      }}
    >
      <p>{t.runTrigger.note}</p>
      {Object.entries(given).map(([name, value]) => (
        <label key={name} translate="no">
          {name}
          <input
            value={changed[name] ?? String(value)}
            onChange={(event) => change({ ...changed, [name]: event.target.value })}
          />
        </label>
      ))}
    </ActionDialog>
  );
}

/** A parameter stays of the type that it has. */
function typed(text: string, like: unknown): string | number | boolean {
  if (typeof like === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  return typeof like === "boolean" && (text === "true" || text === "false") ? text === "true" : text;
}
