"""A sheet of A4 in the look of the house: its mark, its colours, room to breathe.

The typeface comes embedded from a wheel: Source Sans Pro has every letter of the Union's languages
and the euro sign. The same content gives the same bytes: no clock, no random id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import font_source_sans_pro
from django.utils.translation import gettext as _
from fpdf import FPDF, FontFace, ViewerPreferences
from fpdf.enums import TableBordersLayout, XPos, YPos

SPRUCE, INK, QUIET, LINE = (15, 92, 74), (20, 32, 28), (90, 105, 99), (216, 222, 216)
FONTS = Path(font_source_sans_pro.__file__).parent / "files"
LEFT, TOP, WIDTH, PAD = 20.8, 20.0, 168.4, 1.2  # mm
BRISTLES = (2.4, 6.4, 10.4, 6.4, 2.4)  # mm high: the mark


Colour: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True)
class Style:
    size: float = 10.5  # points
    height: float = 5.2  # mm of a line
    colour: Colour = INK
    bold: bool = False


BODY, LABEL = Style(), Style(colour=QUIET)
NAME = Style(20, max(BRISTLES), SPRUCE, bold=True)
TITLE, SMALL, NOTE = Style(22, 10), Style(9, 4.4, QUIET), Style(9.5, 4.8, QUIET)


@dataclass(frozen=True)
class Column:
    title: str
    width: float  # mm
    align: str = "RIGHT"


class Sheet(FPDF):
    def __init__(self, title: str, *, language: str, at: datetime) -> None:
        super().__init__(format="A4", unit="mm")
        self.set_title(title)
        self.set_lang(language)
        self.set_creation_date(at)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margins(LEFT, TOP, LEFT)
        self.c_margin = PAD
        self.set_auto_page_break(True, margin=28)
        self.add_font("work", "", FONTS / "SourceSansPro-Regular.ttf")
        self.add_font("work", "B", FONTS / "SourceSansPro-Semibold.ttf")
        self.add_page()

    def file_id(self) -> None:
        """None: the usual one is made of the clock."""

    def header(self) -> None:
        self.set_fill_color(*SPRUCE)
        for n, height in enumerate(BRISTLES):
            x, y = LEFT + PAD + n * 2.6, TOP + (max(BRISTLES) - height) / 2
            self.rect(x, y, 1.5, height, style="F", round_corners=True, corner_radius=0.75)
        self.set_xy(LEFT + 16, TOP)
        self.say("Soocas", NAME)
        self.set_xy(LEFT, TOP + 20)

    def footer(self) -> None:
        self.set_xy(LEFT, -20)
        number = _("Page %(page)s of %(pages)s") % {"page": self.page_no(), "pages": "{nb}"}
        self.say(f"{self.title} · {number}", SMALL)

    def say(self, text: str, style: Style | None = None, *, width: float = 0) -> None:
        """One paragraph, as wide as said or as the page is from here; then the next line."""
        style = style or BODY
        self.set_font("work", "B" if style.bold else "", style.size)
        self.set_text_color(*style.colour)
        self.multi_cell(width, style.height, text, align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def fact(self, label: str, value: str, *, label_width: float) -> None:
        """A label and, beside it, its value."""
        left, top = self.x, self.y
        self.say(label, LABEL, width=label_width)
        low = self.y
        self.set_xy(left + label_width, top)
        self.say(value)
        self.set_xy(left, max(low, self.y))

    def sum(self, label: str, value: str, *, bold: bool = False) -> None:
        """A line of the sum, at the right edge."""
        self.set_font("work", "B" if bold else "", 11.5 if bold else 10)
        self.set_text_color(*INK)
        self.set_x(LEFT)
        self.cell(WIDTH - 40, 6, label, align="R")
        self.cell(40, 6, value, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, left: float = 0
    ) -> None:
        """A table ``left`` mm from the margin; its head is said again on each page."""
        self.set_font("work", "", 9.5)
        self.set_text_color(*INK)
        self.set_draw_color(*LINE)
        self.set_line_width(0.25)
        self.set_left_margin(LEFT + left)
        with self.table(
            col_widths=[column.width for column in columns],
            width=sum(column.width for column in columns),
            text_align=[column.align for column in columns],
            align="LEFT",
            v_align="TOP",
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", size_pt=8.5, color=QUIET),
            line_height=4.8,
            padding=(1.6, PAD),
        ) as table:
            for cells in ([column.title for column in columns], *rows):
                table.row(cells)
        self.set_left_margin(LEFT)
