"""The files of an export for qualitative comparative analysis, and what goes with the numbers: a script for R, a note."""

from collections.abc import Sequence

from coproduction.codebook import Codebook
from coproduction.exports import qca, sheets
from coproduction.exports.notes import notes
from coproduction.exports.qca import FILL, Frame, Outcome
from coproduction.verdicts import Rules
from coproduction.vocabulary import Vocabulary

# Names that no file of the user's own is likely to have, since the folder may be theirs.
DATA, CODEBOOK, TRUTH_TABLE = "qca-data.csv", "qca-codebook.csv", "qca-truth-table.csv"
SCRIPT, NOTE = "qca-load.R", "qca-about.txt"

SCRIPT_TEXT = """\
# {about}
# {how}
read <- function(file, ...) {{
  read.csv(file, na.strings = "", check.names = FALSE, stringsAsFactors = FALSE, fileEncoding = "UTF-8", ...)
}}
data <- read("{data}", row.names = "case")
codebook <- read("{codebook}")
# {unknown}
stopifnot(all(unlist(data) %in% c(0, 1, NA)))
{more}"""
TABLE_TEXT = """
conditions <- c({conditions})
outcome <- "{outcome}"
# {complete}
known <- complete.cases(data[, c(conditions, outcome)])
if (any(!known)) message(sum(!known), " {left_out} ", nrow(data))
if (!any(known)) stop("{empty}")
data.known <- data[known, c(conditions, outcome)]
if (!requireNamespace("QCA", quietly = TRUE)) stop("{install}: install.packages(\\"QCA\\")")
table <- QCA::truthTable(data.known, outcome = outcome, conditions = conditions,
                         incl.cut = {cut}, n.cut = {fewest}, show.cases = TRUE)
print(table)
# {minimise}: QCA::minimize(table, details = TRUE)
"""


def files(
    found: Frame,
    outcome: Outcome | None,
    rules: Rules,
    book: Codebook,
    vocabulary: Vocabulary,
    lang: str = "en",
    cut: float = 1.0,
    fewest: int = 1,
    with_placing: bool = False,
) -> dict[str, bytes]:
    """Return the files by name. Without an outcome there is no truth table, and the script loads the data alone."""
    written = {
        DATA: sheets.as_text(qca.data_table(found)),
        CODEBOOK: sheets.as_text(qca.codebook_table(found, book, vocabulary, lang)),
    }
    if outcome:
        rows = qca.truth_table(found, outcome, cut, fewest)
        written[TRUTH_TABLE] = sheets.as_text(qca.truth_table_table(found, rows))
    written[SCRIPT] = script(found, outcome, lang, cut, fewest).encode()
    lines = note(found, outcome, rules, lang, cut, fewest, with_placing)
    written[NOTE] = ("\n".join(lines) + "\n").encode()
    return written


def unknown(found: Frame, lang: str = "en") -> str:
    """Return in words how what is not known is written."""
    own = {c.column for c in found.conditions}
    filled = 0
    if found.rule in FILL:
        filled = sum(value is None and column in own for row in found.known.values() for column, value in row.items())
    told = notes("qca", lang)[found.rule]
    return told.format(dropped=len(found.dropped), all=len(found.known), filled=filled)


def script(found: Frame, outcome: Outcome | None, lang: str, cut: float, fewest: int) -> str:
    """Return a script that loads the data into R and, with an outcome, builds the truth table with the package QCA."""
    words = notes("qca", lang)
    more = ""
    if outcome:
        columns = ", ".join(f'"{c.column}"' for c in found.conditions)
        more = TABLE_TEXT.format(conditions=columns, outcome=outcome.column, cut=cut, fewest=fewest, **words)
    return SCRIPT_TEXT.format(data=DATA, codebook=CODEBOOK, unknown=unknown(found, lang), more=more, **words)


def note(
    found: Frame, outcome: Outcome | None, rules: Rules, lang: str, cut: float, fewest: int, with_placing: bool
) -> Sequence[str]:
    """Return what the files hold, how unknown is written, and what to mind, a sentence or two a line."""
    words = notes("qca", lang)
    lines = [
        words["about"],
        words["files"].format(data=DATA, codebook=CODEBOOK),
        unknown(found, lang),
        words["not-known"],
        words["crisp"],
        words["placing-taken-in" if with_placing else "placing"],
        words["how"],
    ]
    if outcome:
        lines.append(words["table"].format(table=TRUTH_TABLE, cut=cut, fewest=fewest))
        lines += minds(found, outcome, rules, lang)
    return lines


def minds(found: Frame, outcome: Outcome, rules: Rules, lang: str = "en") -> list[str]:
    """Return what a reader of the truth table should mind."""
    words = notes("qca", lang)
    lines = []
    if columns := qca.derived_from(found, outcome, rules):
        lines.append(words["derived"].format(outcome=outcome.column, columns=", ".join(columns)))
    if outcome.definition.partial:
        lines.append(words["partial"].format(outcome=outcome.column))
    return lines
