// What a workspace costs: the page, and the tables on it.
import { counted, formats } from "../../lib/formats.ts";
import { mixed } from "../mixed.ts";
import type { Texts } from "../texts.ts";

const notCounted = {
  one: "Versuch steht in keinen Stunden: Niemand hat gesehen, wann er begann, oder er wird nicht mehr aufbewahrt.",
  other:
    "Versuche stehen in keinen Stunden: Niemand hat gesehen, wann sie begannen, oder sie werden nicht mehr aufbewahrt.",
};

export const costs: Texts["costs"] = {
  title: "Kosten",
  period: "Zeitraum",
  periods: { "1d": "24 Stunden", "7d": "7 Tage", "30d": "30 Tage", "90d": "90 Tage", all: "Alles" },
  from: "Von",
  to: "Bis einschließlich",
  grouping: "Nach",
  jobs: "Was Jobs verbraucht haben",
  nodes: "Wofür Knoten da waren",
  interruptions: "Was Unterbrechungen gekostet haben",
  nothing: "In diesem Zeitraum wurde nichts verbraucht",
  nothingSays:
    "Kein Job hatte Knoten, und auch kein Cluster hatte welche. Einen längeren Zeitraum wählen oder einen Job starten:",
  deleted: "Gelöschte Jobs zählen nicht mit; die Knoten, die sie hatten, zählen mit.",
  notCounted: counted(notCounted),
  pricesOf: (region, sources) => mixed`Preise in ${region} ${sources}`,
  source: (day, source) => mixed`vom ${day} (${source})`,
  noPrices: (region, setting) =>
    mixed`In ${region} ist kein Preis dieser Maschinen bekannt; wer den Dienst betreibt, kann welche in ${setting} angeben.`,
  knownSince: (time) => mixed`Die Knoten aller Cluster sind bekannt seit ${time}`,
};

export const costParts: Texts["costParts"] = {
  totals: "Summen",
  paid: "Bezahlte Knoten",
  used: "Von Jobs verbraucht",
  idle: "Frei",
  lost: "Durch Unterbrechungen verloren, höchstens",
  noPrice: "kein Preis bekannt",
  nodeHours: (hours) => `${hours} Knotenstunden`,
  shareOfNodes: (share) => `, ${share} der Stunden aller Knoten`,
  nodeHoursTitle: "Knotenstunden",
  jobs: "Jobs",
  share: "Anteil",
  cost: "Kosten",
  interrupted: "Unterbrochen",
  inVain: "Höchstens vergeblich",
  others: (count) => formats.count(count, { one: "weiterer Eintrag", other: "weitere Einträge" }),
  groupings: { experiment: "Experiment", cluster: "Cluster", user: "Benutzer", job: "Job" },
  costBy: (grouping) => `Kosten, ${grouping}`,
  parts: {
    used: "verbraucht",
    inVain: "höchstens vergeblich",
    busy: "beschäftigt",
    other: "unbrauchbar oder im Gehen",
  },
  idleShare: (share) => `${share} frei`,
  idleNow: "Jetzt frei",
  size: "Größe",
  idleCost: "Kosten freier Knoten",
  whatNodesDid: "Was die Knoten taten",
  cause: "Warum",
  attempts: "Versuche",
  causes: {
    preempted: "verdrängt: Die Knoten wurden weggenommen",
    rehearsed: "eine Verdrängung wurde geprobt",
    moved: "nach der Spot-Regel des Jobs auf andere Knoten gezogen",
    nodeFault: "ein Knoten ist ausgefallen",
    filesLost: "Dateien des Jobs gingen verloren",
    resized: "der Cluster wurde kleiner",
  },
};
