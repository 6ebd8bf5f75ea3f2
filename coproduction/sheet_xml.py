"""The cells of a sheet where they stand in its XML, so that some can be changed and every other byte stays.

A library that reads a workbook and writes it anew loses what it does not know: pictures, drop-downs of newer programs,
macros, and what formulas came to. Here a workbook is a folder of parts, and only cells of sheets are touched.
"""

import io
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from coproduction.loaders.cells import spelled

RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
SHEET = re.compile(r"\{[^}]*\}sheet")
UTF_8 = re.compile(rb"\s*(\xef\xbb\xbf)?<\?xml[^>]*encoding=[\"'](?!utf-8|UTF-8)")


class OtherEncoding(ValueError):
    """A sheet whose XML is in another encoding than UTF-8; its title is the error's text."""


@dataclass(frozen=True)
class XmlCell:
    """A cell: where it stands, from which byte to which, its tag and attributes, and what it has of formula and value."""

    at: str
    start: int
    end: int
    tag: str
    attributes: Mapping[str, str]
    formula: str | None
    span: str | None
    value: str | None


def cells(xml: bytes) -> Iterator[XmlCell]:
    """Yield the cells of a sheet's XML that hold something. The XML has been read within limits before."""
    from openpyxl.utils import get_column_letter
    from openpyxl.utils.cell import coordinate_to_tuple

    parser, found = ParserCreate(), []
    row, column = 0, 0
    here: dict | None = None
    inside = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, here, inside
        local = tag.rpartition(":")[2]
        if local == "row":
            row, column = int(attributes.get("r", row + 1)), 0
        elif local == "c":
            column = coordinate_to_tuple(attributes["r"])[1] if "r" in attributes else column + 1
            at = f"{get_column_letter(column)}{row}"
            here = {"at": at, "start": parser.CurrentByteIndex, "tag": tag, "attributes": attributes,
                    "formula": None, "span": None, "value": None}  # fmt: skip
        elif here is not None and local == "f":
            inside, here["formula"] = "formula", ""
            # What an array formula or a table of data fills is none of its cells' own.
            here["span"] = attributes.get("ref") if attributes.get("t") in ("array", "dataTable") else None
        elif here is not None and local == "v":
            inside, here["value"] = "value", ""

    def end(tag: str) -> None:
        nonlocal here, inside
        local = tag.rpartition(":")[2]
        if local == "c" and here is not None:
            # Of a tag that closes itself the parser is told to be behind it, and no cell stands in another.
            last = parser.CurrentByteIndex
            if xml.startswith(f"</{tag}".encode(), last):
                last = xml.index(b">", last) + 1
            found.append(XmlCell(end=last, **here))
            here = None
        inside = ""

    def text(data: str) -> None:
        if inside and here is not None:
            here[inside] += data

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    for begin in range(0, len(xml), 1 << 16):
        parser.Parse(xml[begin : begin + (1 << 16)], False)
        yield from found
        found.clear()
    parser.Parse(b"", True)
    yield from found


def as_text(cell: XmlCell, text: str) -> bytes:
    """Return the XML of a cell that holds a text and nothing else; its looks stay. It is text whatever it looks like."""
    prefix = cell.tag[: -len("c")]
    kept = {"r": cell.at} | {k: v for k, v in cell.attributes.items() if k not in ("t", "r")} | {"t": "inlineStr"}
    said = "".join(f" {key}={quoteattr(value)}" for key, value in kept.items())
    inner = escape(spelled(text))
    return (
        f'<{cell.tag}{said}><{prefix}is><{prefix}t xml:space="preserve">{inner}</{prefix}t></{prefix}is></{cell.tag}>'
    ).encode()


def with_result(raw: bytes, kind: str, value: str) -> bytes:
    """Return the XML of a formula's cell, as openpyxl writes it, with what the formula came to."""
    head, mark, rest = raw.partition(b">")
    head = re.sub(rb' t="[^"]*"', b"", head) + f" t={quoteattr(kind)}".encode()
    return head + mark + re.sub(rb"<v\s*/>|<v></v>", lambda _: f"<v>{escape(value)}</v>".encode(), rest)


Edit = Callable[[XmlCell, bytes], bytes | None]


def spliced(xml: bytes, new: Edit) -> bytes:
    """Return a sheet's XML with those cells replaced for which `new` gives something, and all else as it was.

    `new` is given each cell and its XML.
    """
    parts, last = [], 0
    for cell in cells(xml):
        instead = new(cell, xml[cell.start : cell.end])
        if instead is not None:
            parts += [xml[last : cell.start], instead]
            last = cell.end
    return b"".join([*parts, xml[last:]])


def paths(archive: ZipFile) -> dict[str, str]:
    """Return the part that each sheet is in, by the sheet's title."""
    main = _main(archive)
    folder, name = posixpath.split(main)
    targets = _targets(archive, f"{folder}/_rels/{name}.rels", folder)
    found = {}
    for _, element in ElementTree.iterparse(archive.open(main)):
        if SHEET.fullmatch(element.tag):
            key = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
            if key in targets:
                found[element.attrib["name"]] = targets[key]
    return found


def _main(archive: ZipFile) -> str:
    targets = ElementTree.parse(archive.open("_rels/.rels")).iter(RELATIONS)
    found = (t.attrib["Target"].lstrip("/") for t in targets if t.attrib["Type"].endswith("/officeDocument"))
    return next(found, "xl/workbook.xml")


def _targets(archive: ZipFile, part: str, folder: str) -> dict[str, str]:
    relations = ElementTree.parse(archive.open(part)).iter(RELATIONS)
    return {r.attrib["Id"]: posixpath.normpath(posixpath.join("/", folder, r.attrib["Target"])).lstrip("/")
            for r in relations}  # fmt: skip


def changed(file: BinaryIO, edits: Mapping[str, Edit]) -> bytes:
    """Return a workbook with cells of some sheets replaced, by sheet's title; all other parts are copied as they are.

    Raises OtherEncoding for a sheet whose XML is not in UTF-8, which no spreadsheet program writes.
    """
    out = io.BytesIO()
    with ZipFile(file) as archive, ZipFile(out, "w", ZIP_DEFLATED) as copy:
        wanted = {path: title for title, path in paths(archive).items() if title in edits}
        copy.comment = archive.comment
        for part in archive.infolist():
            data = archive.read(part)
            if part.filename in wanted:
                title = wanted[part.filename]
                if UTF_8.match(data) or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise OtherEncoding(title)
                data = spliced(data, edits[title])
            copy.writestr(part, data)
    return out.getvalue()
