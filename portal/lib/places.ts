// Where things are: addresses of the API by the names of a resource, and of the portal's pages.
export interface Place {
  readonly subscriptionId: string;
  readonly group: string;
  readonly workspace: string;
}

const part = encodeURIComponent;

export function workspacesPath(subscriptionId: string, group?: string): string {
  const inGroup = group === undefined ? "" : `/resourceGroups/${part(group)}`;
  return `/subscriptions/${subscriptionId}${inGroup}/providers/Microsoft.BatchAI/workspaces`;
}

export function workspacePath({ subscriptionId, group, workspace }: Place): string {
  return `${workspacesPath(subscriptionId, group)}/${part(workspace)}`;
}

export const usagesPath = ({ subscriptionId }: Place, location: string) =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/locations/${part(location)}/usages`;
export const pricesPath = (subscriptionId: string, location: string) =>
  `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/locations/${part(location)}/prices`;
export const clusterPath = (place: Place, cluster: string) =>
  `${workspacePath(place)}/clusters/${part(cluster)}`;
export const experimentPath = (place: Place, experiment: string) =>
  `${workspacePath(place)}/experiments/${part(experiment)}`;
export const jobPath = (place: Place, experiment: string, job: string) =>
  `${experimentPath(place, experiment)}/jobs/${part(job)}`;

export const sweepPath = (place: Place, experiment: string, sweep: string) =>
  `${experimentPath(place, experiment)}/sweeps/${part(sweep)}`;
export const triggerPath = (place: Place, trigger: string) =>
  `${workspacePath(place)}/triggers/${part(trigger)}`;

/** The names in an id of a workspace or of something in it. */
export function placeOf(id: string): Place {
  const [, , subscriptionId = "", , group = "", , , , workspace = ""] = id.split("/");
  return { subscriptionId, group, workspace };
}

/** Pages, below `/portal`. */
export const pages = {
  overview: ({ group, workspace }: Place) => `/w/${part(group)}/${part(workspace)}`,
  jobs: (place: Place) => `${pages.overview(place)}/jobs`,
  job: (place: Place, experiment: string, job: string) =>
    `${pages.jobs(place)}/${part(experiment)}/${part(job)}`,
  newJob: (place: Place) => `${pages.overview(place)}/new-job`,
  clusters: (place: Place) => `${pages.overview(place)}/clusters`,
  cluster: (place: Place, cluster: string) => `${pages.clusters(place)}/${part(cluster)}`,
  sweeps: (place: Place) => `${pages.overview(place)}/sweeps`,
  sweep: (place: Place, experiment: string, sweep: string) =>
    `${pages.sweeps(place)}/${part(experiment)}/${part(sweep)}`,
  runs: (place: Place) => `${pages.overview(place)}/runs`,
  /** One run by itself. */
  run: (place: Place, id: string) => `${pages.runs(place)}?run=${part(id)}&compare=1`,
  triggers: (place: Place) => `${pages.overview(place)}/triggers`,
  trigger: (place: Place, trigger: string) => `${pages.triggers(place)}/${part(trigger)}`,
  workflows: (place: Place) => `${pages.overview(place)}/workflows`,
  workflow: (place: Place, id: string) => `${pages.workflows(place)}/${part(id)}`,
  costs: (place: Place) => `${pages.overview(place)}/costs`,
  queue: (place: Place) => `${pages.overview(place)}/queue`,
  events: (place: Place) => `${pages.overview(place)}/events`,
};
