"""What validation remembers of the records that have gone by, in a temporary file, so that memory stays flat.

Of each record that is its key and place, its title, and its yes and no as two numbers; of a record whose findings hang on
records still to come, and of all behind it, the findings themselves.
"""

import hashlib
import json
import pickle
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from coproduction.cases import LINKS, key_of, place_of
from coproduction.codebook import Codebook
from coproduction.consistency import Other, Titled, title_and_place
from coproduction.loaders.case import SETTLED, Case
from coproduction.loaders.raw import nearest

TABLES = """
CREATE TABLE record (iri TEXT, source TEXT, coder TEXT, place TEXT, name TEXT, id TEXT, said TEXT, n INTEGER,
    PRIMARY KEY (iri, source, coder)) WITHOUT ROWID;
CREATE TABLE title (digest BLOB PRIMARY KEY, iri TEXT, name TEXT, links TEXT) WITHOUT ROWID;
CREATE TABLE waiting (n INTEGER PRIMARY KEY, what BLOB);
"""
# In KiB: what SQLite keeps of the file in memory.
CACHE = 8_000
# How many names are looked at, over all, for one like a name that is no case: some seconds' work.
MOST_NAMES = 2_000_000
AT_ONCE = 5_000


class Memory:
    """Records that have gone by. Own ones count before known ones, as they may be those in a newer version."""

    def __init__(self, known: Iterable[Case], book: Codebook):
        # Without a name it is a file of its own, gone when it is closed; nothing in it needs to outlive a crash.
        self.store = sqlite3.connect("", isolation_level=None)
        self.store.execute(f"PRAGMA cache_size = -{CACHE}")
        for pragma in ("journal_mode = OFF", "synchronous = OFF"):
            self.store.execute(f"PRAGMA {pragma}")
        self.store.executescript(TABLES)
        self.store.execute("BEGIN")
        self.variables = tuple(book.variables)
        self.bit = {key: 1 << n for n, key in enumerate(self.variables)}
        self.known = {case.iri: Other.of(case) for case in known}
        self.count = 0
        self.names_left = MOST_NAMES
        for case in known:
            self.titled(case)

    def close(self) -> None:
        """Forget everything."""
        self.store.close()

    def earlier(self, case: Case) -> str | None:
        """Return the place of an earlier record of the same key, or None and remember this one."""
        key = key_of(case)
        name, said = f"{case.source}/{case.id}", self._said(case) if case.coder == SETTLED else None
        row = *key, place_of(case), name, case.id, said, self.count + 1
        done = self.store.execute("INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        if done.rowcount:
            self.count += 1
            return None
        return self.store.execute("SELECT place FROM record WHERE iri=? AND source=? AND coder=?", key).fetchone()[0]

    def _said(self, case: Case) -> str:
        """Return what others may contradict, as short as it can be."""
        other = Other.of(case)
        yes_no = [sum(self.bit[k] for k, v in other.answers.items() if v == answer) for answer in ("yes", "no")]
        return json.dumps([f"{yes_no[0]:x}", f"{yes_no[1]:x}", other.countries, other.wholes])

    def other(self, iri: str) -> Other | None:
        """Return what is known of the settled case of an IRI, the last that there was."""
        found = self.store.execute(
            "SELECT id, name, said FROM record WHERE iri=? AND said IS NOT NULL ORDER BY n DESC", (iri,)
        ).fetchone()
        if found is None:
            return self.known.get(iri)
        id_, name, said = found
        yes, no, countries, wholes = json.loads(said)
        answers = {
            key: answer
            for answer, bits in (("yes", int(yes, 16)), ("no", int(no, 16)))
            for key in self.variables
            if bits & self.bit[key]
        }
        return Other(iri, id_, name, answers, tuple(countries), tuple(wholes))

    def there(self, iri: str) -> bool:
        """Return whether there is a case of an IRI, whoever coded it."""
        return (
            iri in self.known
            or self.store.execute("SELECT 1 FROM record WHERE iri=? LIMIT 1", (iri,)).fetchone() is not None
        )

    def like(self, name: str) -> str | None:
        """Return the name of a case that is most like a name; none once very many have been looked at for others."""
        if self.names_left <= 0:
            return None
        self.names_left -= self.count + len(self.known)
        # Of records of one case, whose source may be written in two ways, the last one's name.
        last = "SELECT name FROM record AS r WHERE n = (SELECT max(n) FROM record WHERE iri = r.iri)"
        own = "SELECT 1 FROM record WHERE iri=?"
        others = (other for iri, other in self.known.items() if not self.store.execute(own, (iri,)).fetchone())
        found = [nearest(name, (other.name for other in others))]
        rows = self.store.execute(last)
        while some := rows.fetchmany(AT_ONCE):
            found.append(nearest(name, (row[0] for row in some)))
        return nearest(name, filter(None, found))

    def titled(self, case: Case) -> Titled | None:
        """Return the first case that has title and place of a case, that one itself where it is the first."""
        key = title_and_place(case)
        if key is None:
            return None
        digest = hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        titled = Titled.of(case)
        row = digest, titled.iri, titled.name, json.dumps(titled.links)
        if self.store.execute("INSERT OR IGNORE INTO title VALUES (?, ?, ?, ?)", row).rowcount:
            return titled
        found = self.store.execute("SELECT iri, name, links FROM title WHERE digest=?", (digest,)).fetchone()
        return Titled(found[0], found[1], tuple(json.loads(found[2])))

    def wait(self, what: object) -> None:
        """Put something behind what waits already."""
        self.store.execute("INSERT INTO waiting (what) VALUES (?)", (pickle.dumps(what),))

    def waiting(self) -> Iterator:
        """Yield what waits, in order."""
        for (what,) in self.store.execute("SELECT what FROM waiting ORDER BY n"):
            yield pickle.loads(what)


def is_linked(case: Case) -> bool:
    """Return whether a record names other cases."""
    return any(case.record.get(key) for key in LINKS)


def slim(case: Case) -> Case:
    """Return a case with all that a finding on its links asks for, and nothing else."""
    pointers: Sequence[str] = [f"/{key}/{n}" for key in LINKS for n in range(len(case.record.get(key, [])))]
    facts = {key: fact for key, fact in case.facts.items() if fact.value in ("yes", "no")}
    raw = case.raw.only([*pointers, "/country", *(fact.pointer for fact in facts.values() if fact.pointer)])
    record = {key: case.record[key] for key in (*LINKS, "country") if key in case.record}
    return Case(case.id, case.source, case.coder, case.iri, case.base, record, facts, case.complete, raw)
