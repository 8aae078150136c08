"""Uploads to test with, made on the spot: honest pictures and videos, and the dishonest kind."""

import io
import struct
import zlib
from typing import Any

import av
from PIL import Image, PngImagePlugin


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 112), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, options.pop("colour", 0)).save(out, kind, **options)
    return out.getvalue()


def animated(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def located() -> bytes:
    """A JPEG with a place, an owner and a comment in its metadata, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn 90° clockwise to see it upright
    exif[0x013B] = "Maia Secret"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    top_red = Image.new("RGB", (200, 100), "blue")
    top_red.paste("red", (0, 0, 100, 100))  # the left half becomes the top half
    out = io.BytesIO()
    top_red.save(out, "JPEG", exif=exif, comment=b"<script>alert(1)</script>", quality=95)
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_announcing(width: int, height: int, *, rows: int = 0) -> bytes:
    """A PNG whose header announces a size; its data holds only some rows, however many were announced."""
    packer = zlib.compressobj(9)
    data = packer.compress(bytes((width + 7) // 8 + 1) * rows) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def text_bomb() -> bytes:
    """A small PNG whose text chunk unpacks to 200 MB."""
    info = PngImagePlugin.PngInfo()
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(200)) + packer.flush()
    info.add(b"zTXt", b"Comment\x00\x00" + packed)
    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def video(
    *,
    seconds: int = 2,
    size: tuple[int, int] = (64, 112),
    codec: str = "libx264",
    audio: str | None = None,
    container: str = "mp4",
) -> bytes:
    """A short video with a title and a place in its metadata, ten pictures a second."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as target:
        target.metadata.update({"title": "Maia Secret", "location": "+48.8583+002.2945/"})
        stream: Any = target.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        sound: Any = target.add_stream(audio, rate=44100, layout="mono") if audio else None
        for number in range(seconds * 10):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (number * 3 % 255, 80, 200)))
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
        if sound is not None:
            target.mux(sound.encode(_silence(sound)))
            target.mux(sound.encode())
    return out.getvalue()


def _silence(sound: Any) -> av.AudioFrame:
    size = sound.codec_context.frame_size or 1152
    frame = av.AudioFrame(format=sound.codec_context.format.name, layout="mono", samples=size)
    frame.rate, frame.pts = 44100, 0
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def turned(data: bytes) -> bytes:
    """The same MP4 with "turn a quarter clockwise" in its track header, as a phone held upright writes."""
    at = data.index(b"tkhd") + 4 + 40
    matrix = (0, 1 << 16, 0, (-1 << 16) & 0xFFFFFFFF, 0, 0, 0, 0, 1 << 30)
    return data[:at] + struct.pack(">9I", *matrix) + data[at + 36 :]
