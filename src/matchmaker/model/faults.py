"""What each kind of fault says, in English and Dutch: what is allowed, and what to do.

One table of sentences, so that a fault found in a file, in a frame or in a what-if reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from matchmaker.errors import Fault, near_names

__all__ = ["CellFault", "fault"]

# kind: ((allowed en, hint en), (allowed nl, hint nl)); {near} is filled in with names that look alike
SENTENCES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "missing_table": (
        ("the table {expected}", "Add the file {expected}.csv, or {expected} in a document; it may have no rows."),
        (
            "de tabel {expected}",
            "Voeg het bestand {expected}.csv toe, of {expected} in een document; zonder rijen mag.",
        ),
    ),
    "missing_file": (
        ("the file {expected}", "Add it to the folder, or correct the name."),
        ("het bestand {expected}", "Zet het in de map, of verbeter de naam."),
    ),
    "missing_region": (
        ("a part region with name and date", "Add it: a plan is made for a region on a date."),
        ("een deel region met name en date", "Voeg het toe: een plan geldt voor een regio op een datum."),
    ),
    "unknown_table": (("a table of the contract", "{near}"), ("een tabel uit het contract", "{near}")),
    "no_header": (
        ("a first line with the names of the columns", "The file is empty. Write at least: {expected}"),
        ("een eerste regel met de kolomnamen", "Het bestand is leeg. Schrijf ten minste: {expected}"),
    ),
    "missing_column": (
        ("the column {expected}, it is required", "{near}"),
        ("de kolom {expected}, die is verplicht", "{near}"),
    ),
    "unknown_column": (("one of {expected}", "{near}"), ("een van {expected}", "{near}")),
    "double_column": (
        ("each column once", "Remove or rename one of the columns with this name."),
        ("elke kolom een keer", "Verwijder of hernoem een van de kolommen met deze naam."),
    ),
    "wrong_delimiter": (
        ("a comma between cells", "Save the file with commas; ; stands between several values in one cell."),
        ("een komma tussen cellen", "Sla het bestand op met komma's; ; staat tussen meer waarden in een cel."),
    ),
    "two_files": (
        ("one file a table", "Keep one of {expected}."),
        ("een bestand per tabel", "Houd een van {expected} over."),
    ),
    "too_many_cells": (
        ("{expected} cells, as in the header", "Put quotes around a cell that contains a comma."),
        ("{expected} cellen, zoals in de kopregel", "Zet aanhalingstekens om een cel met een komma erin."),
    ),
    "too_few_cells": (
        ("{expected} cells, as in the header", "An empty cell needs its comma too."),
        ("{expected} cellen, zoals in de kopregel", "Ook een lege cel heeft haar komma nodig."),
    ),
    "bad_quotes": (
        ("quotes in pairs, a comma between cells", "Look for a quote that opens and does not close ({expected})."),
        ("aanhalingstekens in paren, een komma tussen cellen", "Zoek een aanhalingsteken dat niet sluit ({expected})."),
    ),
    "undecodable": (
        ("UTF-8 text", "Byte {expected} cannot be read. Save the file again as CSV UTF-8."),
        ("UTF-8-tekst", "Byte {expected} is onleesbaar. Sla het bestand opnieuw op als CSV UTF-8."),
    ),
    "unreadable": (("a file that can be read", "{expected}"), ("een leesbaar bestand", "{expected}")),
    "not_toml": (
        ('TOML, such as name = "Dorp"', "Look here: {expected}."),
        ('TOML, zoals name = "Dorp"', "Kijk hier: {expected}."),
    ),
    "not_json": (("a JSON document", "Look here: {expected}."), ("een JSON-document", "Kijk hier: {expected}.")),
    "not_this_shape": (("{expected}", ""), ("{expected}", "")),
    "missing_cell": (
        ("{expected}", "This cell is required; fill it in."),
        ("{expected}", "Deze cel is verplicht; vul hem in."),
    ),
    "not_number": (
        ("a number, {expected}", "Write digits with a point for decimals, such as 2.5."),
        ("een getal, {expected}", "Schrijf cijfers met een punt voor decimalen, zoals 2.5."),
    ),
    "not_whole": (
        ("a whole number, {expected}", "Write digits only, such as 3."),
        ("een geheel getal, {expected}", "Schrijf alleen cijfers, zoals 3."),
    ),
    "out_of_range": (
        ("{expected}", "Look for a typing mistake, a wrong sign or another unit."),
        ("{expected}", "Kijk of er een tikfout, een verkeerd teken of een andere eenheid staat."),
    ),
    "unknown_word": (("one of {expected}", "{near}"), ("een van {expected}", "{near}")),
    "bad_yes_no": (
        ("yes or no", "Write it in English and in small letters."),
        ("yes of no", "Schrijf het in het Engels en met kleine letters."),
    ),
    "bad_month": (
        ("a month YYYY-MM, such as 2009-04", "Year, then month; the day of birth is not needed and not wanted."),
        ("een maand JJJJ-MM, zoals 2009-04", "Jaar, dan maand; de geboortedag is niet nodig en niet gewenst."),
    ),
    "bad_date": (
        ("a date YYYY-MM-DD, such as 2026-11-02", "Year, month, day; YYYY-MM counts as the first of the month."),
        ("een datum JJJJ-MM-DD, zoals 2026-11-02", "Jaar, maand, dag; JJJJ-MM telt als de eerste van de maand."),
    ),
    "bad_moment": (
        ("a moment: mo, tu, we, th, fr, sa or su, then -am, -pm or -ev", "Days in English: mo-am is Monday morning."),
        (
            "een moment: mo, tu, we, th, fr, sa of su, dan -am, -pm of -ev",
            "Dagen in het Engels: mo-am is maandagochtend.",
        ),
    ),
    "bad_text": (
        ("text without control characters", "Remove what cannot be seen, or type the cell again."),
        ("tekst zonder stuurtekens", "Verwijder wat niet te zien is, of typ de cel opnieuw."),
    ),
    "bad_id": (
        ("an id without ; and without line ends", "; stands between several values in one cell."),
        ("een id zonder ; en zonder regeleinde", "; staat tussen meer waarden in een cel."),
    ),
    "duplicate_id": (
        ("each id once", "The same id stands in row {expected}."),
        ("elk id een keer", "Hetzelfde id staat in rij {expected}."),
    ),
    "duplicate_demand": (
        ("each dimension once a task", "The same task and dimension stand in row {expected}."),
        ("elke dimensie een keer per taak", "Dezelfde taak en dimensie staan in rij {expected}."),
    ),
    "unknown_id": (("an id of the table {expected}", "{near}"), ("een id uit de tabel {expected}", "{near}")),
    "unknown_dimension": (
        ("a dimension of the framework {expected}", "{near}"),
        ("een dimensie van het raamwerk {expected}", "{near}"),
    ),
    "unknown_level": (
        ("a level of the framework: {expected}", "Is this the framework meant? A region names its own in region.toml."),
        (
            "een niveau van het raamwerk: {expected}",
            "Is dit het bedoelde raamwerk? region.toml noemt een eigen raamwerk.",
        ),
    ),
    "hours_order": (
        ("hours_max of at least hours_min, here {expected}", "Are the two swapped?"),
        ("hours_max van ten minste hours_min, hier {expected}", "Zijn de twee verwisseld?"),
    ),
    "after_region": (
        ("a date up to the date of the region, {expected}", "Is the year right? Is the date of the region right?"),
        ("een datum tot en met die van de regio, {expected}", "Klopt het jaar? Klopt de datum van de regio?"),
    ),
    "two_fixed": (
        ("one fixed decision a pupil", "The pupil is also fixed in row {expected}. Remove one of the two."),
        ("een fixed-besluit per leerling", "De leerling staat ook vast in rij {expected}. Verwijder een van de twee."),
    ),
    "fixed_and_excluded": (
        ("fixed or excluded, not both", "The same pair is fixed in row {expected}. Remove one of the two."),
        ("fixed of excluded, niet allebei", "Hetzelfde paar is fixed in rij {expected}. Verwijder een van de twee."),
    ),
    "unknown_key": (("one of {expected}", "{near}"), ("een van {expected}", "{near}")),
    "missing_key": (("{expected}", "Add it, it is required."), ("{expected}", "Voeg het toe, het is verplicht.")),
    "bad_value": (("{expected}", ""), ("{expected}", "")),
}

# the hint where no name is near
OTHERWISE: dict[str, tuple[str, str]] = {
    "unknown_table": (
        "Remove it, or give it the name of a table.",
        "Verwijder het, of geef het de naam van een tabel.",
    ),
    "missing_column": ("Add it to the header and fill it in.", "Zet hem in de kopregel en vul hem in."),
    "unknown_column": ("Remove it, or give it the name of a column.", "Verwijder hem, of geef hem de juiste naam."),
    "unknown_word": ("Use one of these words, in small letters.", "Gebruik een van deze woorden, in kleine letters."),
    "unknown_id": ("Add it to {expected}, or correct it here.", "Voeg het toe aan {expected}, of verbeter het hier."),
    "unknown_dimension": (
        "Add it to the framework, or correct it here.",
        "Voeg haar toe aan het raamwerk, of verbeter.",
    ),
    "unknown_key": ("Remove it, or give it one of these names.", "Verwijder het, of geef het een van deze namen."),
}


class CellFault(ValueError):
    """A cell that breaks the contract, before anyone knows in which table and row it stands.

    Parameters
    ----------
    kind
        Key of the sentence, such as ``"not_number"``.
    came
        What stood there.
    expected
        What fits into the sentence: ``(English, Dutch)``, or one text for both.
    known
        Names among which to look for one that is near.

    Examples
    --------
    >>> str(CellFault("bad_yes_no", "ja", known=["yes", "no"]))
    'yes or no'
    """

    def __init__(self, kind: str, came: str, expected: str | tuple[str, str] = "", known: Iterable[str] = ()) -> None:
        self.kind, self.came, self.known = kind, came, tuple(known)
        self.expected = (expected, expected) if isinstance(expected, str) else expected
        super().__init__(kind, came)

    def __str__(self) -> str:
        return SENTENCES[self.kind][0][0].format(expected=self.expected[0], near="").strip()

    def at(self, table: str, *, row: int, column: str) -> Fault:
        """Return the fault with its place."""
        return fault(
            self.kind, table=table, row=row, column=column, came=self.came, expected=self.expected, known=self.known
        )


def fault(
    kind: str,
    *,
    table: str,
    row: int = 0,
    column: str = "",
    came: str = "",
    expected: str | tuple[str, str] = "",
    known: Iterable[str] = (),
) -> Fault:
    """Fault of a kind with its sentences in both languages filled in.

    Parameters
    ----------
    kind
        Key of the sentence.
    table, row, column, came
        Place, and what stood there.
    expected
        What fits into the sentence: ``(English, Dutch)``, or one text for both.
    known
        Names among which to look for one that is near.

    Examples
    --------
    >>> fault("unknown_column", table="pupils", column="scool", came="scool", expected="school", known=["school"]).hint
    'Did you mean school?'
    """
    english, dutch = (expected, expected) if isinstance(expected, str) else expected
    near = near_names(came or column, known=known)
    (allowed, hint), (allowed_nl, hint_nl) = SENTENCES[kind]
    otherwise = OTHERWISE.get(kind, ("", ""))
    near_en = f"Did you mean {' or '.join(near)}?" if near else otherwise[0].format(expected=english)
    near_nl = f"Bedoelt u {' of '.join(near)}?" if near else otherwise[1].format(expected=dutch)
    return Fault(
        table,
        row,
        column,
        came,
        allowed.format(expected=english, near=near_en),
        hint.format(expected=english, near=near_en),
        kind,
        (allowed_nl.format(expected=dutch, near=near_nl), hint_nl.format(expected=dutch, near=near_nl)),
    )
