"""Turns Microsoft's own client of the Batch data plane, which is generated from their description, back into a description: the one
that tests hold traffic against (test/support/contract/data-plane-2025-06-01.json).

  pip download --no-deps azure-batch==15.1.0, unzip the wheel, and
  python3 scripts/contract/take_batch_api.py FOLDER     the folder `azure/batch` in it (MIT)
"""
import ast
import json
import re
import sys
from pathlib import Path

folder = Path(sys.argv[1])
models = ast.parse((folder / "models/_models.py").read_text())
enums = ast.parse((folder / "models/_enums.py").read_text())
operations_text = (folder / "_operations/_operations.py").read_text()
operations = ast.parse(operations_text)

PLAIN = {
    "str": {"type": "string"},
    "bytes": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "float": {"type": "number"},
    "datetime": {"type": "string", "format": "date-time"},
    "timedelta": {"type": "string", "format": "duration"},
    "Any": {},
}
# Taken and never told: the client says nothing of it. In the management plane's types these members of a pool are "sensitive".
SECRETS = {
    "UserAccount": ["password"],
    "LinuxUserConfiguration": ["sshPrivateKey"],
    "ContainerRegistryReference": ["password"],
    "AzureBlobFileSystemConfiguration": ["accountKey", "sasKey"],
    "AzureFileShareConfiguration": ["accountKey"],
    "CifsMountConfiguration": ["password"],
}
choices = {
    node.name: [line.value.value for line in node.body if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)]
    for node in enums.body
    if isinstance(node, ast.ClassDef)
}


def name_of(annotation):
    if isinstance(annotation, ast.Constant):
        return str(annotation.value).split(".")[-1]
    return annotation.attr if isinstance(annotation, ast.Attribute) else getattr(annotation, "id", None)


def schema(annotation):
    """What a type annotation describes, and whether it may be absent."""
    if not isinstance(annotation, ast.Subscript):
        name = name_of(annotation)
        return PLAIN.get(name, {"$ref": f"#/definitions/{name}"}), False
    outer, inner = name_of(annotation.value), annotation.slice
    if outer == "Optional":
        return schema(inner)[0], True
    if outer == "Union":
        known = next((name for name in map(name_of, inner.elts) if name in choices), None)
        return ({"$ref": f"#/definitions/{known}"}, False) if known else schema(inner.elts[0])
    if outer.lower() == "list":
        return {"type": "array", "items": schema(inner)[0]}, False
    if outer.lower() in ("dict", "mapping"):
        return {"type": "object", "additionalProperties": schema(inner.elts[1])[0]}, False
    return {"type": "string"}, False


def model(node):
    properties, required = {}, []
    for line in node.body:
        call = getattr(line, "value", None)
        if not isinstance(line, ast.AnnAssign) or not isinstance(call, ast.Call):
            continue
        if getattr(call.func, "id", "") not in ("rest_field", "rest_discriminator"):
            continue
        given = {one.arg: one.value for one in call.keywords}
        name = given["name"].value if "name" in given else line.target.id
        described, optional = schema(line.annotation)
        # Counters of 64 bits are text on this wire.
        described = {"type": "string"} if "format" in given and given["format"].value == "str" else dict(described)
        if "visibility" in given and [one.value for one in given["visibility"].elts] == ["read"]:
            described["readOnly"] = True
        if name in SECRETS.get(node.name, []):
            described["x-writeOnly"] = True
        properties[name] = described
        if not optional:
            required.append(name)
    made = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": required} if required else made


def request_builders():
    for node in operations.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("build_batch_"):
            text = ast.get_source_segment(operations_text, node)
            yield node.name, {
                "url": re.search(r'_url = "([^"]+)"', text).group(1),
                "method": re.search(r'method="(\w+)"', text).group(1).lower(),
                "query": list(dict.fromkeys(re.findall(r'_params\["([^"]+)"\]', text))),
                "sends": "content-type" in re.findall(r'_headers\["([^"]+)"\]', text),
            }


def answers():
    """By the builder that a method of the client uses: its status codes, its body and what it answers."""
    for owner in (node for node in operations.body if isinstance(node, ast.ClassDef)):
        for method in (node for node in owner.body if isinstance(node, ast.FunctionDef)):
            text = ast.get_source_segment(operations_text, method)
            builder = re.search(r"(build_batch_\w+_request)\(", text)
            codes = re.search(r"response\.status_code not in \[([^\]]+)\]", text)
            if not builder or not codes:
                continue
            listed = re.search(r"_deserialize\(\s*[Ll]ist\[_models\.(\w+)\]", text)
            single = re.search(r"_deserialize\(\s*_models\.(\w+), response\.json", text)
            bodies = [ast.unparse(one.annotation) for one in method.args.args if one.annotation is not None]
            body = next(
                ((found, text) for text in bodies if (found := re.search(r"_models\.([A-Z]\w+)", text))), None
            )
            yield builder.group(1), {
                "codes": [code.strip() for code in codes.group(1).split(",")],
                "listed": listed and listed.group(1),
                "single": single and single.group(1),
                "file": "iter_bytes" in text,
                "body": body and body[0].group(1),
                "may_be_absent": body is not None and body[1].startswith("Optional["),
            }


def answered(found):
    if found["listed"]:
        items = {"type": "array", "items": {"$ref": f"#/definitions/{found['listed']}"}}
        page = {"value": items, "odata.nextLink": {"type": "string"}}
        return {"type": "object", "properties": page, "additionalProperties": False}
    if found["single"]:
        return {"$ref": f"#/definitions/{found['single']}"}
    return {"type": "file"} if found["file"] else None


def operation(builder, request, found):
    parameters = [{"name": name, "in": "query", "required": name == "api-version"} for name in request["query"]]
    if found["body"]:
        body = {"$ref": f"#/definitions/{found['body']}"}
        required = request["sends"] and not found["may_be_absent"]
        parameters.append({"name": "body", "in": "body", "required": required, "schema": body})
    shape = answered(found)
    responses = {code: {"schema": shape} if shape else {} for code in found["codes"]}
    responses["default"] = {"schema": {"$ref": "#/definitions/BatchError"}}
    return {"operationId": builder.removeprefix("build_").removesuffix("_request"), "parameters": parameters, "responses": responses}


known = {}
for builder, found in answers():
    known.setdefault(builder, found)
paths = {}
for builder, request in request_builders():
    if builder in known:
        paths.setdefault(request["url"], {})[request["method"]] = operation(builder, request, known[builder])
definitions = {node.name: model(node) for node in models.body if isinstance(node, ast.ClassDef)}
definitions |= {name: {"type": "string", "enum": values} for name, values in choices.items()}
document = {
    "swagger": "2.0",
    "info": {
        "title": "Azure Batch, data plane",
        "version": "2025-06-01",
        "x-source": "azure-batch 15.1.0 (pypi.org), generated by Microsoft from its description of the service",
        "x-license": "MIT, (c) Microsoft Corporation",
    },
    "paths": paths,
    "definitions": definitions,
}
target = Path(__file__).resolve().parents[2] / "test/support/contract/data-plane-2025-06-01.json"
target.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(len(paths), "paths,", sum(map(len, paths.values())), "operations,", len(definitions), "definitions")
