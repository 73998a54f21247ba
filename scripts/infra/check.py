"""Checks the templates in infra/ without a Bicep compiler: syntax, every member of every resource against Azure's published types,
what modules are given against what they declare, and that outputs exist. Prints JSON; exit code 1 when something is wrong.

  python3 scripts/infra/check.py [infra folder] [azure-types.json]
"""
import json
import re
import sys
from pathlib import Path

from bicep_files import ANY, Either, File

REQUIRED, READ_ONLY = 1, 2
# Written by Bicep itself, not members of the resource.
LANGUAGE = {"name", "scope", "parent", "dependsOn"}
GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

root = Path(__file__).resolve().parents[2]
infra = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "infra"
data = json.loads((Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("azure-types.json")).read_text())
resource_types = {name.lower(): index for name, index in data["resources"].items()}
types = data["types"]


def check(index, given, path, out):
    if given is ANY or given is None:
        return
    if isinstance(given, Either):
        for one in given:
            check(index, one, path, out)
        return
    kind = types[index]
    what = kind["$type"]
    if what == "ObjectType":
        check_object(kind, given, path, out)
    elif what == "DiscriminatedObjectType":
        if not isinstance(given, dict):
            return out.append(f"{path}: expected an object")
        chosen = given.get(kind["discriminator"])
        if chosen is ANY:
            return
        if chosen not in kind["elements"]:
            return out.append(f"{path}: {kind['discriminator']} is none of {', '.join(kind['elements'])}")
        own = types[kind["elements"][chosen]]
        merged = {**own, "properties": {**kind["baseProperties"], **own["properties"]}}
        check_object(merged, given, path, out)
    elif what == "ArrayType":
        if not isinstance(given, list):
            return out.append(f"{path}: expected a list")
        for item in given:
            check(kind["itemType"], item, f"{path}[]", out)
    elif what == "UnionType":
        tries = []
        for element in kind["elements"]:
            wrong = []
            check(element, given, path, wrong)
            if not wrong:
                return
            tries.append(types[element].get("value", types[element]["$type"]))
        out.append(f"{path}: {given!r} is none of {tries}")
    elif what == "StringLiteralType":
        if given != kind["value"]:
            out.append(f"{path}: {given!r} is not {kind['value']!r}")
    else:
        expected = {"StringType": str, "IntegerType": int, "BooleanType": bool}.get(what)
        if expected is not None and type(given) is not expected:
            out.append(f"{path}: {given!r} is no {expected.__name__}")


def check_object(kind, given, path, out):
    if not isinstance(given, dict):
        out.append(f"{path}: expected an object")
        return
    properties = kind["properties"]
    for name, member in properties.items():
        if member["flags"] & REQUIRED and name not in given and ANY not in given:
            out.append(f"{path}.{name}: required, missing")
    for name, item in given.items():
        if name is ANY or (path == "" and name in LANGUAGE and name not in properties):
            continue
        member = properties.get(name)
        if member is None:
            more = kind.get("additionalProperties")
            if more is None:
                out.append(f"{path}.{name}: no such member")
            else:
                check(more, item, f"{path}.{name}", out)
        elif member["flags"] & READ_ONLY and not member["flags"] & REQUIRED:
            out.append(f"{path}.{name}: is read-only")
        else:
            check(member["type"], item, f"{path}.{name}", out)


def check_resource(file, full, body, problems):
    index = resource_types.get(full.lower())
    if index is None:
        problems.append(f"{file.path.name}: no published type {full}")
        return
    wrong = []
    check(index, body, "", wrong)
    problems.extend(f"{file.path.name}: {full}{one}" for one in wrong)


def check_modules(file, files, problems):
    used = file.uses_of_outputs()
    for name, (path, body) in file.modules.items():
        target = files.get((file.path.parent / path).resolve())
        if target is None:
            problems.append(f"{file.path.name}: module {name}: {path} does not exist")
            continue
        given = set((body.get("params") or {}).keys())
        needed = {param for param, has_default in target.params.items() if not has_default}
        problems.extend(f"{file.path.name}: module {name} has no parameter {param}" for param in given - set(target.params))
        problems.extend(f"{file.path.name}: module {name} is not given {param}" for param in needed - given)
        outputs = {output for module, output in used if module == name}
        problems.extend(f"{file.path.name}: module {name} has no output {output}" for output in outputs - set(target.outputs))
    known = set(file.modules)
    problems.extend(f"{file.path.name}: there is no module {module}" for module, _ in used if module not in known)


def check_parameters(main, problems):
    given = set(json.loads((infra / "main.parameters.json").read_text())["parameters"])
    needed = {param for param, has_default in main.params.items() if not has_default}
    problems.extend(f"main.parameters.json: main.bicep has no parameter {param}" for param in given - set(main.params))
    problems.extend(f"main.parameters.json: {param} is missing" for param in needed - given)


def unused(file):
    """Parameters and variables that nothing reads: one declaration, no use."""
    names = [*file.params, *file.variables]
    return [name for name in names if len(re.findall(rf"\b{name}\b", re.sub(r"(?m)^\s*(//|@description).*", "", file.source))) < 2]


def main():
    files = {path.resolve(): File(path) for path in sorted(infra.rglob("*.bicep"))}
    problems, resources, roles, settings = [], {}, set(), {}
    for file in files.values():
        problems.extend(file.errors)
        for full, body, _ in file.resources:
            resources.setdefault(full, []).append(file.path.name)
            check_resource(file, full, body, problems)
        check_modules(file, files, problems)
        problems.extend(f"{file.path.name}: {name} is declared and not used" for name in unused(file))
        for name, found in file.variables.items():
            if isinstance(found, str) and GUID.match(found):
                roles.add((file.path.name, name, found))
            if name.endswith("Settings") and isinstance(found, dict):
                settings[name] = sorted(found)
    check_parameters(files[(infra / "main.bicep").resolve()], problems)
    report = {
        "problems": problems,
        "resources": sorted(resources),
        "roles": [{"file": file, "name": name, "id": role} for file, name, role in sorted(roles)],
        "settings": settings,
    }
    print(json.dumps(report, indent=1))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
