"""Pictures written anew: decoded whole, turned upright, in sRGB, without metadata. Refuses what hides."""

import io
import threading

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from app.core.errors import DomainError
from app.core.i18n import Message, mark
from app.media import rules
from app.media.rules import Rewritten, Sniffed

# A picture of 40 megapixels takes 160 MB while it is decoded: two at a time, the others wait.
_decoding = threading.BoundedSemaphore(2)


class Refused(DomainError):
    """A file that is not kept, with the reason and the remedy in the message."""

    status = 422


_NOT_A_PICTURE = mark("This file is not a picture we can read. Send a JPEG, PNG, WebP or AVIF picture.")
_REFUSED_KINDS: dict[Sniffed, Message] = {
    Sniffed.GIF: mark("GIF pictures are not accepted. Send a JPEG or PNG picture, or a short MP4 video."),
    Sniffed.SVG: mark("SVG drawings can carry programs. Export yours as PNG and send that."),
    Sniffed.HEIC: mark("HEIC pictures are not readable everywhere. Export yours as JPEG and send that."),
    Sniffed.MP4: mark("This is a video. A picture is expected here."),
}
_TOO_MANY_PIXELS = mark("This picture has too many pixels: at most 40 million. Send a smaller one.")
_BROKEN = mark("This picture is damaged: it cannot be read to its end. Export it again, then send it.")


def written_anew(data: bytes) -> Rewritten:
    """The files made from an upload.

    Raises Refused when the data is too large, not a picture, animated, damaged or followed by another file.
    """
    if len(data) > rules.MAX_IMAGE_BYTES:
        raise Refused(mark("This picture is too heavy: at most 12 MB."))
    kind = rules.sniff(data)
    if kind not in rules.PICTURES:
        raise Refused(_REFUSED_KINDS.get(kind, _NOT_A_PICTURE))
    if rules.carries_more(kind, data):
        raise Refused(mark("Something else is hidden behind this picture. Export it again, then send it."))
    with _decoding:
        return encoded(_decoded(kind, data))


def _decoded(kind: Sniffed, data: bytes) -> Image.Image:
    """The upright RGB picture, already near the size we keep."""
    try:
        with Image.open(io.BytesIO(data), formats=[kind.value]) as opened:
            _check_frame(opened)
            opened.draft("RGB", (rules.FULL[0] * 2, rules.FULL[1] * 2))  # JPEG: decode no larger than needed
            opened.load()
            upright = ImageOps.exif_transpose(opened)
            return _in_srgb(upright, opened.info.get("icc_profile"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(_TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused(_BROKEN) from error


def _check_frame(opened: Image.Image) -> None:
    """What the header alone can refuse, before a pixel is decoded."""
    if opened.width * opened.height > rules.MAX_IMAGE_PIXELS:
        raise Refused(_TOO_MANY_PIXELS)
    if min(opened.size) < rules.MIN_IMAGE_SIDE:
        raise Refused(mark("This picture is too small to be seen: at least 16 pixels each way."))
    # An iPhone's portrait (MPO) holds several pictures but does not move: its first is the picture.
    if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:
        raise Refused(mark("Animated pictures are not accepted. Send a still picture or a short MP4 video."))


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as every screen reads them, on white where the picture was transparent."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        flat = Image.new("RGB", over.size, "white")
        flat.paste(over, mask=over.getchannel("A"))
        picture = flat
    elif picture.mode.startswith("I;16"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        picture = _translated(picture, profile)
    return picture.convert("RGB")


def _translated(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours taken from their own profile to sRGB; a broken profile is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError):
        return picture


def encoded(picture: Image.Image) -> Rewritten:
    """An RGB picture in each size and format we serve."""
    full = _resized(picture, rules.FULL)
    small = _resized(picture, rules.SMALL)
    files = {
        "full.webp": _saved(full, "WEBP", quality=82, method=4),
        "small.webp": _saved(small, "WEBP", quality=78, method=4),
        "full.avif": _saved(full, "AVIF", quality=62, speed=8),
        "small.avif": _saved(small, "AVIF", quality=58, speed=8),
        "share.jpg": _saved(full, "JPEG", quality=90, optimize=True, progressive=True),
    }
    return Rewritten(files, "full.webp", full.width, full.height)


def poster(picture: Image.Image) -> dict[str, bytes]:
    """The still of a video, full and small."""
    return {
        "poster.webp": _saved(_resized(picture, rules.FULL), "WEBP", quality=80, method=4),
        "small.webp": _saved(_resized(picture, rules.SMALL), "WEBP", quality=78, method=4),
    }


def _resized(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    size = rules.fitted(picture.width, picture.height, box)
    resized = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    resized.info = {}  # no metadata follows the pixels into a file
    return resized


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
