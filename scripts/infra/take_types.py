"""Takes from Azure's published type data what the templates in infra/ use, for check.py: descriptions are left out, and what lies
deeper than anybody writes. Run it when a template uses another type or version.

  python3 scripts/infra/take_types.py FOLDER     a folder of types.json.gz files from github.com/Azure/bicep-types-az (MIT)
"""
import gzip
import json
import sys
from pathlib import Path

from bicep_files import File

DEPTH = 9
ANY_TYPE = {"$type": "AnyType"}

root = Path(__file__).resolve().parents[2]
wanted = {full.lower(): full for path in (root / "infra").rglob("*.bicep") for full, _, _ in File(path).resources}
taken = {"source": "github.com/Azure/bicep-types-az, 2026-08-20", "license": "MIT, (c) Microsoft Corporation", "resources": {}, "types": []}
known = {}


def put(kind):
    key = json.dumps(kind, sort_keys=True)
    if key not in known:
        known[key] = len(taken["types"])
        taken["types"].append(kind)
    return known[key]


def take(all_types, reference, depth):
    kind = all_types[int(reference["$ref"].split("/")[-1])]
    if depth > DEPTH:
        return put(ANY_TYPE)
    what = kind["$type"]

    def properties(given):
        return {name: {"type": take(all_types, one["type"], depth + 1), "flags": one["flags"]} for name, one in given.items()}

    if what == "ObjectType":
        found = {"$type": what, "properties": properties(kind["properties"])}
        if "additionalProperties" in kind:
            found["additionalProperties"] = take(all_types, kind["additionalProperties"], depth + 1)
        return put(found)
    if what == "DiscriminatedObjectType":
        elements = {name: take(all_types, one, depth + 1) for name, one in kind["elements"].items()}
        return put({"$type": what, "discriminator": kind["discriminator"], "baseProperties": properties(kind["baseProperties"]), "elements": elements})
    if what == "ArrayType":
        return put({"$type": what, "itemType": take(all_types, kind["itemType"], depth + 1)})
    if what == "UnionType":
        return put({"$type": what, "elements": [take(all_types, one, depth + 1) for one in kind["elements"]]})
    if what == "StringLiteralType":
        return put({"$type": what, "value": kind["value"]})
    return put({"$type": what})


for path in sorted(Path(sys.argv[1]).glob("*.json.gz")):
    all_types = json.load(gzip.open(path))
    for kind in all_types:
        if kind["$type"] == "ResourceType" and kind["name"].lower() in wanted:
            taken["resources"][wanted.pop(kind["name"].lower())] = take(all_types, kind["body"], 0)
if wanted:
    sys.exit(f"no type data for {', '.join(sorted(wanted.values()))}")
Path(__file__).with_name("azure-types.json").write_text(json.dumps(taken, separators=(",", ":")) + "\n")
