// Who is signed in sees the pages; who is not is asked to. Each page is a script of its own, read when it is opened.
import { useQueryClient } from "@tanstack/react-query";
import { Fragment, lazy, Suspense, useEffect, useState } from "react";
import { Redirect, Route, Switch, useParams } from "wouter";
import { signInWith } from "./api/authority.ts";
import { CallError, signIn } from "./api/http.ts";
import type { Session } from "./api/http.ts";
import { useSession, useWorkspaces } from "./api/queries.ts";
import { DataState, ErrorBox } from "./components/data-state.tsx";
import { Shell } from "./components/shell.tsx";
import { useDisplayKey } from "./lib/display.ts";
import type { Return } from "./lib/pkce.ts";
import { jobOfRunLink } from "./lib/run-links.ts";
import { pages, placeOf } from "./lib/places.ts";
import type { Place } from "./lib/places.ts";
import { NoWorkspace } from "./pages/no-workspace.tsx";
import { SignIn } from "./pages/sign-in.tsx";
import { t } from "./texts/texts.ts";

const scripts = {
  overview: () => import("./pages/overview.tsx"),
  jobs: () => import("./pages/jobs.tsx"),
  job: () => import("./pages/job.tsx"),
  "new-job": () => import("./pages/new-job.tsx"),
  sweeps: () => import("./pages/sweeps.tsx"),
  sweep: () => import("./pages/sweep.tsx"),
  runs: () => import("./pages/runs.tsx"),
  triggers: () => import("./pages/triggers.tsx"),
  trigger: () => import("./pages/trigger.tsx"),
  clusters: () => import("./pages/clusters.tsx"),
  cluster: () => import("./pages/cluster.tsx"),
  queue: () => import("./pages/queue.tsx"),
  workflows: () => import("./pages/workflows.tsx"),
  workflow: () => import("./pages/workflow.tsx"),
  costs: () => import("./pages/costs.tsx"),
  events: () => import("./pages/events.tsx"),
};
const Overview = lazy(scripts.overview);
const Jobs = lazy(scripts.jobs);
const Job = lazy(scripts.job);
const NewJob = lazy(scripts["new-job"]);
const Sweeps = lazy(scripts.sweeps);
const Sweep = lazy(scripts.sweep);
const Runs = lazy(scripts.runs);
const Triggers = lazy(scripts.triggers);
const Trigger = lazy(scripts.trigger);
const Clusters = lazy(scripts.clusters);
const Cluster = lazy(scripts.cluster);
const Queue = lazy(scripts.queue);
const Workflows = lazy(scripts.workflows);
const Workflow = lazy(scripts.workflow);
const Costs = lazy(scripts.costs);
const Events = lazy(scripts.events);

/** The script of the page that the address names comes while the portal still asks who is signed in. */
export function loadPage(path: string): void {
  const [, kind = "overview", one] = /\/w\/[^/]+\/[^/]+(?:\/([\w-]+)(\/.)?)?/.exec(path) ?? [];
  const ofOne = {
    jobs: "job",
    sweeps: "sweep",
    triggers: "trigger",
    workflows: "workflow",
    clusters: "cluster",
  } as const;
  const name = one === undefined ? kind : ofOne[kind as keyof typeof ofOne];
  const read = Object.entries(scripts).find(([each]) => each === name)?.[1];
  // Where it fails, the page says so when it is opened.
  read?.().catch(() => undefined);
}

/** What the address offered to sign in with: the code of a link of this service, or what the issuer sent back. */
export type Offer = { readonly kind: "link"; readonly code: string } | Return;

export function App({ offer }: { offer: Offer | undefined }) {
  const redeemed = useRedeemed(offer);
  return (
    <Fragment key={useDisplayKey()}>
      <Opened redeemed={redeemed} />
    </Fragment>
  );
}

function Opened({ redeemed }: { redeemed: Error | "going on" | undefined }) {
  const session = useSession();
  if (redeemed === "going on") return <p className="loading">{t.shell.signingIn}</p>;
  if (session.data !== undefined && !isSignedOut(session.error)) return <Pages session={session.data} />;
  if (session.error !== null) {
    if (isSignedOut(session.error)) return <SignIn problem={redeemed} />;
    return (
      <main className="alone">
        <ErrorBox error={session.error} what={t.things.portal} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  return <p className="loading">{t.shell.openingPortal}</p>;
}

const isSignedOut = (error: Error | null) =>
  error instanceof CallError && (error.status === 401 || error.status === 403);

/** An exchange is begun once, although React may run an effect twice. */
let exchange: Promise<Session> | undefined;

/** @returns why what was offered did not sign in; undefined when it did, or there was nothing. */
function useRedeemed(offer: Offer | undefined): Error | "going on" | undefined {
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<Error | "going on" | undefined>(
    offer === undefined ? undefined : "going on",
  );
  useEffect(() => {
    if (offer === undefined) return;
    exchange ??= offer.kind === "link" ? signIn({ code: offer.code }) : signInWith(offer);
    exchange.then(
      (session) => {
        client.setQueryData(["session"], session);
        setOutcome(undefined);
      },
      (error: unknown) => setOutcome(error as Error),
    );
  }, [offer, client]);
  return outcome;
}

function Pages({ session }: { session: Session }) {
  const workspaces = useWorkspaces(session.subscriptionId);
  const places = (workspaces.data ?? []).map(({ id }) => placeOf(id));
  return (
    <Switch>
      <Route path="/w/:group/:workspace/*?">
        <InWorkspace session={session} places={places} />
      </Route>
      <Route>
        <Shell session={session} places={places}>
          <DataState query={workspaces} what={t.things.workspaces}>
            {(found) => {
              const [first] = found;
              return first === undefined ? (
                <NoWorkspace session={session} />
              ) : (
                <Redirect to={pages.overview(placeOf(first.id))} replace />
              );
            }}
          </DataState>
        </Shell>
      </Route>
    </Switch>
  );
}

function InWorkspace({ session, places }: { session: Session; places: readonly Place[] }) {
  const { group = "", workspace = "" } = useParams();
  const place: Place = { subscriptionId: session.subscriptionId, group, workspace };
  const linked = jobOfRunLink(location.hash);
  if (linked !== undefined) return <Redirect to={pages.job(place, linked.experiment, linked.job)} replace />;
  return (
    <Shell session={session} places={places} place={place}>
      <Suspense fallback={<p className="loading">{t.shell.openingPage}</p>}>
        <Switch>
          <Route path="/w/:group/:workspace">
            <Overview place={place} />
          </Route>
          <Route path="/w/:group/:workspace/jobs">
            <Jobs place={place} />
          </Route>
          <Route path="/w/:group/:workspace/jobs/:experiment/:job">
            {({ experiment, job }) => (
              <Job key={`${experiment}/${job}`} place={place} experiment={experiment} name={job} />
            )}
          </Route>
          <Route path="/w/:group/:workspace/new-job">
            <NewJob place={place} />
          </Route>
          <Route path="/w/:group/:workspace/sweeps">
            <Sweeps place={place} />
          </Route>
          <Route path="/w/:group/:workspace/sweeps/:experiment/:sweep">
            {({ experiment, sweep }) => (
              <Sweep key={`${experiment}/${sweep}`} place={place} experiment={experiment} name={sweep} />
            )}
          </Route>
          <Route path="/w/:group/:workspace/runs">
            <Runs place={place} />
          </Route>
          <Route path="/w/:group/:workspace/triggers">
            <Triggers place={place} />
          </Route>
          <Route path="/w/:group/:workspace/triggers/:trigger">
            {({ trigger }) => <Trigger key={trigger} place={place} name={trigger} />}
          </Route>
          <Route path="/w/:group/:workspace/clusters">
            <Clusters place={place} />
          </Route>
          <Route path="/w/:group/:workspace/clusters/:cluster">
            {({ cluster }) => <Cluster key={cluster} place={place} name={cluster} />}
          </Route>
          <Route path="/w/:group/:workspace/queue">
            <Queue place={place} location={session.location} />
          </Route>
          <Route path="/w/:group/:workspace/workflows">
            <Workflows place={place} />
          </Route>
          <Route path="/w/:group/:workspace/workflows/:workflow">
            {({ workflow }) => <Workflow key={workflow} place={place} id={workflow} />}
          </Route>
          <Route path="/w/:group/:workspace/costs">
            <Costs place={place} />
          </Route>
          <Route path="/w/:group/:workspace/events">
            <Events place={place} />
          </Route>
          <Route>
            <h1>{t.shell.noPage}</h1>
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}
