// What surrounds every page, and what is there before any page.
import { formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { Texts } from "../texts.ts";

const links = {
  overview: "Überblick",
  jobs: "Jobs",
  sweeps: "Sweeps",
  runs: "Läufe",
  clusters: "Cluster",
  triggers: "Trigger",
  workflows: "Abläufe",
  queue: "Warteschlange",
  costs: "Kosten",
  events: "Ereignisse",
};

export const shell: Texts["shell"] = {
  skip: "Zum Inhalt springen",
  keys: "Tasten",
  pages: "Seiten",
  workspace: "Workspace",
  workspaceIn: (workspace, group) => `${workspace} (${group})`,
  theme: (now, next) => `Darstellung: ${now}. Wechseln zu: ${next}`,
  themes: { system: "wie das System", light: "hell", dark: "dunkel" },
  noRole: "keine Rolle",
  signOut: "Abmelden",
  signingIn: "Anmeldung läuft …",
  openingPortal: "Das Portal wird geöffnet …",
  openingPage: "Die Seite wird geöffnet …",
  openingTab: "Der Reiter wird geöffnet …",
  noPage: "Diese Seite gibt es nicht",
  links,
  titles: { ...links, "new-job": "neuer Job" },
};

export const keys: Texts["keys"] = {
  pages: "Überblick, Jobs, Sweeps, Cluster",
  morePages: "Läufe, Trigger, Abläufe",
  otherPages: "Warteschlange, Kosten, Ereignisse",
  newJob: "Neuer Job",
  filter: "Zum Filter",
  rows: "Nächste und vorige Zeile",
  further: "Weiter in einer Liste",
  furtherKeys: "Bild auf, Bild ab, Pos1, Ende",
  select: "Zeile auswählen",
  selectKeys: "x, Leertaste",
  open: "Zeile öffnen",
  openKeys: "Eingabetaste",
  sheet: "Diese Tasten",
  areOn: "Tasten ohne Strg oder Alt gelten überall auf einer Seite",
};

export const display: Texts["display"] = {
  title: "Sprache und Zeiten",
  language: "Sprache",
  automatic: (language) => `Wie der Browser (${language})`,
  times: "Zeiten",
  use: "So anzeigen",
  timesShown: {
    local: (zone) => `Dieses Browsers: ${zone}`,
    utc: "UTC",
    iso: "ISO 8601, in UTC",
  },
};

export const signIn: Texts["signIn"] = {
  withAccount: "Mit einem Konto",
  atIssuer: (issuer) => mixed`Bei ${issuer}. Was hier erlaubt ist, bestimmen die Rollen des Kontos.`,
  signIn: "Anmelden",
  onThisMachine: "Auf diesem Rechner",
  byLink: "Diesen Befehl im Ordner der lokalen Cloud ausführen und den Link öffnen, den er ausgibt.",
  withToken: "Mit einem Token",
  pasteToken:
    "Ein Token für die App-Registrierung dieses Dienstes holen und einfügen. Kein Skript kommt daran, bis es abläuft.",
  token: "Token",
  useToken: "Token benutzen",
};

export const noWorkspace: Texts["noWorkspace"] = {
  title: "Hier ist noch nichts",
  makeFirst: "Cluster und Jobs gehören zu einem Workspace. So entsteht der erste:",
  name: "Name",
  create: "Workspace anlegen",
};

export const overview: Texts["overview"] = {
  newJob: "Neuer Job",
  clusters: "Cluster",
  jobsByState: "Jobs nach Zustand",
  runningNow: "Läuft gerade",
  nothingRuns: "Nichts läuft",
  submitJob: "Einen Job starten",
  failedLast: "Zuletzt fehlgeschlagen",
  noneFailed: "Kein Job ist fehlgeschlagen.",
  inExperiment: (experiment) => mixed`in ${experiment}`,
  all: (count) => `Alle ${formats.number(count)}`,
  noCluster: "Es gibt keinen Cluster",
  howToMake: "So entsteht einer",
};

export const clusterBar: Texts["clusterBar"] = {
  noNodes: "keine Knoten",
  nodes: (count, states) => `${count}: ${states}`,
};

export const events: Texts["events"] = {
  title: "Ereignisse",
  filter: "Filter",
  time: "Zeit",
  last: { hour: "letzte Stunde", day: "letzter Tag", week: "letzte Woche" },
  nothing: "In dieser Zeit ist nichts geschehen.",
  by: (actor) => mixed`durch ${actor}`,
  newestOf: (newest, all) => `Die neuesten ${newest} von ${formats.number(all)}.`,
  kinds: {
    workspace: "Workspace",
    cluster: "Cluster",
    fileServer: "Dateiserver",
    experiment: "Experiment",
    job: "Job",
    sweep: "Sweep",
    trigger: "Trigger",
  },
};

export const queue: Texts["queue"] = {
  title: "Warteschlange und Kontingente",
  nothingWaits: "Nichts wartet",
  jobsWait: (submit) => mixed`Hier warten Jobs auf Knoten. ${submit}`,
  submitOne: "Einen starten",
  reading: "Die Warteschlange wird gelesen …",
  of: (cluster) => `Warteschlange von ${cluster}`,
  waitingOn: (cluster) => `Wartet auf ${cluster}`,
  position: "Platz",
  job: "Job",
  priority: "Priorität",
  nodes: "Knoten",
  since: "Seit",
  why: "Warum er wartet",
  order:
    "Bedient wird nach Priorität, dann nach Alter. Ein kleinerer Job darf vor einen größeren, wenn er ihn in keinem Fall aufhält.",
  quotas: "Kontingente",
  quotasTitle: "Kontingente des ganzen Dienstes",
  what: "Was",
  inUse: "Benutzt",
  limit: "Grenze",
  share: "Anteil",
  noLimit: "keine",
  reached: " erreicht",
  priorities: { low: "niedrig", normal: "normal", high: "hoch" },
  reasons: {
    clusterGone: "seinen Cluster gibt es nicht mehr",
    tooWide: (nodes, most) => `braucht ${nodes}, und der Cluster hat höchstens ${most}: vergrößern`,
    startsNow: "startet jetzt",
    nodesComing: (nodes, idle) =>
      `braucht ${nodes}, und ${formats.number(idle)} sind frei: weitere sind unterwegs`,
    nodesBusy: (nodes, idle) =>
      `braucht ${nodes}, und ${formats.number(idle)} sind frei: wartet auf das Ende laufender Jobs`,
    ahead: (jobs) => `${jobs} davor`,
  },
};
