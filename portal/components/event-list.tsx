// What happened, newest first: who, what, why.
import type { EventWire } from "../lib/events.ts";
import { newestFirst, subjectOf } from "../lib/events.ts";
import { StateMark, Time } from "./state.tsx";
import { t, wordFor } from "../texts/texts.ts";

const most = 500;

export function EventList({
  events,
  isOfMany = false,
}: {
  events: readonly EventWire[];
  isOfMany?: boolean;
}) {
  if (events.length === 0) return <p className="muted">{t.events.nothing}</p>;
  return (
    <>
      <ol className="events">
        {newestFirst(events)
          .slice(0, most)
          .map((event) => (
            <li key={event.id}>
              <Time value={event.properties.time} />
              <span>
                {isOfMany && <Subject event={event} />}
                <Move {...event.properties} />
                <span lang="en">{event.properties.cause}</span>{" "}
                <span className="muted">
                  {t.events.by(
                    <span translate="no">{event.properties.actorName ?? event.properties.actor}</span>,
                  )}
                </span>
                {(event.properties.errors ?? []).map(({ code, message }) => (
                  <span key={code} className="error-text" lang="en">
                    {" "}
                    {code}: {message}
                  </span>
                ))}
              </span>
            </li>
          ))}
      </ol>
      {events.length > most && <p className="muted">{t.events.newestOf(most, events.length)}</p>}
    </>
  );
}

function Subject({ event }: { event: EventWire }) {
  const { kind, name } = subjectOf(event);
  return (
    <>
      <span className="muted">{wordFor(kind, t.events.kinds)}</span>{" "}
      <strong translate="no">{name}</strong>{" "}
    </>
  );
}

function Move({ state, to }: EventWire["properties"]) {
  if (state === undefined || to === undefined) return null;
  return (
    <>
      <StateMark state={to} />{" "}
    </>
  );
}
