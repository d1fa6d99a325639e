#!/usr/bin/env python3
"""schema_validate.py SCHEMA DOCUMENT...: every document against a JSON Schema.

Says what is wrong and where, one line each; status 0 when nothing is, 77 when
no python here has the module jsonschema. A document must be one line-ended
JSON text, without a member named twice and without a raw control character.
"""
import json
import os
import sys

OTHERS = ("/usr/bin/python3", "/usr/local/bin/python3")


def find_jsonschema():
    """The module, from another python where the one that runs this lacks it."""
    try:
        import jsonschema

        return jsonschema
    except ImportError:
        pass
    tried = os.environ.get("SCHEMA_VALIDATE_TRIED", "").split(":")
    for python in OTHERS:
        if python not in tried and os.access(python, os.X_OK):
            os.environ["SCHEMA_VALIDATE_TRIED"] = ":".join(tried + [python])
            os.execv(python, [python] + sys.argv)
    print("no python here has the module jsonschema", file=sys.stderr)
    sys.exit(77)


def unique(pairs):
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError("member %r stands there twice" % name)
    return dict(pairs)


def control_characters(value, path="$"):
    """Where a text has a control character; those of lines are allowed."""
    if isinstance(value, str):
        if any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in value):
            yield path
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from control_characters(name, path + "." + name)
            yield from control_characters(item, path + "." + name)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from control_characters(item, "%s[%d]" % (path, i))


def complaints(validator, path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8")
        document = json.loads(text, object_pairs_hook=unique)
    except ValueError as error:
        yield "not JSON: %s" % error
        return
    if not text.endswith("}\n"):
        yield "does not end with a line's end"
    for place in control_characters(document):
        yield "%s: a control character" % place
    for error in validator.iter_errors(document):
        place = "$" + "".join("[%r]" % part for part in error.absolute_path)
        yield "%s: %s" % (place, error.message[:300])


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: schema_validate.py SCHEMA DOCUMENT...")
    jsonschema = find_jsonschema()
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file, object_pairs_hook=unique)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = False
    for path in sys.argv[2:]:
        for complaint in complaints(validator, path):
            print("%s: %s" % (path, complaint))
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
