"""Figures as lists of lines, boxes, dots and words: written as SVG, and as PNG where Pillow is."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from html import escape
from typing import Literal

import msgspec

WIDTH = 760
INK = "ink"  # the page's own text color, so that figures fit a light and a dark page
_PNG_SCALE = 2
_PNG_INK = "#1c2430"
Anchor = Literal["start", "middle", "end"]


class Line(msgspec.Struct, frozen=True):
    """A line from one point to another; with round ends where it is thick."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str = INK
    width: float = 1.0
    opacity: float = 1.0


class Box(msgspec.Struct, frozen=True):
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    color: str


class Dot(msgspec.Struct, frozen=True):
    """A filled circle."""

    x: float
    y: float
    radius: float
    color: str


class Words(msgspec.Struct, frozen=True):
    """One line of text; `y` is its base line."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    size: int = 13
    color: str = INK


Shape = Line | Box | Dot | Words


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """Shapes on a page of a width and height; `title` and `summary` say in words what they show."""

    height: int
    title: str
    summary: str
    shapes: Sequence[Shape]
    width: int = WIDTH


def svg(figure: Figure) -> str:
    """Return a figure as SVG that takes the text color of what is around it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{figure.width}" '
        f'height="{figure.height}" viewBox="0 0 {figure.width} {figure.height}" '
        f'role="img" aria-label="{escape(figure.title)}: {escape(figure.summary)}" '
        f'fill="currentColor" font-family="system-ui, sans-serif">'
        f"<title>{escape(figure.title)}</title>{''.join(map(_element, figure.shapes))}</svg>"
    )


def png(figure: Figure) -> bytes | None:
    """Return a figure as PNG on white; None where Pillow is not installed."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ModuleNotFoundError:
        return None
    size = figure.width * _PNG_SCALE, figure.height * _PNG_SCALE
    image = Image.new("RGB", size, "#ffffff")
    draw = ImageDraw.Draw(image)
    for shape in figure.shapes:
        if isinstance(shape, Line):
            points = [(shape.x1, shape.y1), (shape.x2, shape.y2)]
            draw.line(
                [(x * _PNG_SCALE, y * _PNG_SCALE) for x, y in points],
                fill=_blended(shape.color, shape.opacity),
                width=max(1, round(shape.width * _PNG_SCALE)),
            )
        elif isinstance(shape, Box):
            corner = shape.x + shape.width, shape.y + shape.height
            box = [(v * _PNG_SCALE) for v in (shape.x, shape.y, *corner)]
            draw.rectangle(box, fill=_blended(shape.color, 1))
        elif isinstance(shape, Dot):
            r = shape.radius
            box = [v * _PNG_SCALE for v in (shape.x - r, shape.y - r, shape.x + r, shape.y + r)]
            draw.ellipse(box, fill=_blended(shape.color, 1))
        else:
            font = ImageFont.load_default(shape.size * _PNG_SCALE)
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            where = shape.x * _PNG_SCALE, shape.y * _PNG_SCALE
            draw.text(where, shape.text, fill=_blended(shape.color, 1), font=font, anchor=anchor)
    return _png_file(*size, image.tobytes())


def _png_file(width: int, height: int, pixels: bytes) -> bytes:
    """Return 8-bit RGB pixels as a PNG file (ISO/IEC 15948).

    Pillow tries five filters on each line, which takes five times as long as all the rest and on
    flat colors gains nothing: here no line has a filter (a zero byte before each).
    """

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    line = 3 * width
    lines = b"".join(b"\0" + pixels[at : at + line] for at in range(0, len(pixels), line))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 2)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def short(name: str) -> str:
    """Cut a name to what fits beside a figure: in the middle, as versions are told by their end.

    >>> short("openai-gpt-4o-mini-transcribe-2025-12-15")
    'openai-gpt-4o-m…ribe-2025-12-15'
    """
    return name if len(name) <= 31 else f"{name[:15]}…{name[-15:]}"


def _element(shape: Shape) -> str:
    if isinstance(shape, Line):
        ends = ' stroke-linecap="round"' if shape.width > 1 else ""
        return (
            f'<line x1="{shape.x1:.1f}" x2="{shape.x2:.1f}" y1="{shape.y1:.1f}" '
            f'y2="{shape.y2:.1f}" stroke="{_css(shape.color)}" stroke-width="{shape.width:g}" '
            f'stroke-opacity="{shape.opacity:g}"{ends}/>'
        )
    if isinstance(shape, Box):
        return (
            f'<rect x="{shape.x:.1f}" y="{shape.y:.1f}" width="{shape.width:.1f}" '
            f'height="{shape.height:.1f}" fill="{_css(shape.color)}"/>'
        )
    if isinstance(shape, Dot):
        return (
            f'<circle cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.radius:g}" '
            f'fill="{_css(shape.color)}"/>'
        )
    return (
        f'<text x="{shape.x:.1f}" y="{shape.y:.1f}" text-anchor="{shape.anchor}" '
        f'font-size="{shape.size}" fill="{_css(shape.color)}">{escape(shape.text)}</text>'
    )


def _css(color: str) -> str:
    return "currentColor" if color == INK else color


def _blended(color: str, opacity: float) -> tuple[int, ...]:
    """Return a color on white."""
    code = _PNG_INK if color == INK else color
    parts = (int(code[i : i + 2], 16) for i in (1, 3, 5))
    return tuple(round(255 - opacity * (255 - part)) for part in parts)
