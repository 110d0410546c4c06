"""Images, made anew from their pixels: what comes out has no metadata and no byte of what came in.

Runs as a process of its own for each image (`python -m svc_chat.imaging`), with limits on memory and time, because
whoever uploads chooses what the decoders get. A request comes in on stdin, `Made` goes out on stdout.
"""

import base64
import io
import resource
import sys
import warnings
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageCms, ImageOps

from nexync_contracts.limits import (
    IMAGE_PIXELS,
    IMAGE_SIDE,
    PICTURE_SIDE,
    PICTURE_THUMB_SIDE,
    PREVIEW_SIDE,
    THUMB_SIDE,
)
from svc_chat.made_images import Made, NoImageError, Variant, encode_made

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
"""What is decoded; the decoders of all other formats are never asked."""

FRAMES: Final = 200
FRAME_PIXELS: Final = 30_000_000
"""An animation with more frames, or more pixels in all of them, is kept as its first frame."""

BLUR_SIDE: Final = 16

MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space of the process; the largest image fits in the ways it is needed."""

CPU_SECONDS: Final = 12
OUTPUT_BYTES: Final = 64 * 1024 * 1024

_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_SUFFIXES: Final = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}


def make(data: bytes, *, square: bool = False) -> Made:
    """The image as messages have it, or, `square`, as the picture of a person or a group. Raises NoImageError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _make(data, square=square)
    except NoImageError:
        raise
    except Image.DecompressionBombError:
        raise NoImageError(f"it has more than {IMAGE_PIXELS} pixels") from None
    except MemoryError:
        raise NoImageError("it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - decoders fail in every way there is; none of it is our caller's
        raise NoImageError(f"it can't be read: {type(error).__name__}") from None


def _make(data: bytes, *, square: bool) -> Made:
    Image.MAX_IMAGE_PIXELS = IMAGE_PIXELS
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        width, height = opened.size
        if width * height > IMAGE_PIXELS:
            raise Image.DecompressionBombError
        frames = 1 if square else getattr(opened, "n_frames", 1)
        if 1 < frames <= FRAMES and frames * width * height <= FRAME_PIXELS:
            return _animated(opened, frames)
        form = "JPEG" if opened.format in {"JPEG", "MPO"} else opened.format or "PNG"
        opened.draft("RGB", (IMAGE_SIDE, IMAGE_SIDE))
        opened.load()
        image = _upright(opened)
    if square:
        return _picture(image)
    image.thumbnail((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.LANCZOS)
    form = "PNG" if form == "GIF" else form
    variants = [Variant("original", _TYPES[form], _encoded(image, form))]
    variants += _smaller(image, (("preview", PREVIEW_SIDE), ("thumb", THUMB_SIDE)))
    return Made(
        *image.size, _SUFFIXES[form], _blur(image), animated=False, variants=tuple(variants)
    )


def _upright(opened: Image.Image) -> Image.Image:
    """The pixels alone: turned as EXIF says, in sRGB, in a mode that every format here can hold."""
    profile = opened.info.get("icc_profile")
    image = ImageOps.exif_transpose(opened)
    transparent = image.has_transparency_data
    image = image.convert("RGBA" if transparent else "RGB")
    if profile and not transparent:
        image = _in_srgb(image, profile)
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """A profile that can't be applied is left out: colours a little off are better than no image."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        converted = ImageCms.profileToProfile(image, source, srgb)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return image if converted is None else converted


def _animated(opened: Image.Image, count: int) -> Made:
    frames: list[Image.Image] = []
    lengths: list[int] = []
    for number in range(count):
        opened.seek(number)
        frame = opened.convert("RGBA")
        frame.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.BILINEAR)
        bare = Image.new("RGBA", frame.size)
        bare.paste(frame)
        frames.append(bare)
        lengths.append(max(20, min(10_000, int(opened.info.get("duration", 100) or 100))))
    out = io.BytesIO()
    first = frames[0]
    first.save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=lengths,
        loop=0,
        quality=75,
        method=2,
    )
    moving = Variant("original", "image/webp", out.getvalue())
    still = _smaller(first, (("preview", PREVIEW_SIDE), ("thumb", THUMB_SIDE)))
    return Made(*first.size, ".webp", _blur(first), animated=True, variants=(moving, *still))


def _picture(image: Image.Image) -> Made:
    square = ImageOps.fit(image, (PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS)
    thumb = square.copy()
    thumb.thumbnail((PICTURE_THUMB_SIDE, PICTURE_THUMB_SIDE), Image.Resampling.LANCZOS)
    variants = (
        Variant("original", "image/webp", _encoded(square, "WEBP")),
        Variant("thumb", "image/webp", _encoded(thumb, "WEBP")),
    )
    return Made(
        PICTURE_SIDE, PICTURE_SIDE, ".webp", _blur(square), animated=False, variants=variants
    )


def _smaller(image: Image.Image, sides: Sequence[tuple[str, int]]) -> list[Variant]:
    found: list[Variant] = []
    small = image.copy()
    for name, side in sides:
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        found.append(Variant(name, "image/webp", _encoded(small, "WEBP")))
    return found


def _encoded(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    match form:
        case "JPEG":
            image.convert("RGB").save(out, "JPEG", quality=88, progressive=True)
        case "PNG":
            image.save(out, "PNG", compress_level=6)
        case _:
            image.save(out, "WEBP", quality=82, method=3)
    return out.getvalue()


def _blur(image: Image.Image) -> str:
    tiny = image.convert("RGB")
    tiny.thumbnail((BLUR_SIDE, BLUR_SIDE), Image.Resampling.BOX)
    out = io.BytesIO()
    tiny.save(out, "WEBP", quality=30, method=6)
    return base64.b64encode(out.getvalue()).decode()


def main() -> None:
    """Read one image from stdin, write it made anew to stdout; exit 1 with the reason on stderr."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT_BYTES, OUTPUT_BYTES))
    try:
        made = make(sys.stdin.buffer.read(), square="--square" in sys.argv[1:])
    except NoImageError as error:
        sys.stderr.write(str(error))
        sys.exit(1)
    sys.stdout.buffer.write(encode_made(made))


if __name__ == "__main__":
    main()
