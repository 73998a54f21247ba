// An empty cloud: what to type first, or to click.
import { useState } from "react";
import type { FormEvent } from "react";
import { useLocation } from "wouter";
import { call } from "../api/http.ts";
import type { Session } from "../api/http.ts";
import { useRefresh } from "../api/queries.ts";
import { CommandStrip } from "../components/command-strip.tsx";
import { ErrorBox } from "../components/data-state.tsx";
import { quoted } from "../lib/request-lines.ts";
import { pages, workspacePath } from "../lib/places.ts";
import { t } from "../texts/texts.ts";

export function NoWorkspace({ session }: { session: Session }) {
  const [name, type] = useState("lab");
  const [error, setError] = useState<Error>();
  const refresh = useRefresh();
  const [, go] = useLocation();
  const place = { subscriptionId: session.subscriptionId, group: "local", workspace: name };
  const create = (event: FormEvent) => {
    event.preventDefault();
    call(workspacePath(place), { method: "PUT", body: { location: session.location } }).then(
      () => {
        refresh();
        go(pages.overview(place));
      },
      (refused: unknown) => setError(refused as Error),
    );
  };
  const curl = `curl -X PUT -H "Authorization: Bearer $BATCHAI_TOKEN" -H 'Content-Type: application/json' -d ${quoted(JSON.stringify({ location: session.location }))} ${quoted(`${location.origin}${workspacePath(place)}?api-version=2018-05-01`)}`;
  return (
    <div className="alone">
      <h1>{t.noWorkspace.title}</h1>
      <p>{t.noWorkspace.makeFirst}</p>
      <form onSubmit={create} className="card inline-form">
        <label>
          {t.noWorkspace.name}
          <input
            required
            pattern="[A-Za-z0-9_\-]{1,64}"
            value={name}
            onChange={(event) => type(event.target.value)}
          />
        </label>
        <button type="submit" className="primary">
          {t.noWorkspace.create}
        </button>
      </form>
      {error !== undefined && <ErrorBox error={error} what={t.noWorkspace.create} />}
      <CommandStrip
        label={t.common.sameByCommandLine}
        lines={[
          {
            batchai: `batchai workspace create -g local -n ${quoted(name)} -l ${quoted(session.location)}`,
            curl,
          },
        ]}
      />
    </div>
  );
}
