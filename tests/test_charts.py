"""Charts of answers: lengths worked out by hand, what is told apart, what must fit, and an SVG that loads nothing."""

import re
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Store
from rich.cells import cell_len

from coproduction import charts, questions
from coproduction.__main__ import cli
from coproduction.charts import Bar, Chart

SVG = "{http://www.w3.org/2000/svg}"
PREFIXES = {"ex": "http://example.org/"}


def some(*pairs: tuple[str, str | None]) -> Chart:
    """A chart of labels and numbers as they are written; None is not told."""
    return Chart("n by what", tuple(Bar(a, n or "not told", None if n is None else Decimal(n)) for a, n in pairs))


def lines(*pairs, width: int = 40, encoding: str = "utf-8") -> list[str]:
    """The rows of a chart in a terminal, without caption and count."""
    return charts.text(some(*pairs), width, encoding).splitlines()[1:-1]


def drawn(*pairs, title: str = "") -> ET.Element:
    return ET.fromstring(charts.svg(some(*pairs), title))


def texts(root: ET.Element) -> list[str]:
    return ["".join(e.itertext()) for e in root.iter(f"{SVG}text")]


def rects(root: ET.Element, kind: str) -> list[tuple[float, float]]:
    return [(float(e.get("x")), float(e.get("width"))) for e in root.iter(f"{SVG}rect") if e.get("class") == kind]


def answer(text: str) -> questions.Table:
    return questions.run(Store(), text)


def ask(tmp_path, text: str, *more: str, **env: str):
    (tmp_path / "q.rq").write_text(text, encoding="utf-8")
    return CliRunner().invoke(cli, ["ask", "--query", str(tmp_path / "q.rq"), *more], env={"COLUMNS": "40"} | env)


# In the terminal


def test_the_longest_bar_fills_the_room_and_half_is_half():
    # 40 cells less label 1, two blanks, number 2, a blank and the axis leave 33; half of it is 16 and a half.
    assert lines(("a", "10"), ("b", "5"), ("c", "1")) == [
        "a  10 │" + "█" * 33,
        "b   5 │" + "█" * 16 + "▌",
        "c   1 │" + "█" * 3 + "▌",
    ]


def test_in_ascii_a_bar_is_within_one_cell():
    assert lines(("a", "10"), ("b", "5"), ("é", "1"), encoding="ascii") == [
        "a  10 |" + "#" * 33,
        "b   5 |" + "#" * 16,
        "?   1 |" + "#" * 3,
    ]
    assert lines(("é", "1"), encoding="cp1252") == ["é  1 |" + "#" * 34]


def test_negative_bars_go_the_other_way_on_the_same_scale():
    # 40 less 1, 2, 2, 1 and 1 leave 33 cells for 11 units: 3 cells a unit, 9 of them below the axis.
    assert lines(("a", "-3"), ("b", "8"), ("c", "0"), ("d", None)) == [
        # "not told" takes 8 cells where the numbers would take 2: 27 cells, 7 below and 20 above, at 7/3 a unit.
        "a        -3 " + "█" * 7 + "│",
        "b         8        │" + "█" * 18 + "▌",
        "c         0        │",
        "d  not told",
    ]
    assert lines(("a", "-3"), ("b", "8")) == ["a  -3 " + "█" * 9 + "│", "b   8 " + " " * 9 + "│" + "█" * 24]


def test_all_negative():
    # 40 less 1, 2, 2, 1 and 1 leave 33 cells; 16 and a half end at the axis.
    assert lines(("a", "-2"), ("b", "-1")) == ["a  -2 " + "█" * 33 + "│", "b  -1 " + " " * 16 + "▐" + "█" * 16 + "│"]


def test_zero_missing_and_tiny_are_told_apart():
    zero, missing, tiny, loss, _ = lines(
        ("a", "0"), ("b", None), ("c", "0.0001"), ("d", "-1E-400"), ("e", "1000"), width=60
    )
    assert zero.endswith(" 0  │") and missing == "b  not told"
    assert tiny.endswith(" 0.0001  │▌") and loss.endswith("-1E-400 ▐│")


def test_all_zero_and_all_unknown():
    assert lines(("a", "0"), ("b", "-0")) == ["a   0 │", "b  -0 │"]
    assert rects(drawn(("a", "0"), ("b", "-0.0")), "bar") == []
    infinite = charts.chart(
        answer('SELECT ("a" AS ?l) ("INF"^^<http://www.w3.org/2001/XMLSchema#double> AS ?n) {}'), {}
    )
    assert charts.text(infinite, 40).splitlines()[1] == "a  Infinity"


def test_one_row():
    assert charts.text(some(("a", "7")), 40) == "n by what\na  7 │" + "█" * 34 + "\n1 row\n"


def test_a_long_label_is_cut_with_an_ellipsis():
    # Two fifths of 40 cells.
    long = "a label that no terminal of that width has room for"
    assert lines((long, "1")) == ["a label that no…  1 │" + "█" * 19]
    assert lines((long, "1"), encoding="ascii") == ["a label that...  1 |" + "#" * 20]


def test_wide_characters_take_two_cells():
    one, two, cut = lines(("日本", "1"), ("ab", "1"), ("日本語日本語日本語", "1"))
    # 16 cells at most: seven characters of two cells, and the ellipsis.
    assert cut.startswith("日本語日本語日…  1 │")
    assert one.startswith("日本" + " " * 13 + "1 │") and two.startswith("ab" + " " * 15 + "1 │")
    assert {cell_len(line) for line in (one, two, cut)} == {40}


def test_a_number_too_long_loses_digits_and_no_magnitude():
    # Eight cells for a number in a terminal of 40; the other 27 are the longer bar's.
    assert lines(("a", "3.333333333333333333"), ("b", "123456789012345")) == [
        "a  3.333333 │▌",
        "b  1.23e+14 │" + "█" * 27,
    ]


def test_nothing_steers_the_terminal():
    label = "a\x1b[31m\nb\t\u202ec"
    table = questions.Table(("l", "n"), [(Literal(label), Literal(1))], b"")
    assert charts.chart(table, {}).rows[0].label == "a\ufffd[31m b \ufffdc"


# As SVG


def test_svg_has_role_title_description_and_every_number_as_text():
    root = drawn(("a", "10"), ("b", "-2.5"), ("c", None), ("d", "0"), title="What is it?")
    assert root.get("role") == "img"
    title, about = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root[0] is title and title.text == "What is it?"
    assert about.text == "Bar chart, n by what. a: 10; b: -2.5; c: not told; d: 0"
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == (title.get("id"), about.get("id"))
    assert sorted(texts(root)) == sorted(
        ["What is it?", "n by what", "a", "10", "b", "-2.5", "c", "not told", "d", "0"]
    )


def test_svg_bars_are_in_proportion_and_meet_at_the_axis():
    (a, b, c), ((axis, _),) = (
        rects(root := drawn(("a", "10"), ("b", "5"), ("c", "-5"), ("d", "0"), ("e", None)), kind)
        for kind in ("bar", "axis")
    )
    zero = axis + 0.5
    assert a[1] == pytest.approx(2 * b[1], abs=0.2) and c[1] == pytest.approx(b[1], abs=0.2) and c[1] > 20
    assert a[0] == b[0] == pytest.approx(zero, abs=0.1) and c[0] + c[1] == pytest.approx(zero, abs=0.2)
    assert a[0] + a[1] < charts.WIDTH and len(rects(root, "paper")) == 1


def test_svg_numbers_stand_beside_their_bars():
    root = drawn(("a", "10"), ("b", "-5"), ("c", "0"), ("d", None))
    (a, b), ((axis, _),) = rects(root, "bar"), rects(root, "axis")
    places = {e.text: (float(e.get("x")), e.get("text-anchor")) for e in root.iter(f"{SVG}text")}
    for number, end, anchor in (
        ("10", a[0] + a[1] + charts.GAP, "start"),
        ("-5", b[0] - charts.GAP, "end"),
        ("0", axis + 0.5 + charts.GAP, "start"),
        ("not told", axis + 0.5 + charts.GAP, "start"),
    ):
        assert places[number] == (pytest.approx(end, abs=0.2), anchor)


def test_svg_wraps_long_labels_and_loses_nothing():
    words = [f"word{n}" for n in range(40)]
    found = texts(drawn((" ".join(words), "1")))
    assert all(len(line) <= charts.LABEL_CELLS for line in found)
    assert " ".join(found[2:]).split() == words
    # A word longer than a line is parted.
    assert "".join(texts(drawn(("x" * 100, "1")))[2:]) == "x" * 100


def test_svg_escapes():
    sharp = """<b onload="x">&amp;]]></b><script>'"""
    root = drawn((sharp, "1"), title=sharp)
    assert root.find(f"{SVG}title").text == sharp and f"{sharp}: 1" in root.find(f"{SVG}desc").text
    assert {e.tag.removeprefix(SVG) for e in root.iter()} == {"svg", "title", "desc", "style", "rect", "text"}
    assert ET.fromstring(charts.svg(some(("a", "1")), "t", '"><script>')).find(f"{SVG}script") is None


def loads(svg: str) -> list[str]:
    """What an SVG would load or run: elements, attributes and styles; the words of its texts are none of them."""
    elements = list(ET.fromstring(svg).iter())
    known = ("svg", "title", "desc", "style", "rect", "text")
    found = [e.tag for e in elements if e.tag.removeprefix(SVG) not in known]
    found += [k for e in elements for k in e.attrib if k.endswith(("href", "src", "style")) or k.startswith("on")]
    styles = [v for e in elements for v in e.attrib.values()] + [
        e.text or "" for e in elements if e.tag == f"{SVG}style"
    ]
    return found + [v for v in styles if re.search(r"url\(|@import|@font-face|javascript:", v)]


def test_svg_loads_nothing():
    # The look itself sees each of them.
    start = '<svg xmlns="http://www.w3.org/2000/svg">'
    for bad in (
        '<a href="x"/>',
        "<script/>",
        '<rect fill="url(#a)"/>',
        "<style>@import 'x';</style>",
        '<g onload="x"/>',
    ):
        assert loads(f"{start}{bad}</svg>"), bad
    assert loads(charts.svg(some(("href url(x) @import", "1"), ("b", "-1")), "javascript:")) == []


def test_svg_is_the_same_each_time_and_apart_from_others():
    one, other = some(("a", "1")), some(("a", "2"))
    assert charts.svg(one) == charts.svg(one)
    assert ET.fromstring(charts.svg(one)).get("id") != ET.fromstring(charts.svg(other)).get("id")


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_svg_can_be_read_in_light_and_dark():
    """Contrast after WCAG 2: 4.5 for text, 3 for what is drawn, against the paper that the chart brings."""
    svg = charts.svg(some(("a", "1")))
    fills = dict(re.findall(r'class="(\w+)"[^>]*fill="(#\w+)"', svg)) | {
        "text": re.search(r'13" fill="(#\w+)"', svg)[1]
    }
    dark = fills | {k.strip("."): v for k, v in re.findall(r"#chart-\w+ (\S+) { fill: (#\w+) }", svg)}
    assert set(fills) == {"paper", "bar", "axis", "text"} and dark["paper"] != fills["paper"]
    for colours in (fills, dark):
        paper = luminance(colours["paper"])
        for kind, least in (("text", 4.5), ("bar", 3), ("axis", 3)):
            low, high = sorted((paper, luminance(colours[kind])))
            assert (high + 0.05) / (low + 0.05) >= least, kind


# From an answer


def test_the_other_columns_make_the_label():
    table = answer("""PREFIX ex: <http://example.org/> SELECT ?a ?aLabel ?kind ?n {
        VALUES (?a ?aLabel ?kind ?n) { (ex:x "X" "k" 1) (ex:y UNDEF "k" 2.50) (ex:z "Z" UNDEF UNDEF) } }""")
    chart = charts.chart(table, PREFIXES)
    assert chart.caption == "n by a / kind"
    assert [bar.label for bar in chart.rows] == ["X / k", "ex:y / k", "Z / -"]
    assert [bar.value for bar in chart.rows] == [1, Decimal("2.5"), None]


def test_without_another_column_rows_are_numbered():
    chart = charts.chart(answer("SELECT ?n { VALUES ?n { 4 5 } }"), {})
    assert (chart.caption, [bar.label for bar in chart.rows]) == ("n", ["row 1", "row 2"])


XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("literal", "numeric"),
    [
        (Literal("1", datatype=NamedNode(XSD + "integer")), True),
        (Literal("1", datatype=NamedNode(XSD + "nonNegativeInteger")), True),
        (Literal("1", datatype=NamedNode(XSD + "unsignedByte")), True),
        (Literal("1.5e3", datatype=NamedNode(XSD + "double")), True),
        (Literal("NaN", datatype=NamedNode(XSD + "float")), True),
        (Literal("one", datatype=NamedNode(XSD + "integer")), False),
        (Literal("1999", datatype=NamedNode(XSD + "gYear")), False),
        (Literal("1"), False),
        (NamedNode("http://example.org/1"), False),
        (None, False),
    ],
)
def test_what_is_a_number(literal, numeric):
    table = questions.Table(("l", "n"), [(Literal("a"), literal)], b"")
    if numeric:
        assert charts.chart(table, {}).caption == "n by l"
    else:
        with pytest.raises(questions.BadQuery, match="no columns of numbers"):
            charts.chart(table, {})


@pytest.mark.parametrize("fmt", questions.CHARTS)
def test_a_misfit_is_said_with_what_to_do(tmp_path, fmt):
    for text, says in (
        (
            'SELECT ("x" AS ?a) ("y" AS ?b) {}',
            "has no columns of numbers, and a chart shows one: a, b; write a query that",
        ),
        ('SELECT ("x" AS ?a) (1 AS ?b) (2 AS ?c) {}', "has 2 columns of numbers, and a chart shows one: b, c; write a"),
        ("ASK {}", f"gives yes or no, so not {fmt}; take one of table, csv"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", f"gives a graph, so not {fmt}; take one of ttl"),
    ):
        done = ask(tmp_path, text, "--format", fmt)
        assert done.exit_code == 2 and done.stdout == "" and f"q.rq: {says}" in done.stderr


def test_no_rows_is_said_and_no_fault(tmp_path):
    for fmt in questions.CHARTS:
        done = ask(tmp_path, "SELECT ?a ?n { ?a <http://example.org/none> ?n }", "--format", fmt)
        assert done.exit_code == 0 and "there are no rows" in done.stdout
    assert "there are no rows" in texts(ET.fromstring(done.stdout))


def test_the_command_draws_as_wide_as_the_terminal(tmp_path):
    text = 'SELECT ?l ?n { VALUES (?l ?n) { ("a" 2) ("b" 1) } }'
    done = ask(tmp_path, text, "--format", "chart", COLUMNS="30")
    assert done.stdout == "n by l\na  2 │" + "█" * 24 + "\nb  1 │" + "█" * 12 + "\n2 rows\n"
    # Nothing is coloured.
    assert "\x1b" not in ask(tmp_path, text, "--format", "chart", FORCE_COLOR="1", TERM="xterm-256color").stdout


def test_a_saved_question_is_the_title_of_its_svg_in_the_language_asked_for():
    slug = "what-lies-beyond-each-border"
    for lang, more in (("en", []), ("fr", ["--lang", "fr"])):
        done = CliRunner().invoke(cli, ["ask", slug, "--format", "svg", *more])
        title = ET.fromstring(done.stdout).find(f"{SVG}title")
        assert done.exit_code == 0 and title.get("{http://www.w3.org/XML/1998/namespace}lang") == lang
        assert title.text.endswith(" ?" if lang == "fr" else "?")


@pytest.mark.slow
def test_own_records_and_an_endpoint_are_charted_too(tmp_path, monkeypatch):
    record, query = tmp_path / "own.yaml", tmp_path / "q.rq"
    record.write_text("id: a-garden\ntitle: A garden of ours\nsource: my-notes\n", encoding="utf-8")
    query.write_text(
        'SELECT ?title (STRLEN(?title) AS ?n) { ?case ?p ?title FILTER(STR(?title) = "A garden of ours") } GROUP BY ?title',
        encoding="utf-8",
    )
    done = CliRunner().invoke(cli, ["ask", "--query", str(query), "--data", str(record), "--format", "chart"])
    assert done.exit_code == 0 and "A garden of ours  16 │█" in done.stdout
    sent = answer("SELECT ?l ?n { VALUES (?l ?n) { (<http://example.org/far> 2) } }").json
    monkeypatch.setattr("coproduction.remote.ask", lambda *_: (sent, "application/sparql-results+json"))
    done = CliRunner().invoke(cli, ["ask", "--query", str(query), "--endpoint", "http://x", "--format", "chart"])
    assert done.exit_code == 0 and "http://example.org/far  2 │█" in done.stdout


# Whatever comes

LABELS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
DECIMALS = st.none() | st.decimals(allow_nan=False, allow_infinity=False)


@given(
    st.lists(st.tuples(LABELS, DECIMALS), min_size=1, max_size=8),
    LABELS,
    st.integers(charts.NARROWEST, 200),
    st.sampled_from(["utf-8", "ascii", "cp1252", "cp437"]),
)
def test_any_labels_and_numbers_fit_and_are_well_formed(pairs, title, width, encoding):
    decimal = NamedNode(XSD + "decimal")
    rows = [(Literal(a), None if n is None else Literal(str(n), datatype=decimal)) for a, n in pairs]
    # A number at least, or there is no chart.
    table = questions.Table(("l", "n"), [*rows, (Literal("last"), Literal(3))], b"")
    chart = charts.chart(table, {})
    shown = charts.text(chart, width, encoding)
    assert all(cell_len(line) <= width for line in shown.splitlines()) and len(shown.splitlines()) == len(rows) + 3
    assert shown.encode(encoding)
    root = ET.fromstring(charts.svg(chart, title).encode())
    assert all(x >= 0 and x + width <= charts.WIDTH + 0.1 for x, width in rects(root, "bar"))
    assert len(rects(root, "bar")) == sum(1 for _, n in pairs if n) + 1
    assert texts(root).count("not told") >= sum(1 for _, n in pairs if n is None)
