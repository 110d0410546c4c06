"""Images made anew: nothing of what came in is left but what one sees; whatever is hostile is refused."""

import base64
import io

import image_world as images
import pytest
from PIL import Image

from nexync_contracts.attachments import Attachment, AttachmentKind
from nexync_contracts.ids import AttachmentId
from nexync_contracts.limits import BLUR_CHARS, IMAGE_SIDE, PICTURE_SIDE, PREVIEW_SIDE, THUMB_SIDE
from svc_chat import imaging
from svc_chat.adapters.images import ImageProcesses
from svc_chat.imaging import make
from svc_chat.made_images import Made, NoImageError, decode_made, encode_made
from svc_chat.sniffing import UNKNOWN, is_image, type_of


def opened(made: Made, name: str) -> Image.Image:
    (variant,) = (one for one in made.variants if one.name == name)
    return Image.open(io.BytesIO(variant.data))


def test_a_photo_loses_where_it_was_taken_and_keeps_how_it_is_turned() -> None:
    """No EXIF, no comment, no byte of either in any variant; upright, because nothing says any more how to turn it."""
    source = images.jpeg(40, 20)
    assert images.SECRET in source
    made = make(source)
    assert (made.width, made.height, made.suffix, made.animated) == (20, 40, ".jpg", False)
    for variant in made.variants:
        assert images.SECRET not in variant.data
        image = Image.open(io.BytesIO(variant.data))
        assert not image.getexif()
        assert "exif" not in image.info
        assert image.size == (20, 40)


@pytest.mark.parametrize(
    ("form", "mode", "kept"),
    [
        ("PNG", "RGB", "PNG"),
        ("PNG", "RGBA", "PNG"),
        ("PNG", "P", "PNG"),
        ("WEBP", "RGBA", "WEBP"),
        ("GIF", "L", "PNG"),
        ("JPEG", "L", "JPEG"),
        ("JPEG", "CMYK", "JPEG"),
    ],
)
def test_every_format_and_mode_is_made_anew(form: str, mode: str, kept: str) -> None:
    """What can be seen through can be seen through afterwards."""
    made = make(images.plain(form, mode=mode))
    original = opened(made, "original")
    assert (original.format, original.size) == (kept, (30, 20))
    assert original.has_transparency_data == (mode == "RGBA")


def test_large_images_become_smaller_and_have_small_variants() -> None:
    made = make(images.plain("JPEG", (4_200, 1_050)))
    assert (made.width, made.height) == (IMAGE_SIDE, IMAGE_SIDE // 4)
    assert opened(made, "preview").size == (PREVIEW_SIDE, PREVIEW_SIDE // 4)
    assert opened(made, "thumb").size == (THUMB_SIDE, THUMB_SIDE // 4)


def test_the_placeholder_fits_its_contract() -> None:
    """Also the one of an image that is noise all over."""
    noise = Image.effect_noise((64, 64), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    made = make(out.getvalue())
    assert len(made.blur) <= BLUR_CHARS
    assert Image.open(io.BytesIO(base64.b64decode(made.blur))).format == "WEBP"
    Attachment(
        id=AttachmentId("0e000000-0000-4000-8000-000000000000"),
        kind=AttachmentKind.IMAGE,
        name="noise.png",
        type="image/png",
        size=1,
        width=made.width,
        height=made.height,
        blur=made.blur,
    )


def test_pictures_are_squares() -> None:
    made = make(images.plain("PNG", (400, 100)), square=True)
    assert opened(made, "original").size == (PICTURE_SIDE, PICTURE_SIDE)
    assert [one.name for one in made.variants] == ["original", "thumb"]


def test_what_moves_moves_and_what_moves_too_much_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = make(images.moving(3))
    assert made.animated
    assert getattr(opened(made, "original"), "n_frames", 1) == 3
    assert getattr(opened(made, "preview"), "n_frames", 1) == 1
    monkeypatch.setattr(imaging, "FRAMES", 2)
    assert not make(images.moving(3)).animated
    monkeypatch.undo()
    monkeypatch.setattr(imaging, "FRAME_PIXELS", 32 * 16 * 3 - 1)
    assert not make(images.moving(3)).animated


HOSTILE = {
    "bomb": images.bomb(),
    "text bomb": images.text_bomb(),
    "cut": images.jpeg()[:300],
    "cut png": images.plain("PNG")[:60],
    "zeros": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
    "page as jpeg": b"\xff\xd8\xff" + images.PAGE,
    "page as gif": b"GIF89a" + images.PAGE,
    "cut webp": b"RIFF\x10\0\0\0WEBPVP8X",
    "svg": images.SVG,
    "page": images.PAGE,
    "nothing": b"",
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_image_is_refused(hostile: bytes) -> None:
    with pytest.raises(NoImageError):
        make(hostile)


def test_a_polyglot_is_an_image_alone_afterwards() -> None:
    source = images.polyglot()
    assert b"<script>" in source
    for variant in make(source).variants:
        assert b"script" not in variant.data


@pytest.mark.parametrize(
    ("data", "image", "kind"),
    [
        (images.jpeg(), True, "image/jpeg"),
        (images.plain("WEBP"), True, "image/webp"),
        (images.plain("TIFF"), False, "image/tiff"),
        (images.SVG, False, UNKNOWN),
        (images.PAGE, False, UNKNOWN),
        (b"%PDF-1.7\n", False, "application/pdf"),
        (b"", False, UNKNOWN),
    ],
)
def test_the_content_says_what_it_is(data: bytes, image: bool, kind: str) -> None:
    assert is_image(data) is image
    assert type_of(data) == kind


def test_a_way_out_that_was_cut_is_noticed() -> None:
    made = make(images.plain("PNG"))
    whole = encode_made(made)
    assert decode_made(whole) == made
    for cut in (0, 3, 50, len(whole) - 1):
        with pytest.raises(NoImageError):
            decode_made(whole[:cut])


async def test_the_process_makes_what_the_function_makes() -> None:
    """And says why it doesn't."""
    processes = ImageProcesses(1)
    source = images.jpeg()
    assert await processes.make(source, square=False) == make(source)
    with pytest.raises(NoImageError, match="pixels"):
        await processes.make(images.bomb(), square=False)
