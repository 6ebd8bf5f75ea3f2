"""How long things take, compared in one run: `python bench/bench.py`.

Times are of one machine at one moment; the ratios are what to look at.
"""

import statistics
import subprocess
import sys
import time

from coproduction import cases, codebook, dataset, questions, resources, verdicts, vocabulary
from coproduction.loaders import rdf

REPEATS = 5


def timed(work, repeats: int = REPEATS) -> float:
    """Return the median seconds of a few runs."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def process(*words: str) -> float:
    return timed(lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True))


def start_up() -> None:
    bare = process("-c", "pass")
    print("start-up, whole process")
    for name, words in (("bare Python", ("-c", "pass")), ("coproduction --help", ("-m", "coproduction", "--help")),
                        ("import rdflib", ("-c", "import rdflib")), ("import pyshacl", ("-c", "import pyshacl"))):  # fmt: skip
        seconds = process(*words)
        print(f"  {name:<24} {seconds * 1000:7.0f} ms   {seconds / bare:5.1f} x bare Python")


def stages() -> None:
    words, book = vocabulary.shipped(), codebook.shipped_codebook()
    rules = verdicts.load_rules(words)
    found = cases.shipped_cases()
    every = rules.chosen(readings=True)
    print(f"stages, {len(found)} cases, {len(every)} definitions")
    rows = (
        ("ontology", lambda: vocabulary.Vocabulary(resources.turtle_files())),
        ("criteria and definitions", lambda: verdicts.load_rules(words)),
        ("records to cases", lambda: cases.read([str(p) for p in resources.source_records()], book)),
        ("cases to RDF", lambda: list(rdf.triples(found, book))),
        ("verdicts", lambda: [verdicts.judge(rules, case.facts, every) for case in found]),
        ("whole dataset", lambda: dataset.build(words, book, rules, found)),
    )
    for name, work in rows:
        print(f"  {name:<24} {timed(work, 3) * 1000:7.0f} ms")


def saved_questions() -> None:
    store = dataset.shipped_store()
    print(f"saved questions on pyoxigraph, {len(store):,} triples")
    slow = []
    for slug, question in questions.load(resources.folder("queries")).items():
        seconds = timed(lambda q=question: questions.run(store, q.text))
        slow.append(seconds)
        print(f"  {slug:<60} {seconds * 1000:7.1f} ms")
    print(f"  slowest {max(slow) * 1000:.1f} ms, median {statistics.median(slow) * 1000:.1f} ms")


def main() -> None:
    start_up()
    stages()
    saved_questions()


if __name__ == "__main__":
    main()
