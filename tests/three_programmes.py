"""The three cases of docs/your-own-cases.md as a person types them into the template, slips and all, and mended.

`python tests/three_programmes.py` writes both workbooks into examples/ anew; tests/test_transcript.py compares them, cell
by cell, with what is made here.
"""

import io
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook

from coproduction.codebook import shipped_codebook
from coproduction.templates import xlsx
from coproduction.templates.form import Form
from coproduction.vocabulary import shipped

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "your-own-cases.md"
EXAMPLES = ROOT / "examples"
FIRST_TRY, MENDED = "three-programmes-first-try.xlsx", "three-programmes.xlsx"

COORDINATOR = "What does a scheme Coordinator do?"
QUESTION = "Is Jury Service Mandatory?"

# A fact is (answer, basis, passage, reason); what the page does not tell has no line here and an empty cell there.
CASES = [
    {
        "id": "neighbourhood-watch",
        "title": "Neighbourhood Watch schemes",
        "summary": "Volunteers coordinate schemes of neighbours that watch over their area and inform the police.",
        "lang": "en",
        "source": "https://www.ourwatch.org.uk/get-involved/volunteer/become-coordinator",
        "case_kind": "Programme ",
        "reality": "actual",
        "source_label": "none",
        "sector": "Police services",
        "facts": {
            "apparent_connection": ("yes", "stated", COORDINATOR, None),
            "serves_organisation": (
                "yes",
                "inferred",
                COORDINATOR,
                "they help the police to find and solve local issues",
            ),
            "does": ("yes", "stated", COORDINATOR, None),
            "citizens_deliver": ("yes", "inferred", COORDINATOR, "members watch over each other's homes"),
            "active": ("yes", "stated", COORDINATOR, None),
            "beyond_citizenship": ("yes", "inferred", "opening", "coordinators volunteer"),
            "organised_group": ("yess", "inferred", "opening", "a scheme has members and a coordinator"),
            "voluntary": ("yes", "inferred", "opening", None),
            "legally_obliged": ("no", "inferred", "opening", "coordinators volunteer"),
        },
    },
    {
        "id": "expert-patients",
        "title": "Expert Patients Programme, pilot phase",
        "summary": "Volunteer tutors with long-term conditions teach others with such conditions to manage them.",
        "lang": "en",
        "source": "https://link.springer.com/doi/10.1186/1748-5908-1-6",
        "passages": datetime(2026, 2, 1),  # what a spreadsheet makes of 1-2, the first two paragraphs
        "case_kind": "programme",
        "reality": "actual",
        "source_label": "none",
        "country": "  united kingdom",
        "sector": "health",
        "provider": "Primary Care Trusts of the NHS",
        "provider_type": "Public body",
        "start": 2020,
        "end": 2005,
        "claimed_under": "alford-2013-strict",
        "facts": {
            "public_service": ("yes", "inferred", "Introduction", "the courses are part of the NHS"),
            "does": ("yes", "stated", "Introduction", None),
            "citizens_deliver": ("yes", "stated", "Introduction", None),
            "joint": ("yes", "inferred", "Introduction", "tutors teach with support from salaried trainers"),
            "active": ("YES", "stated", "Introduction", None),
            "beyond_citizenship": ("yes", "inferred", "Introduction", "tutors volunteer"),
            "voluntary": ("yes", "inferred", "Introduction", "tutors volunteer"),
            "aims_outcome": ("yes", "stated", "Introduction", None),
        },
    },
    {
        "id": "jury-service",
        "title": "Jury service in the federal courts of the United States",
        "summary": "Persons who are summoned have to serve as jurors.",
        "lang": "en",
        "source": "http://www.nywd.uscourts.gov/jury-service-mandatory",
        "case_kind": "programme",
        "reality": "actual",
        "source_label": "none",
        "country": "United States",
        "sector": "criminal-justice",
        "claimed_under": "brudney-england-1983-participation",
        "facts": {
            "public_service": ("yes", "inferred", QUESTION, "the trial is a right that the state owes"),
            "public_authority": ("yes", "stated", QUESTION, None),
            "prompted": ("yes", "stated", QUESTION, None),
            "voluntary": ("no", "inferred", QUESTION, "who does not come may be fined or imprisoned"),
            "legally_obliged": ("yes", "stated", QUESTION, None),
            "beyond_citizenship": ("no", "inferred", QUESTION, "the law asks it of whoever is summoned"),
        },
    },
    {
        "id": "epp",
        "title": "Expert Patients Programme, pilot phase",
        "source": "https://link.springer.com/doi/10.1186/1748-5908-1-6",
        "case_kind": "programme",
        "reality": "actual",
        "facts": {},
    },
]
CONTRIBUTIONS = [
    {"case": "neighbourhood-watch", "who": "scheme coordinators", "role": "Volunteer", "gives": "coordination",
     "voluntariness": "voluntary", "passage": "opening"},
    {"case": "neighbourhood-watch", "who": "members", "role": "neighbour", "gives": "watching each other's homes",
     "passage": COORDINATOR},
    {"case": "Expert Patients", "who": "tutors with a long-term condition", "role": "tutor", "gives": "teaching the course",
     "voluntariness": "voluntary", "passage": "Introduction"},
    {"case": "expert-patients", "who": "trainers", "role": "professional", "gives": "support for the tutors",
     "paid": "Paid", "passage": "Introduction"},
    {"case": "expert-patients", "who": "Primary Care Trusts", "role": "public organisation", "employer": "public",
     "gives": "administration", "passage": "Introduction"},
    {"case": "jury-service", "who": "jurors", "role": "obligatee", "gives": "serving at trials",
     "voluntariness": "obliged", "passage": QUESTION},
]  # fmt: skip
VALUES = [
    {"case": "expert-patients", "kind": "private", "sign": "gain", "for": "people with a long-term condition",
     "what": "skills to manage their condition", "passage": "Introduction"},
]  # fmt: skip
# A row of the document's table of what is mended by hand: cell or cells, why, and what stands there then.
HAND = re.compile(r"^\| `(\w+)!([A-Z]+\d+(?::[A-Z]+\d+)?)` +\| [^|]+ \| *(?:`([^`]*)`|nothing) *\|$", re.MULTILINE)


def _type_rows(sheet, rows: list[dict]) -> None:
    """Type the rows below the template's example, which stays."""
    columns = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for number, row in enumerate(rows, 3):
        for key, value in row.items():
            sheet.cell(number, columns[key], value)


def first_try() -> Workbook:
    """Return the template with everything typed into it, mistakes and all."""
    book = load_workbook(io.BytesIO(xlsx.write(Form(shipped(), shipped_codebook(), "en"))))
    rows = []
    for case in CASES:
        row = {key: value for key, value in case.items() if key != "facts"}
        for key, fact in case["facts"].items():
            names = (key, f"{key}.basis", f"{key}.passage", f"{key}.reason")
            row |= {name: value for name, value in zip(names, fact, strict=True) if value is not None}
        rows.append(row)
    for title, typed in (("cases", rows), ("contributions", CONTRIBUTIONS), ("values", VALUES)):
        _type_rows(book[title], typed)
    return book


def mend_by_hand(file: Path, document: str) -> int:
    """Change the cells of a workbook that the document's table says to change; return how many rows the table has."""
    book = load_workbook(file)
    rows = HAND.findall(document)
    for title, place, text in rows:
        found = book[title][place]
        for cell in found[0] if isinstance(found, tuple) else [found]:
            cell.value, cell.number_format = text or None, "@"
    book.save(file)
    return len(rows)


def filled(book: Workbook) -> dict[str, object]:
    """Return what stands in the cells of a workbook, by sheet and cell."""
    return {
        f"{s.title}!{c.coordinate}": c.value for s in book for row in s.iter_rows() for c in row if c.value is not None
    }


if __name__ == "__main__":
    first_try().save(EXAMPLES / FIRST_TRY)
    first_try().save(EXAMPLES / MENDED)
    subprocess.run([sys.executable, "-m", "coproduction", "fix", str(EXAMPLES / MENDED), "--write"], check=True)
    mend_by_hand(EXAMPLES / MENDED, DOCUMENT.read_text(encoding="utf-8"))
