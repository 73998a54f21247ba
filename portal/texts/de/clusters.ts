import { mixed } from "../mixed.ts";
import type { Texts } from "../texts.ts";

export const clusters: Texts["clusters"] = {
  title: "Cluster",
  newCluster: "Neuer Cluster",
  none: "Es gibt keinen Cluster",
  oneNode: (share) =>
    mixed`Ein Knoten, dessen Jobs in die Dateifreigabe ${share} des Speicherkontos schreiben. Die Freigabe muss es geben.`,
  createOne: "Einen Cluster anlegen",
  name: "Name",
  state: "Zustand",
  nodes: "Knoten",
  scale: "Anzahl",
  size: "Größe",
  created: "Angelegt",
  byJobs: (least, most) => `nach seinen Jobs, ${least} bis ${most} Knoten`,
  vmPriorities: { dedicated: "eigene", lowpriority: "niedrige Priorität" },
};

export const cluster: Texts["cluster"] = {
  itsJobs: "Seine Jobs",
  resize: "Größe ändern",
  size: "Größe",
  scale: "Anzahl",
  nodesNow: "Knoten jetzt",
  created: "Angelegt",
  image: "Abbild",
  nodes: "Knoten",
  noNodes: "Gerade sind keine da.",
  bySsh: "So sind sie mit ssh zu erreichen",
  events: "Ereignisse",
  deleteOne: (name) => `Den Cluster ${name} löschen`,
  deleteNote:
    "Seine Knoten gehen sofort, und was darauf läuft, endet. Beendete Jobs bleiben, mit ihrer Ausgabe.",
  resizeOne: (name) => `Größe von ${name} ändern`,
};

export const scaleFields: Texts["scaleFields"] = {
  legend: "Anzahl der Knoten",
  chosen: "eine Zahl, die ich wähle",
  asNeeded: "wie seine Jobs sie brauchen",
  nodes: "Knoten",
  atLeast: "Mindestens",
  atMost: "Höchstens",
};

export const newCluster: Texts["newCluster"] = {
  title: "Neuer Cluster",
  name: "Name",
  size: "Größe seiner Maschinen",
  priority: "Priorität",
  dedicated: "eigene Maschinen",
  lowPriority: "niedrige Priorität: billiger, können weggenommen werden",
  user: "Wer sich anmelden darf",
  key: "Öffentlicher Schlüssel dazu",
  more: "Weitere Eigenschaften, als JSON",
  noJson: "Weitere Eigenschaften: das ist kein JSON-Objekt.",
};
