"""Makes of Azure's published type data the descriptions of the management plane that tests hold traffic against
(test/support/contract/management-*.json), in the words of OpenAPI: of Batch's pools and accounts, and of what file servers are made of.

  python3 scripts/contract/take_arm_types.py FOLDER    a folder of types.json.gz files from github.com/Azure/bicep-types-az (MIT)
"""
import gzip
import json
import sys
from pathlib import Path

TARGETS = [
    {
        "file": "management-2025-06-01.json",
        "title": "Microsoft.Batch in Azure Resource Manager",
        "version": "2025-06-01",
        "from": "microsoft.batch_2025-06-01.json.gz",
        "types": {"BatchAccount": "Microsoft.Batch/batchAccounts@", "Pool": "Microsoft.Batch/batchAccounts/pools@"},
    },
    {
        "file": "management-network-2025-09-01.json",
        "title": "Microsoft.Network in Azure Resource Manager",
        "version": "2025-09-01",
        "from": "microsoft.network_2025-09-01.json.gz",
        "types": {
            "networkSecurityGroups": "Microsoft.Network/networkSecurityGroups@",
            "publicIPAddresses": "Microsoft.Network/publicIPAddresses@",
            "virtualNetworks": "Microsoft.Network/virtualNetworks@",
            "networkInterfaces": "Microsoft.Network/networkInterfaces@",
        },
    },
    {
        "file": "management-compute-2026-04-01.json",
        "title": "Microsoft.Compute in Azure Resource Manager",
        "version": "2026-04-01",
        "from": "microsoft.compute_2026-04-01.json.gz",
        "types": {
            "virtualMachines": "Microsoft.Compute/virtualMachines@",
            "extensions": "Microsoft.Compute/virtualMachines/extensions@",
        },
    },
]
REQUIRED, READ_ONLY, WRITE_ONLY = 1, 2, 4


def kind_of(reference):
    return int(reference["$ref"].split("/")[-1])


class Description:
    def __init__(self, kinds):
        self.kinds = kinds
        self.definitions = {}

    def schema(self, index):
        kind = self.kinds[index]
        what = kind["$type"]
        if what == "ObjectType":
            name = f"T{index}"
            if name not in self.definitions:
                self.definitions[name] = {}
                self.definitions[name] = self.object_schema(kind)
            return {"$ref": f"#/definitions/{name}"}
        if what == "ArrayType":
            return {"type": "array", "items": self.schema(kind_of(kind["itemType"]))}
        if what == "UnionType":
            return self.union([self.kinds[kind_of(one)] for one in kind["elements"]], kind)
        if what == "StringLiteralType":
            return {"type": "string", "enum": [kind["value"]]}
        plain = {"StringType": "string", "IntegerType": "integer", "BooleanType": "boolean"}
        return {"type": plain[what]} if what in plain else {}

    def union(self, elements, kind):
        literals = [one["value"] for one in elements if one["$type"] == "StringLiteralType"]
        # A choice that is open to values of later versions says so by a plain string beside its literals.
        if literals and all(one["$type"] in ("StringLiteralType", "StringType") for one in elements):
            return {"type": "string", "enum": literals}
        return {"anyOf": [self.schema(kind_of(one)) for one in kind["elements"]]}

    def object_schema(self, kind):
        properties, required = {}, []
        for name, one in kind["properties"].items():
            described = dict(self.schema(kind_of(one["type"])))
            if one["flags"] & READ_ONLY:
                described["readOnly"] = True
            # A secret is taken and never told.
            if one["flags"] & WRITE_ONLY or self.kinds[kind_of(one["type"])].get("sensitive"):
                described["x-writeOnly"] = True
            if one["flags"] & REQUIRED:
                required.append(name)
            properties[name] = described
        more = kind.get("additionalProperties")
        made = {"type": "object", "properties": properties, "additionalProperties": self.schema(kind_of(more)) if more else False}
        return {**made, "required": required} if required else made


source = Path(sys.argv[1])
for target in TARGETS:
    described = Description(json.loads(gzip.decompress((source / target["from"]).read_bytes())))
    roots = {}
    for kind in described.kinds:
        for name, start in target["types"].items():
            if kind["$type"] == "ResourceType" and kind["name"].startswith(start):
                roots[name] = described.schema(kind_of(kind["body"]))
    document = {
        "info": {
            "title": target["title"],
            "version": target["version"],
            "x-source": "github.com/Azure/bicep-types-az, 2026-08-20",
            "x-license": "MIT, (c) Microsoft Corporation",
        },
        "definitions": {**described.definitions, **roots},
    }
    path = Path(__file__).resolve().parents[2] / "test/support/contract" / target["file"]
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(target["file"], len(described.definitions), "definitions")
