"""Reports for other tools: SARIF 2.1.0, JUnit XML, and the workflow commands that GitHub shows beside the lines."""

import json
import re
from collections.abc import Iterable
from importlib.metadata import version
from urllib.parse import quote
from xml.etree import ElementTree

from coproduction.loaders.case import Case
from coproduction.loaders.raw import Finding
from coproduction.rules import rules

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SARIF_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
GITHUB_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}


def sarif(findings: Iterable[Finding], cases: Iterable[Case], lang: str = "en") -> str:
    """Return findings as a SARIF log of one run, with the rules that it speaks of.

    Columns count characters. A place in a sheet, which SARIF does not know, is a logical location.
    """
    known = list(rules())
    driver = {
        "name": "coproduction",
        "version": version("coproduction"),
        "rules": [_sarif_rule(code, lang) for code in known],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(f, known) for f in findings],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def _sarif_rule(code: str, lang: str) -> dict:
    rule = rules()[code]
    return {
        "id": code,
        "shortDescription": {"text": rule.name[lang]},
        "fullDescription": {"text": rule.why[lang]},
        "help": {"text": rule.mend[lang]},
        "helpUri": rule.iri,
        "defaultConfiguration": {"level": SARIF_LEVEL[rule.severity]},
    }


def _sarif_result(finding: Finding, known: list[str]) -> dict:
    location: dict = {}
    if finding.file:
        physical: dict = {"artifactLocation": {"uri": quote(finding.file)}}
        if finding.line:
            physical["region"] = {"startLine": finding.line}
            if finding.column:
                physical["region"]["startColumn"] = finding.column
        location["physicalLocation"] = physical
    name = f"{finding.sheet or ''}!{finding.cell}" if finding.cell else finding.pointer
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": name, "name": finding.case or name}]
    result = {
        "ruleId": finding.code,
        "level": SARIF_LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [location] if location else [],
    }
    if finding.code in known:
        result["ruleIndex"] = known.index(finding.code)
    return result


def junit(findings: Iterable[Finding], cases: Iterable[Case], lang: str = "en") -> str:
    """Return findings as JUnit XML: a suite for each file, a failure for each error, and a passed case where none is.

    Warnings and advice pass, and stand in the output of their test case.
    """
    by_file: dict[str, list[Finding]] = {case.raw.file: [] for case in cases}
    for finding in findings:
        by_file.setdefault(finding.file or "-", []).append(finding)
    root = ElementTree.Element("testsuites", name="coproduction validate")
    for file, found in by_file.items():
        errors = sum(f.severity == "error" for f in found)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_xml(file),
            tests=str(len(found) or 1),
            failures=str(errors),
            errors="0",
            skipped="0",
        )
        if not found:
            ElementTree.SubElement(suite, "testcase", name="valid", classname=_xml(file))
        for f in found:
            test = ElementTree.SubElement(suite, "testcase", name=_xml(f"{f.code} {f.where()}"), classname=_xml(file))
            if f.severity == "error":
                failure = ElementTree.SubElement(test, "failure", message=_xml(f.message), type=f.code)
                failure.text = _xml(f"{f.where()}: {f.message}")
            else:
                ElementTree.SubElement(test, "system-out").text = _xml(f"{f.severity}: {f.message}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _xml(text: str) -> str:
    """Return a text without the characters that XML 1.0 has no way to write."""
    return UNWRITABLE.sub("\ufffd", text)


def github_line(f: Finding) -> str:
    """Return a finding as a workflow command of GitHub's, on one line."""
    parts = {"file": f.file, "line": f.line, "col": f.column, "title": f.code}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in parts.items() if value is not None)
    where = f"{f.sheet or ''}!{f.cell}: " if f.cell else ""
    return f"::{GITHUB_COMMAND[f.severity]} {told}::{_data(where + f.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
