"""How fast `coproduction validate` is, in how much memory, and how fast pySHACL: `python bench/validate.py [RECORDS]`.

The records are made of the shipped cases: each is one of them under a name of its own, with a quarter of its facts left
out, so that hardly two have the same answers. A sample of the same records goes through pySHACL, with the shapes of
records and of borders; reading them and making RDF of them is not counted there. Seconds are the processor's, so that
what else a machine does counts less. The ratio of the two rates, and the growth of memory, are what to look at.
"""

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from coproduction import borders, cases, codebook, records, reference, resources, rows, verdicts, vocabulary
from coproduction.loaders import files, rdf

SEED, LEFT_OUT = 2024, 0.25


def made(number: int) -> Iterator[dict]:
    """Yield records in normal form, made of the shipped cases."""
    draw, book = random.Random(SEED), codebook.shipped_codebook()
    shipped = [records.plain(case, book) for case in cases.shipped_cases()]
    for n in range(number):
        record = dict(draw.choice(shipped))
        facts = {k: fact for k, fact in record.get("facts", {}).items() if draw.random() >= LEFT_OUT}
        yield record | {
            "id": f"{record['id']}-{n}",
            "title": f"{record['title']}, {n}",
            "source": "bench",
            "part_of": [
                f"{record['source']}/{part}" if "/" not in part else part for part in record.get("part_of", [])
            ],
            "facts": facts,
        }


def write(number: int, file: Path) -> None:
    """Write a CSV file of records."""
    book = codebook.shipped_codebook()
    header = rows.in_order(
        {c for case in cases.shipped_cases() for c in rows.row(records.plain(case, book), book)}, book
    )
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header)
        writer.writeheader()
        writer.writerows(rows.row(record, book) for record in made(number))


# Runs the command, and tells last the seconds of the processor, and the most memory that the process has had, in KB. What
# getrusage tells of memory counts what the process that started it had.
RUN = """
import sys, time
from coproduction.__main__ import cli
try:
    cli(sys.argv[1:])
finally:
    memory = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(time.process_time(), memory, file=sys.stderr)
"""


def validated(file: Path) -> tuple[float, float]:
    """Return the seconds that validating a file takes as a process of its own, and the most memory it has, in MB."""
    words = [sys.executable, "-c", RUN, "validate", "--format", "json", str(file)]
    run = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr)
    seconds, memory = run.stderr.split()[-2:]
    return float(seconds), int(memory) / 1000


def by_pyshacl(file: Path, number: int) -> float:
    """Return the seconds that pySHACL takes over the first records of a file."""
    from pyshacl import validate
    from rdflib import Graph

    words, book = vocabulary.shipped(), codebook.shipped_codebook()
    judging = verdicts.load_rules(words)
    found, _ = cases.from_raw(islice(files.stream([str(file)]), number), book)
    data, _ = reference.data_graph(rdf.triples(found, book), words, book, cases.shipped_cases())
    text = (resources.folder("shapes") / "record.ttl").read_text(encoding="utf-8")
    shapes = Graph().parse(data=text + borders.shapes(words, judging.definitions), format="turtle")
    began = time.process_time()
    validate(data, shacl_graph=shapes, inplace=True)
    return time.process_time() - began


def main(number: int = 100_000, sample: int = 200) -> None:
    """Print rates and memory for a tenth of the records and for all, the rate of pySHACL, and the ratio."""
    print(f"validating {number:,} records in a CSV file, and a tenth of them first; each run a whole process")
    with tempfile.TemporaryDirectory() as folder:
        measured = []
        for part in (number // 10, number):
            file = Path(folder) / f"{part}.csv"
            write(part, file)
            seconds, memory = validated(file)
            measured.append((part / seconds, memory))
            size = file.stat().st_size / 1e6
            print(
                f"  {part:>9,} records, {size:5.0f} MB {seconds:8.1f} s {part / seconds:8,.0f} a second {memory:6.0f} MB"
            )
        print(
            f"  growth of memory         {measured[1][1] - measured[0][1]:8.0f} MB for {number - number // 10:,} records"
        )
        seconds = by_pyshacl(file, sample)
    rate = sample / seconds
    print(f"  pySHACL, {sample} of them     {seconds:8.1f} s {rate:8,.1f} a second")
    print(f"  ratio of the rates       {measured[1][0] / rate:8,.0f}")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("records", nargs="?", type=int, default=100_000)
    asked.add_argument("--sample", type=int, default=200, help="How many of them go through pySHACL.")
    given = asked.parse_args()
    main(given.records, given.sample)
