"""What follows from a record's contributions, values and answers, by the codebook's table."""

from typing import TYPE_CHECKING

from coproduction.loaders.case import Case, Fact, Findings

if TYPE_CHECKING:
    from coproduction.codebook import Codebook


def derive(case: Case, book: "Codebook", found: Findings) -> None:
    """Add the answers that follow by the codebook's table; a listed answer against one of them is a contradiction."""
    weaker = {basis: n for n, basis in enumerate(book.bases)}

    def put(line, basis: str, passages, what: str, pointer: str | None, *origin: str | None) -> None:
        key, answer = line.then_variable, line.then_answer
        there = case.facts.get(key)
        if there is None:
            case.facts[key] = Fact(answer, basis, list(passages), derived_from=what, origin=origin)
        elif there.value != answer:
            before = f"{there.derived_from} makes it {there.value}" if there.derived_from else f"{key} is {there.value}"
            message = f"{before}, and yet {what} makes {'it' if not there.derived_from else key} {answer}"
            at = there.pointer or pointer or ""
            found.add("contradiction", message, at, key=key, value=there.value, suggestion=answer)
        elif there.derived_from and weaker[basis] < weaker[there.basis]:
            case.facts[key] = Fact(answer, basis, list(passages), derived_from=what, origin=origin)
        elif there.derived_from and basis == there.basis:
            there.passages += [p for p in passages if p not in there.passages]

    contributions, values = case.record.get("contributions", []), case.record.get("values", [])
    roles = {entry.get("role") for entry in contributions}
    for line in book.derivations:
        if line.roles:
            if line.roles.isdisjoint(roles):
                continue
            for n, entry in enumerate(contributions):
                if not entry.get("gives") or entry.get("role") not in line.roles:
                    continue
                if line.employers and entry.get("employer") not in line.employers:
                    continue
                what = f"the contribution of {entry.get('who', entry['role'])} as {entry['role']}"
                put(line, entry.get("basis", "stated"), entry.get("passages", []), what, f"/contributions/{n}",
                    "contribution", entry.get("who"), entry["role"])  # fmt: skip
        elif line.value_types:
            for n, entry in enumerate(values):
                if entry.get("kind") in line.value_types and entry.get("sign", "gain") == "gain":
                    what = f"the {entry['kind']} value for {entry.get('for', 'somebody')}"
                    put(line, entry.get("basis", "stated"), entry.get("passages", []), what, f"/values/{n}",
                    "value", entry["kind"], entry.get("for"))  # fmt: skip
        elif line.variables[0] in case.facts:
            behind = [case.facts.get(v) for v in line.variables]
            if all(f is not None and f.value == line.answer for f in behind):
                basis = max((f.basis for f in behind), key=weaker.__getitem__)
                passages = [p for f in behind for p in f.passages]
                what = " and ".join(f"{v} {line.answer}" for v in line.variables)
                put(line, basis, passages, what, behind[0].pointer, "answer", *line.variables, line.answer)
