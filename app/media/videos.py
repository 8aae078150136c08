"""Short videos put into a new MP4: H.264 and AAC streams only, metadata dropped, a still drawn from them."""

import io
import tempfile
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from PIL import Image

from app.core.i18n import mark
from app.media import pictures, rules
from app.media.pictures import Refused
from app.media.rules import Rewritten, Sniffed

_NOT_A_VIDEO = mark("This file is not a video we can read. Send an MP4 video (H.264).")
_CODEC = mark("This video is not in H.264. Choose “most compatible” in the camera settings, or convert it.")
_SOUND = mark("The sound of this video is not in AAC. Convert the video to MP4 (H.264, AAC).")
_TOO_LONG = mark("This video is too long: at most 60 seconds. Cut it into several stories.")
_BROKEN = mark("This video is damaged: it cannot be read to its end. Export it again, then send it.")


def written_anew(data: bytes) -> Rewritten:
    """The files made from an upload.

    Raises Refused when the data is too heavy or long, not MP4 with H.264 (and AAC), or damaged.
    """
    if len(data) > rules.MAX_VIDEO_BYTES:
        raise Refused(mark("This video is too heavy: at most 64 MB."))
    if rules.sniff(data) is not Sniffed.MP4:
        raise Refused(_NOT_A_VIDEO)
    try:
        # The format is fixed: left to guess, FFmpeg also opens playlists that name other files.
        with av.open(io.BytesIO(data), "r", format="mov,mp4,m4a,3gp,3g2,mj2") as source:
            _check_streams(source)
            still = _still(source)
        with av.open(io.BytesIO(data), "r", format="mov,mp4,m4a,3gp,3g2,mj2") as source:
            video, seconds = _remuxed(source)
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise Refused(_BROKEN) from error
    files = {"video.mp4": video, **pictures.poster(still)}
    return Rewritten(files, "video.mp4", still.width, still.height, seconds)


def _check_streams(source: InputContainer) -> None:
    """What the header alone can refuse."""
    if len(source.streams.video) != 1:
        raise Refused(_NOT_A_VIDEO)
    stream = source.streams.video[0]
    if stream.codec_context.name != "h264":
        raise Refused(_CODEC)
    if source.streams.audio and source.streams.audio[0].codec_context.name != "aac":
        raise Refused(_SOUND)
    sides = (stream.codec_context.width, stream.codec_context.height)
    if not all(rules.MIN_IMAGE_SIDE <= side <= rules.MAX_VIDEO_SIDE for side in sides):
        raise Refused(mark("This video is too large or too small: at most 3840 pixels a side."))
    if source.duration is not None and source.duration / av.time_base > rules.MAX_VIDEO_SECONDS + 0.5:
        raise Refused(_TOO_LONG)


def _still(source: InputContainer) -> Image.Image:
    """The first picture that can be decoded, upright as players show it."""
    for frame in source.decode(source.streams.video[0]):
        picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
        turns = round(frame.rotation / 90) % 4
        return picture.rotate(90 * turns, expand=True) if turns else picture
    raise Refused(_BROKEN)


def _remuxed(source: InputContainer) -> tuple[bytes, float]:
    """The same streams in a new container that starts to play before it is whole, and their length."""
    # `faststart` reads back what it wrote, so the new container needs a file of its own.
    with tempfile.TemporaryDirectory(prefix="septaine-") as folder:
        path = Path(folder) / "video.mp4"
        with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as target:
            streams: list[Stream] = [source.streams.video[0], *source.streams.audio[:1]]
            copies = {stream.index: target.add_stream_from_template(stream) for stream in streams}
            seconds = _copied(source, target, streams, copies)
        return path.read_bytes(), seconds


def _copied(
    source: InputContainer, target: OutputContainer, streams: list[Stream], copies: dict[int, Stream]
) -> float:
    """Copy the packets; returns the length by their own clocks, since a header may lie about it."""
    end, packets = Fraction(0), 0
    for packet in source.demux(streams):
        if packet.dts is None or packet.time_base is None:
            continue
        if packet.is_corrupt:
            raise Refused(_BROKEN)
        end = max(end, ((packet.pts or packet.dts) + (packet.duration or 0)) * packet.time_base)
        if end > Fraction(rules.MAX_VIDEO_SECONDS) + Fraction(1, 2):
            raise Refused(_TOO_LONG)
        packet.stream = copies[packet.stream.index]
        target.mux(packet)
        packets += 1
    if not packets or end <= 0:
        raise Refused(_BROKEN)
    return round(float(end), 2)
