"""What the programs print as JSON, held against the schemas in docs/."""

import copy
import functools
import json
import pathlib

import jsonschema

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def published(name):
    return json.loads((DOCS / ("%s.schema.json" % name)).read_text())


def strict(schema):
    """The schema without the room that it leaves to later versions: here a
    key that nobody has described is a fault."""
    schema = copy.deepcopy(schema)
    todo = [schema]
    while todo:
        part = todo.pop()
        if "properties" in part:
            part["additionalProperties"] = False
        todo += part.get("properties", {}).values()
        todo += [part["items"]] if "items" in part else []
    return schema


@functools.cache
def validator(name):
    return jsonschema.Draft202012Validator(strict(published(name)))


def unique(pairs):
    out = dict(pairs)
    assert len(out) == len(pairs), "a key twice: %s" % [k for k, _ in pairs]
    return out


def read(text, name="check_smtp_auth"):
    """The object that one line of output is."""
    data = json.loads(text, object_pairs_hook=unique)
    bad = next(validator(name).iter_errors(data), None)
    assert bad is None, "%s at %s: %r" % (
        bad.message, bad.json_path, data)
    return data


def read_status(text):
    return read(text, "smtp-oauth2-status")
