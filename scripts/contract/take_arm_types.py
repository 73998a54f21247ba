"""Makes of Azure's published type data the description of pools and accounts in the management plane that tests hold traffic against
(test/support/contract/management-2025-06-01.json), in the words of OpenAPI.

  python3 scripts/contract/take_arm_types.py TYPES    microsoft.batch 2025-06-01 types.json(.gz) of github.com/Azure/bicep-types-az (MIT)
"""
import gzip
import json
import sys
from pathlib import Path

WANTED = {"BatchAccount": "Microsoft.Batch/batchAccounts@", "Pool": "Microsoft.Batch/batchAccounts/pools@"}
REQUIRED, READ_ONLY, WRITE_ONLY = 1, 2, 4

source = Path(sys.argv[1])
kinds = json.loads(gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes())
definitions = {}


def kind_of(reference):
    return int(reference["$ref"].split("/")[-1])


def schema(index):
    kind = kinds[index]
    what = kind["$type"]
    if what == "ObjectType":
        name = f"T{index}"
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = object_schema(kind)
        return {"$ref": f"#/definitions/{name}"}
    if what == "ArrayType":
        return {"type": "array", "items": schema(kind_of(kind["itemType"]))}
    if what == "UnionType":
        return union([kinds[kind_of(one)] for one in kind["elements"]], kind)
    if what == "StringLiteralType":
        return {"type": "string", "enum": [kind["value"]]}
    plain = {"StringType": "string", "IntegerType": "integer", "BooleanType": "boolean"}
    return {"type": plain[what]} if what in plain else {}


def union(elements, kind):
    literals = [one["value"] for one in elements if one["$type"] == "StringLiteralType"]
    # A choice that is open to values of later versions says so by a plain string beside its literals.
    if literals and all(one["$type"] in ("StringLiteralType", "StringType") for one in elements):
        return {"type": "string", "enum": literals}
    return {"anyOf": [schema(kind_of(one)) for one in kind["elements"]]}


def object_schema(kind):
    properties, required = {}, []
    for name, one in kind["properties"].items():
        described = dict(schema(kind_of(one["type"])))
        if one["flags"] & READ_ONLY:
            described["readOnly"] = True
        # A secret is taken and never told.
        if one["flags"] & WRITE_ONLY or kinds[kind_of(one["type"])].get("sensitive"):
            described["x-writeOnly"] = True
        if one["flags"] & REQUIRED:
            required.append(name)
        properties[name] = described
    more = kind.get("additionalProperties")
    made = {"type": "object", "properties": properties, "additionalProperties": schema(kind_of(more)) if more else False}
    return {**made, "required": required} if required else made


roots = {}
for kind in kinds:
    for name, start in WANTED.items():
        if kind["$type"] == "ResourceType" and kind["name"].startswith(start):
            roots[name] = schema(kind_of(kind["body"]))
document = {
    "info": {
        "title": "Microsoft.Batch in Azure Resource Manager",
        "version": "2025-06-01",
        "x-source": "github.com/Azure/bicep-types-az, 2026-08-20",
        "x-license": "MIT, (c) Microsoft Corporation",
    },
    "definitions": {**definitions, **roots},
}
target = Path(__file__).resolve().parents[2] / "test/support/contract/management-2025-06-01.json"
target.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(len(definitions), "definitions")
