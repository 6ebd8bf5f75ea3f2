"""Rubbish never breaks a reader: it is refused or found fault with, soon, in little memory and without a network."""

import json
import os
import re
import resource
import socket
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from coproduction.__main__ import cli
from coproduction.cases import read as read_cases
from coproduction.codebook import shipped_codebook
from coproduction.loaders import files, limits
from coproduction.loaders.raw import Unreadable

BOOK = shipped_codebook()
BROKEN = Path(__file__).parent / "rubbish"
TABLE = [["id", "title", "source", "joint"], ["x", "X", "own", "yes"], ["y", "Y", "own", "no"]]
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def workbook(rows=TABLE, title: str = "cases") -> bytes:
    found, packed = Workbook(), BytesIO()
    found.active.title = title
    for row in rows:
        found.active.append(row)
    found.save(packed)
    return packed.getvalue()


def shared(packed: bytes) -> bytes:
    """A workbook with its texts in a part of their own, as Excel writes them and openpyxl does not."""
    texts: list[str] = []

    def number(found: re.Match) -> str:
        texts.append(found[2])
        return f'{found[1]} t="s"><v>{len(texts) - 1}</v></c>'

    def sheet(data: bytes) -> bytes:
        return re.sub('(<c r="[A-Z0-9]+") t="inlineStr"><is><t>(.*?)</t></is></c>', number, data.decode()).encode()

    def strings() -> bytes:
        inner = "".join(f"<si><t>{text}</t></si>" for text in texts)
        return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inner}</sst>'.encode()

    def types(data: bytes) -> bytes:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        return data.replace(b"</Types>", f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'.encode())

    packed = changed(types, "[Content_Types].xml", changed(sheet, SHEET, packed))
    assert len(texts) == 12
    return with_part(STRINGS, strings(), packed)


def changed(change, part: str = SHEET, packed: bytes | None = None) -> bytes:
    """A workbook with the bytes of one part changed; a part that becomes None is left out."""
    out = BytesIO()
    with ZipFile(BytesIO(packed or GOOD)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(old.read(name)) if name == part else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


def with_part(name: str, data: bytes, packed: bytes | None = None, how: int = ZIP_DEFLATED) -> bytes:
    out = BytesIO(packed or GOOD)
    with ZipFile(out, "a", how) as archive:
        archive.writestr(name, data)
    return out.getvalue()


GOOD = shared(workbook())


def replaced(before: str, after: str, part: str = SHEET) -> bytes:
    def change(data: bytes) -> bytes:
        assert before.encode() in data
        return data.replace(before.encode(), after.encode(), 1)

    return changed(change, part)


def with_stated_size(packed: bytes, size: int) -> bytes:
    """A workbook whose sheet states another unpacked size than it has, in both of the places that state it."""
    found = bytearray(packed)
    with ZipFile(BytesIO(packed)) as archive:
        info = archive.getinfo(SHEET)
        found[info.header_offset + 22 : info.header_offset + 26] = size.to_bytes(4, "little")
    at = found.rindex(SHEET.encode()) - 46
    found[at + 24 : at + 28] = size.to_bytes(4, "little")
    return bytes(found)


def encrypted(packed: bytes) -> bytes:
    found = bytearray(packed)
    at = found.rindex(SHEET.encode()) - 46
    found[at + 8] |= 1
    return bytes(found)


def write(data: bytes | str, folder: Path, name: str) -> str:
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return str(folder / name)


def refused(data: bytes | str, folder: Path, name: str, says: str):
    """The finding with which the command refuses a file, soon and with nothing on standard output."""
    file = write(data, folder, name)
    began = time.monotonic()
    run = CliRunner().invoke(cli, ["validate", file])
    assert time.monotonic() - began < 20
    assert run.exit_code == 2 and isinstance(run.exception, SystemExit) and run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"{file}") and ": error: unreadable: " in line and says in line
    with pytest.raises(Unreadable) as caught:
        files.read([file])
    return caught.value.finding


ENTITIES = '<!DOCTYPE worksheet [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>\n<worksheet'
EXTERNAL = '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">\n<worksheet'
ZEROS = b"<worksheet>" + b"\0" * 1_000_000 + b"</worksheet>"
# By name: the workbook, and a part of the message that it is refused with.
WORKBOOKS = {
    "no zip": (b"id,title\nx,X\n", "is no workbook"),
    "cut off": (GOOD[: len(GOOD) // 2], "is no workbook, or is cut off"),
    "cut off by one": (GOOD[:-1], "is no workbook, or is cut off"),
    "only its beginning": (GOOD[:4], "is no workbook, or is cut off"),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 5000, "an old or a password-protected Office file"),
    "pdf": (b"%PDF-1.7\n" + b"x" * 5000, "is a PDF"),
    "password": (encrypted(GOOD), "is protected by a password"),
    "size understated": (with_stated_size(GOOD, 50), "is no workbook"),
    "entities": (replaced("<worksheet", ENTITIES), f"part {SHEET} declares entities"),
    "external": (replaced("<worksheet", EXTERNAL), f"part {SHEET} declares entities"),
    "entities elsewhere": (replaced("<sst", ENTITIES.replace("worksheet", "sst"), STRINGS), f"{STRINGS} declares entities"),
    "no xml": (changed(lambda _: ZEROS), f"part {SHEET} is no XML at line 1"),
    "no sheet": (changed(lambda _: None), "holds no record"),
    "no list of parts": (changed(lambda _: None, "[Content_Types].xml"), "is no workbook that can be read"),
    "no book": (changed(lambda _: None, "xl/workbook.xml"), "is no workbook that can be read"),
    "no strings": (changed(lambda _: None, STRINGS), "is no workbook that can be read"),
    "string that is not there": (replaced("<v>0</v>", "<v>99</v>"), "is no workbook that can be read"),
    "style that is not there": (replaced('r="A2" t="s"', 'r="A2" s="999" t="s"'), None),
    "deep": (replaced("<sheetData>", "<a>" * 100_000 + "<sheetData>"), f"part {SHEET} is nested too deeply"),
    "far row": (replaced('<row r="2"', '<row r="99999999"'), "has a row 99,999,999; 1,000,000 rows at most"),
    "farther row": (replaced('<row r="2"', f'<row r="{"9" * 5000}"'), "has a row with the number '999"),
    "row below zero": (replaced('<row r="2"', '<row r="-2"'), "has a row with the number '-2'"),
    "rows out of order": (replaced("</sheetData>", '<row r="2"/></sheetData>'), "has row 2 after row 3"),
    "far column": (replaced('r="B2"', 'r="XFD2"'), "has a cell in column 16,384; 2,000 columns at most"),
    "cell of another row": (replaced('r="B2"', 'r="B3"'), "has a cell 'B3' in row 2"),
    "cells out of order": (replaced('r="B2"', 'r="A2"'), "cells in row 2 out of order"),
    "no number": (replaced("<v>0</v>", "<v>x</v>"), "is no workbook that can be read"),
    "merged nonsense": (
        replaced("</sheetData>", '</sheetData><mergeCells><mergeCell ref="!!"/></mergeCells>'),
        "is no workbook that can be read",
    ),
    "twice in the header": (workbook([["id", "title", "id"], ["x", "X", "y"]]), "column 'id' stands twice"),
    "no sheets with rows": (workbook([]), "holds no record"),
    "header alone": (workbook(TABLE[:1]), "holds no record"),
    "passed over alone": (workbook(TABLE, "_cases"), "holds no record"),
    "examples alone": (workbook([TABLE[0], ["example", "X", "own", "yes"]]), "holds no record"),
}  # fmt: skip


@pytest.mark.parametrize("case", WORKBOOKS)
def test_a_broken_workbook_is_refused_and_says_why(tmp_path, case):
    data, says = WORKBOOKS[case]
    if says is None:
        assert [raw.data["id"] for raw in files.read([write(data, tmp_path, "x.xlsx")])] == ["x", "y"]
    else:
        refused(data, tmp_path, "x.xlsx", says)


def test_a_sheet_that_says_it_is_huge_is_read_as_large_as_it_is(tmp_path):
    data = replaced('<dimension ref="A1:D3"', '<dimension ref="A1:XFD1048576"')
    began = time.monotonic()
    assert len(files.read([write(data, tmp_path, "x.xlsx")])) == 2 and time.monotonic() - began < 5
    data = replaced("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>')
    assert len(files.read([write(data, tmp_path, "x.xlsx")])) == 2 and time.monotonic() - began < 10


def test_half_a_character_in_a_cell_is_refused(tmp_path):
    data = changed(lambda data: data.replace(b">X<", b">X_xD800_<"), STRINGS)
    finding = refused(data, tmp_path, "x.xlsx", "has half a character")
    assert (finding.sheet, finding.cell) == ("cases", "B2")


def terms_of(depth: int, between: str = "") -> str:
    """Triple terms in triple terms, on which the parser ends the process if it gets to see them."""
    return "<urn:a> <urn:b> " + f"<<( <urn:a> <urn:b> {between}" * depth + "<urn:c>" + " )>>" * depth + " .\n"


# By suffix: what a file of that name is not, and a part of the message.
TEXTS = {
    "xlsx in a csv": ("x.csv", GOOD, "is a packed file such as a workbook"),
    "xls in a csv": ("x.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "is an old or a password-protected"),
    "xlsx in a yaml": ("x.yaml", GOOD, "is a packed file such as a workbook"),
    "gzip": ("x.jsonl", b"\x1f\x8b\x08\x00abc", "is packed by gzip"),
    "old workbook": ("x.xls", b"\xd0\xcf\x11\xe0", "format 'xls' is not read; save it as .xlsx or .csv"),
    "binary": ("x.csv", b"id,title\n\x81\x8d\xff,\x01\n", "is not UTF-8: byte 0x81"),
    "bytes that Windows-1252 has not": ("x.csv", b"id,title\nx,\x81\n", "is not UTF-8: byte 0x81"),
    "half a UTF-16": ("x.csv", "id,title\nx,X\n".encode("utf-16") + b"\x00", "begins as UTF-16"),
    "UTF-16 without a mark": ("x.csv", "id,title\nx,X\n".encode("utf-16-le"), "holds a NUL character"),
    "utf-16 json lines of nothing": ("x.jsonl", "\n \n".encode("utf-16"), "holds no record"),
    "open quote": ("x.csv", 'id,title\nx,"' + "y\n" * 100_000, "is no CSV"),
    "deep jsonl": ("x.jsonl", '{"id": "x"}\n' + "[" * 200_000, "is nested too deeply"),
    "deep turtle": ("x.ttl", "<urn:a> <urn:b> " + "(" * 200_000, "is no Turtle"),
    "deep trig": ("x.trig", "{ <urn:a> <urn:b> " + "[ <urn:b> " * 200_000, "is no TriG"),
    "deep jsonld": ("x.jsonld", '{"@context": {}, "urn:a": ' + "[" * 200_000, "is nested too deeply"),
    "deep and closed jsonld": ("x.jsonld", '{"urn:a": ' * 20_000 + "1" + "}" * 20_000, "is nested too deeply"),
    "deep and closed jsonld in a line": ("x.jsonl", '{"@context": {}, "urn:a": ' * 500 + "1" + "}" * 500, "too deeply"),
    "deep triple terms": ("x.ttl", terms_of(20_000), "is nested too deeply"),
    "deep triple terms behind a comment": (
        "x.trig", terms_of(20_000, "# )>> \" \n"), "is nested too deeply"),
    "deep triple terms in lines": ("x.nt", terms_of(20_000), "is nested too deeply"),
    "deep triple terms in quads": ("x.nq", terms_of(20_000), "is nested too deeply"),
    "deep rdf/xml": ("x.rdf", '<a:a xmlns:a="urn:a">' + "<a:a>" * 200_000, "is nested too deeply"),
    "entity from a file": (
        "x.rdf", '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r xmlns="urn:r">&x;</r>', "is no RDF/XML"),
    "document type elsewhere": (
        "x.rdf", '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r xmlns="urn:r"/>', ""),
    "remote context": ("x.json", '{"@context": "http://127.0.0.1:9/c.jsonld"}', "its context lies elsewhere"),
    "remote context in a line": ("x.jsonl", '{"@context": ["http://127.0.0.1:9/c"]}', "its context lies elsewhere"),
    "import of a context": ("x.jsonld", '{"@context": {"@import": "http://127.0.0.1:9/c"}}', "is no JSON-LD"),
    "yaml tag": ("x.yaml", "id: !!python/object/apply:os.system ['touch /tmp/x']\n- ", "is no YAML"),
    "yaml directive": ("x.yaml", "%YAML 9.9\n---\nid: x", "is no YAML"),
}  # fmt: skip


@pytest.fixture
def no_network(monkeypatch):
    def none(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", none)


@pytest.mark.parametrize("case", TEXTS)
def test_what_a_text_is_not_is_refused(tmp_path, no_network, case):
    name, data, says = TEXTS[case]
    refused(data, tmp_path, name, says)


def test_a_tag_in_yaml_calls_nothing(tmp_path):
    name = write(f"id: x\ntitle: !!python/object/apply:os.mkdir [{tmp_path}/made]\n", tmp_path, "x.yaml")
    assert isinstance(files.read([name])[0].data["title"], list) and not (tmp_path / "made").exists()


def test_a_loop_of_blank_nodes_ends(tmp_path):
    text = """@prefix cop: <https://w3id.org/coproduction/ontology#> .
    <https://w3id.org/coproduction/case/own/x> a cop:Case ; cop:hasContribution _:a ; cop:hasFact _:a ; cop:hasMention _:a ;
        cop:coding _:a .
    _:a a cop:Case ; cop:hasContribution _:a ; cop:hasFact _:b ; cop:coding _:a ; cop:gives _:a ; cop:variable _:b .
    _:b cop:hasFact _:a ; cop:coding _:b ; cop:hasMention _:a .
    """
    name = write(text, tmp_path, "x.ttl")
    _, findings = read_cases([name], BOOK)
    assert findings
    run = CliRunner().invoke(cli, ["validate", name])
    assert run.exit_code == 1 and isinstance(run.exception, SystemExit)


@pytest.mark.parametrize("word", ["../../etc/passwd", "..", "a/../b", "a\\..\\b", "https://example.org/../x"])
def test_names_with_steps_in_a_path_are_no_names(tmp_path, word):
    for key, more in (("id", {}), ("source", {}), ("coder", {}), ("part_of", {})):
        record = {"id": "x", "title": "X", "source": "own"} | more | {key: word}
        _, findings = read_cases([write(json.dumps(record), tmp_path, "x.json")], BOOK)
        assert {(f.key, f.severity) for f in findings if f.code in ("bad-id", "wrong-type")} == {(key, "error")}
    # Points within a name are no steps.
    record = {"id": "x", "title": "X", "source": "10.1000/a..b", "coder": "j.doe"}
    assert read_cases([write(json.dumps(record), tmp_path, "x.json")], BOOK)[1] == []


def test_names_of_files_that_are_none(tmp_path):
    for name in ("a\0b.csv", "x" * 5000 + ".csv", "~/../..", "[", "**"):
        with pytest.raises(Unreadable):
            files.read([str(tmp_path / name)])


# Limits, at each and above each. Those that are large are made small here, so that the same comparison is tried.


def csv_of(rows: int, columns: int) -> str:
    header = ["id", *(f"c{n}" for n in range(1, columns))]
    return ",".join(header) + "\n" + "".join(f"r{n}" + "," * (columns - 1) + "\n" for n in range(rows))


def json_of(depth: int) -> str:
    return '{"id": "x", "title": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def xml_of(depth: int) -> str:
    """RDF/XML of a case, with nodes in nodes down to a depth."""
    inner = ""
    for _ in range((depth - 2) // 2):
        inner = f"<x:p><x:N>{inner}</x:N></x:p>"
    return (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="urn:x#">'
        f'<c:Case xmlns:c="https://w3id.org/coproduction/ontology#" r:about="urn:c">{inner}</c:Case></r:RDF>'
    )


def entities_of(times: int) -> str:
    head = '<!DOCTYPE r [<!ENTITY a "0123456789">]>'
    return head + xml_of(2).replace("</c:Case>", f"<x:p>{'&a;' * times}</x:p></c:Case>")


def packed_parts(number: int) -> bytes:
    packed = GOOD
    out = BytesIO(packed)
    with ZipFile(out, "a", ZIP_STORED) as archive:
        for n in range(number - len(archive.namelist())):
            archive.writestr(f"xl/media/{n}.png", b"")
    return out.getvalue()


def unpacked_to(size: int) -> bytes:
    with ZipFile(BytesIO(GOOD)) as archive:
        there = sum(info.file_size for info in archive.infolist())
    return with_part("xl/media/image.png", b"\0" * (size - there))


def sheet_of(rows: int, columns: int) -> bytes:
    return workbook([["id", *(f"c{n}" for n in range(1, columns))], *([f"r{n}"] for n in range(rows - 1))])


def of_bytes(size: int) -> bytes:
    spare = len(with_part("xl/a", b"", how=ZIP_STORED))
    return with_part("xl/a", os.urandom(size - spare), how=ZIP_STORED)


PLAIN_CASE = "<urn:c> a <https://w3id.org/coproduction/ontology#Case> .\n"
CASE_LD = '{"@id": "urn:c", "@type": "https://w3id.org/coproduction/ontology#Case", "urn:b": []}'


# Limit, value that it is made, suffix, what comes to n of it, and what is said above it.
LIMITS = {
    "bytes": ("MOST_BYTES", 1_000, "csv", lambda n: "id,title\n" + "x,".ljust(n - 9, "y"), "is larger than 0.001 MB"),
    "bytes of a workbook": ("MOST_BYTES", 9_000, "xlsx", of_bytes, "is larger than"),
    "unpacked": ("MOST_UNPACKED", 2_000_000, "xlsx", unpacked_to, "unpacks to 2.0 MB; 2 MB at most"),
    "parts": ("MOST_PARTS", None, "xlsx", packed_parts, "has 2,001 parts; 2,000 at most"),
    "line": ("LONGEST_LINE", 100, "yaml", lambda n: "id: x\ntitle: " + "é" * (n - 7), "has a line of 101 characters"),
    "line of csv": ("LONGEST_LINE", 100, "csv", lambda n: "id,title\nx," + "é" * (n - 2) + "\n", "more than 100"),
    "line of jsonl": ("LONGEST_LINE", 100, "jsonl", lambda n: '{"id": "x"}'.ljust(n) + "\n", "more than 100"),
    "cell of csv": ("LONGEST_CELL", 100, "csv", lambda n: "id,title\nx," + "é" * n, "is no CSV: field larger"),
    "cell of a sheet": ("LONGEST_CELL", 100, "xlsx", lambda n: workbook([["id", "title"], ["x", "é" * n]]), "101 characters"),
    "rows of csv": ("MOST_ROWS", 50, "csv", lambda n: csv_of(n, 2), "has more than 50 rows"),
    "rows of a sheet": ("MOST_ROWS", 50, "xlsx", lambda n: sheet_of(n, 2), "has a row 51; 50 rows at most"),
    "columns of csv": ("MOST_COLUMNS", None, "csv", lambda n: csv_of(1, n), "has 2,001 columns; 2,000 at most"),
    "columns of a sheet": ("MOST_COLUMNS", None, "xlsx", lambda n: sheet_of(2, n), "a cell in column 2,001; 2,000"),
    "depth of json": ("DEEPEST", None, "json", lambda n: json_of(n + 1), "is nested too deeply"),
    "depth of jsonl": ("DEEPEST", None, "jsonl", lambda n: json_of(n + 1), "is nested too deeply"),
    "depth of yaml": ("DEEPEST", None, "yaml", lambda n: json_of(n + 1), "is nested too deeply"),
    "aliases": ("MOST_REPEATED", None, "yaml", lambda n: f"id: x\na: &a b\nc: [{', '.join(['*a'] * n)}]", "unfolds to more"),
    "depth of triple terms": ("DEEPEST", None, "ttl", lambda n: PLAIN_CASE + terms_of(n + 1), "is nested too deeply"),
    "depth of json-ld": ("DEEPEST", None, "jsonld", lambda n: CASE_LD.replace("[]", "[" * n + "]" * n), "is nested too deeply"),
    "depth of rdf/xml": ("DEEPEST", None, "rdf", lambda n: xml_of(n + 1 + n % 2), "is nested too deeply"),
    "entities": ("MOST_UNFOLDED", 1_200, "rdf", lambda n: entities_of((n + 11) // 12), "unfolds too far"),
}  # fmt: skip


@pytest.mark.parametrize("case", LIMITS)
def test_a_limit_lets_in_what_is_at_it_and_refuses_what_is_above(tmp_path, monkeypatch, case):
    limit, value, suffix, made, says = LIMITS[case]
    if value is not None:
        monkeypatch.setattr(limits, limit, value)
    most = getattr(limits, limit)
    if limit == "MOST_BYTES":
        assert len(made(most)) == most
    assert files.read([write(made(most), tmp_path, f"at.{suffix}")])
    with pytest.raises(Unreadable) as caught:
        files.read([write(made(most + 1), tmp_path, f"above.{suffix}")])
    assert says in caught.value.finding.message


def test_a_limit_on_standard_input_and_on_what_has_no_size(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 20)
    for text, good in (("id: x\ntitle: 0123456", True), ("id: x\ntitle: 01234567", False)):
        monkeypatch.setattr(sys, "stdin", type("Input", (), {"buffer": BytesIO(text.encode())}))
        if good:
            assert files.read(["-"])[0].data["title"] == "0123456"
        else:
            with pytest.raises(Unreadable, match="is larger than 2e-05 MB"):
                files.read(["-"])


def test_a_limit_on_the_files_of_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_FILES", 3)
    for n in range(3):
        write(f"id: r{n}", tmp_path, f"{n}.yaml")
    assert len(files.read([str(tmp_path)])) == len(files.read([str(tmp_path / "*.yaml")])) == 3
    write("id: r3", tmp_path, "3.yaml")
    for name in (tmp_path, tmp_path / "*.yaml"):
        with pytest.raises(Unreadable, match="has more than 3 files"):
            files.read([str(name)])


def test_every_limit_is_tried_and_named_in_the_help():
    there = {name for name in vars(limits) if name.isupper()} - {"MEGABYTE"}
    # Those of marked copies are tried where these are; how deep a chart may be nested concerns no record, and is not told.
    assert there == {row[0] for row in LIMITS.values()} | {"MOST_FILES", "MOST_MARKED", "DEEPEST_DRAWING"}
    shown = " ".join(CliRunner().invoke(cli, ["validate", "--help"]).stdout.split())
    numbers = ("500 MB a file", "200 MB and 2,000 parts", "60 MB for one to be marked",
               "10,000,000 characters a line", "1,000,000 a cell",
               "1,000,000 rows", "2,000 columns", "50 levels", "100,000 values", "10,000,000 characters by XML entities",
               "10,000 files")  # fmt: skip
    assert all(number in shown for number in numbers) and len(numbers) + 2 == len(there)


# Memory and time, in a process of its own


def measured(name: str, code: int) -> tuple[float, int]:
    """Seconds and peak memory in megabytes of a validation that leaves with an exit code."""
    program = (
        "import resource, subprocess, sys, time\nbegan = time.monotonic()\n"
        "done = subprocess.run([sys.executable, '-m', 'coproduction', 'validate', sys.argv[1]],"
        " capture_output=True, text=True)\n"
        "assert 'Traceback' not in done.stderr and done.returncode == int(sys.argv[2]), done.stderr[-500:]\n"
        "print(time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, name, str(code)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seconds, memory = done.stdout.split()
    return float(seconds), int(memory)


@pytest.mark.slow
def test_bombs_cost_little_time_and_memory(tmp_path):
    small = measured(write("id: x\ntitle: X\nsource: own\n", tmp_path, "x.yaml"), 0)
    bombs = {
        "zip.xlsx": with_part(STRINGS + ".xml", b"\0" * 1_000_000_000),
        "columns.csv": csv_of(10, 10_000),
        "cells.xlsx": replaced("</sheetData>", '<row r="1000000"><c r="BXX1000000"/></row></sheetData>'),
        "merged.xlsx": replaced("</sheetData>", '</sheetData><mergeCells>' + "".join(
            f'<mergeCell ref="A{n}:XFD1048576"/>' for n in range(4, 50_000)) + "</mergeCells>"),
        "entities.rdf": '<!DOCTYPE r [<!ENTITY a "' + "x" * 100_000 + '">]><r xmlns="urn:r">' + "&a;" * 100_000 + "</r>",
        "deep.rdf": '<a:a xmlns:a="urn:a">' + "<a:a>" * 300_000,
        "deep.jsonld": '{"@context": {}, "urn:a": ' + "[" * 60_000 + "]" * 60_000 + "}",
    }  # fmt: skip
    for name, data in bombs.items():
        seconds, memory = measured(write(data, tmp_path, name), 0 if name in ("cells.xlsx", "merged.xlsx") else 2)
        assert seconds < small[0] + 15 and memory < small[1] + 150, (name, seconds, memory)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


@pytest.mark.slow
def test_a_long_table_streams_in_flat_memory(tmp_path):
    import tracemalloc

    name = tmp_path / "x.csv"
    peaks = []
    for rows in (5_000, 50_000):
        with name.open("w", encoding="utf-8") as out:
            out.write("id,title,source,citizen_input,joint\n")
            out.writelines(f"r{n},Title of {n},own,yes,no\n" for n in range(rows))
        tracemalloc.start()
        assert sum(1 for _ in files.stream([str(name)])) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5 + 1_000_000


# Fuzzing. What it broke stands in the folder `rubbish`, and is tried each time.


def read_or_refused(name: str) -> None:
    """Read a file to cases, or be refused with a finding that names it."""
    try:
        cases, findings = read_cases([name], BOOK)
    except Unreadable as error:
        assert error.finding.file == name and error.finding.message
        return
    assert cases or findings
    for finding in findings:
        assert finding.file == name and finding.where() and (finding.order() or True)


@pytest.mark.parametrize("file", sorted(BROKEN.iterdir()) if BROKEN.is_dir() else [], ids=lambda f: f.name)
def test_what_fuzzing_broke_is_mended(file):
    read_or_refused(str(file))


FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
COLUMNS = [*BOOK.fields, *list(BOOK.variables)[:4], "joint.basis", "joint.value", "facts.basis", "facts.value", "activity",
           "contribution.1.who", "contribution.1", "contribution.0.role", "contribution.9999.x", "value.1.kind", "a.b.c",
           "", " ", "\u2028", "facts.facts", ".basis", "values.1.kind", "#"]  # fmt: skip
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.times(), st.timedeltas(),
    st.sampled_from(["yes", "no", "x", "own", "10-20", "a; b", ";", "example", "#", "=1", "_xD800_", "_x0000_", "{",
                     "..", "/"]),
    st.text(max_size=8),
)  # fmt: skip


@settings(FUZZ, max_examples=150)
@given(suffix=st.sampled_from(sorted(files.FORMATS)), data=st.binary(max_size=200))
@example(suffix="csv", data=b"id\r\x85")
def test_any_bytes_under_any_name(tmp_path, suffix, data):
    read_or_refused(write(data, tmp_path, f"x.{suffix}"))


@settings(FUZZ, max_examples=150)
@given(
    suffix=st.sampled_from(["csv", "tsv", "yaml", "json", "jsonl", "ttl", "trig", "nq", "rdf", "jsonld"]),
    data=st.data(),
)
def test_any_text_of_a_formats_own_signs(tmp_path, suffix, data):
    signs = {"csv": ',;"\n\r', "tsv": '\t"\n', "yaml": ":-?[]{}&*!|>'\"#%@` \n", "rdf": "<>/&;!?= \"'"}.get(
        suffix, '{}[]<>":,.@_^#; \n'
    )
    words = st.sampled_from(
        [*signs, "id", "x", "@id", "@context", "@type", "cop:Case", "1", "null", "true", "\\u", "é", "\ufeff"]
    )
    text = "".join(data.draw(st.lists(words, max_size=40)))
    read_or_refused(write(text, tmp_path, f"x.{suffix}"))


@settings(FUZZ, max_examples=150)
@given(header=st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=8),
       rows=st.lists(st.lists(CELLS, max_size=9), max_size=4),
       title=st.sampled_from(["cases", "contributions", "values", "_x", "notes"]))  # fmt: skip
def test_any_cells_under_any_columns(tmp_path, header, rows, title):
    import csv

    with (tmp_path / "x.csv").open("w", encoding="utf-8", errors="replace", newline="") as out:
        csv.writer(out).writerows([["id", *header], *(["r", *row] for row in rows)])
    read_or_refused(str(tmp_path / "x.csv"))
    found = Workbook()
    found.active.append(["id", "title", "source"])
    found.active.append(["r", "R", "own"])
    sheet = found.create_sheet(title)
    for line in [["id", *header], *(["r", *row] for row in rows)]:
        try:
            sheet.append(line)
        except (ValueError, IllegalCharacterError):
            # openpyxl itself refuses to write control characters.
            return
    try:
        found.save(tmp_path / "x.xlsx")
    except (ValueError, OverflowError, TypeError, UnicodeEncodeError):
        return
    read_or_refused(str(tmp_path / "x.xlsx"))


@settings(FUZZ, max_examples=200)
@given(part=st.sampled_from([SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml",
                             "xl/_rels/workbook.xml.rels", "_rels/.rels"]),
       cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(
           ["", "0", "-1", "9" * 30, "x", "<c/>", "<row/>", '"', " t='d'", " t='inlineStr'", " t='b'", " r='ZZZ9'", "<f/>",
            "&#0;"])), min_size=1, max_size=3))  # fmt: skip
def test_any_damage_to_a_part_of_a_workbook(tmp_path, part, cuts):
    def change(data: bytes) -> bytes:
        for at, length, put in cuts:
            begin = int(at * len(data))
            data = data[:begin] + put.encode() + data[begin + length :]
        return data

    read_or_refused(write(changed(change, part), tmp_path, "x.xlsx"))


@settings(FUZZ, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_any_damage_to_a_packed_workbook(tmp_path, changes):
    data = bytearray(GOOD)
    for at, byte in changes:
        data[at] = byte
    read_or_refused(write(bytes(data), tmp_path, "x.xlsx"))
