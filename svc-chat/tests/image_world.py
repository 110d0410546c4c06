"""Images for tests, kind and hostile, made here byte by byte."""

import io
import struct
import zlib

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

SECRET = b"SECRET-PLACE"


def jpeg(width: int = 40, height: int = 20) -> bytes:
    """A JPEG, red, with GPS, a comment, a camera's name and the turn by 90 degrees in its EXIF."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif[Base.Make] = SECRET.decode()
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "JPEG", exif=exif, comment=SECRET)
    return out.getvalue()


def plain(form: str, size: tuple[int, int] = (30, 20), mode: str = "RGB") -> bytes:
    """One colour, in any format."""
    out = io.BytesIO()
    Image.new(mode, size, 77 if mode in {"L", "P"} else (10, 200, 90, 128)[: len(mode)]).save(
        out, form
    )
    return out.getvalue()


def moving(count: int = 3, size: tuple[int, int] = (32, 16)) -> bytes:
    """A GIF of so many frames."""
    frames = [Image.new("RGB", size, (number * 50 % 256, 0, 0)) for number in range(count)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def png_of(width: int, height: int, rows: bytes, *more: bytes) -> bytes:
    """A PNG that says this size, whatever its rows hold."""
    header = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + body


def bomb() -> bytes:
    """A few KB that would be 900 million pixels."""
    return png_of(30_000, 30_000, zlib.compress(b"\0" * 1_000_000))


def text_bomb() -> bytes:
    """A small image with a text that would be 200 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(200)) + packer.flush()
    return png_of(8, 8, zlib.compress(b"\0" * 72), chunk(b"zTXt", b"Comment\0\0" + text))


def polyglot() -> bytes:
    """A PNG that is a page with a script, too, for who looks for one."""
    script = b"<html><script>alert(document.cookie)</script></html>"
    return png_of(8, 8, zlib.compress(b"\0" * 72), chunk(b"tEXt", b"Comment\0" + script)) + script


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
