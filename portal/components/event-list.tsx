// What happened, newest first: who, what, why.
import type { EventWire } from "../lib/events.ts";
import { newestFirst, subjectOf } from "../lib/events.ts";
import { StateMark, Time } from "./state.tsx";

const most = 500;

export function EventList({
  events,
  isOfMany = false,
}: {
  events: readonly EventWire[];
  isOfMany?: boolean;
}) {
  if (events.length === 0) return <p className="muted">Nothing happened in this time.</p>;
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
                {event.properties.cause}{" "}
                <span className="muted">by {event.properties.actorName ?? event.properties.actor}</span>
                {(event.properties.errors ?? []).map(({ code, message }) => (
                  <span key={code} className="error-text">
                    {" "}
                    {code}: {message}
                  </span>
                ))}
              </span>
            </li>
          ))}
      </ol>
      {events.length > most && (
        <p className="muted">
          The newest {most} of {events.length.toLocaleString()}.
        </p>
      )}
    </>
  );
}

function Subject({ event }: { event: EventWire }) {
  const { kind, name } = subjectOf(event);
  return (
    <>
      <span className="muted">{kind}</span> <strong>{name}</strong>{" "}
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
