"""TensorBoard: a run as a file of events, written with TensorBoard's own package, which needs no TensorFlow."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dlx.extras import missing_extra
from dlx.files import write_atomically, writing
from dlx.runs.export.history import MeasuredRow, RunHistory
from dlx.runs.export.tracker import Tracker
from dlx.runs.files.file_names import EVENTS
from dlx.words import Status

LENGTH = struct.Struct("<Q")  # in front of each event, with a checksum of 4 bytes; another one stands behind it
SIZE = struct.Struct(">II")  # of a PNG, behind its first 16 bytes
RGBA = 4
TEXT = "text"  # the plugin of TensorBoard


class TensorBoard(Tracker):
    """One file of events beside the other files of each run, or in a folder for each below ``out``."""

    name = "tensorboard"

    def write(self, runs: Sequence[RunHistory], source: Path, out: Path | None) -> list[str]:
        events = Events()
        paths = []
        for run in runs:
            content = events.of(run)
            if out is None:
                paths.append(run.run.write_unlocked(EVENTS, content))
                continue
            path = out / run.name / run.id / EVENTS
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
            paths.append(path)
        return [str(path) for path in paths]


class Events:
    """Makes events, each as it stands in a file; of the same run they are always the same bytes.

    The step of an event is the epoch.
    """

    def __init__(self) -> None:
        try:
            from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
            from tensorboard.plugins.hparams import metadata, plugin_data_pb2
            from tensorboard.summary.writer.record_writer import RecordWriter
        except ImportError as error:
            raise missing_extra("tensorboard", "tensorboard", "writing events for TensorBoard") from error
        self._events, self._summaries, self._tensors, self._types = event_pb2, summary_pb2, tensor_pb2, types_pb2
        self._settings, self._settings_data, self._writer = metadata, plugin_data_pb2, RecordWriter

    def of(self, run: RunHistory) -> bytes:
        """All events of a run, as far as it has come."""
        return b"".join([self.so_far(run), self.end(run)])

    def so_far(self, run: RunHistory) -> bytes:
        """The beginning and the rows of a run."""
        return b"".join([self.beginning(run), *(self.row(row) for row in run.rows())])

    def beginning(self, run: RunHistory) -> bytes:
        """The version of the format, and the settings."""
        start = self._settings_data.SessionStartInfo(group_name=run.key, start_time_secs=run.started)
        for name, value in run.settings.items():
            if isinstance(value, bool):
                start.hparams[name].bool_value = value
            elif isinstance(value, str):
                start.hparams[name].string_value = value
            else:
                start.hparams[name].number_value = value
        data = self._settings_data.HParamsPluginData(session_start_info=start)
        settings = self._of_settings(self._settings.SESSION_START_INFO_TAG, data)
        version = self._record(self._events.Event(wall_time=run.started, file_version="brain.Event:2"))
        return version + self._summary([settings], 0, run.started)

    def row(self, row: MeasuredRow) -> bytes:
        """What was measured in an epoch."""
        values = [self._scalar(tag, value) for tag, value in row.values.items()]
        return self._summary(values, row.epoch, row.time)

    def restart(self, epoch: int, time: float) -> bytes:
        """That what follows stands in the place of what was written from this epoch on."""
        log = self._events.SessionLog(status=self._events.SessionLog.START)
        return self._record(self._events.Event(wall_time=time, step=epoch, session_log=log))

    def end(self, run: RunHistory) -> bytes:
        """The final figures, the pictures and how it ended."""
        time = run.started if run.ended is None else run.ended
        values = [self._scalar(f"final/{name}", value) for name, value in run.final_figures.items()]
        values += [self._picture(name, png) for name, png in run.images.items()]
        values.append(self._text("summary", run.summary()))
        info = self._settings_data.SessionEndInfo(status=_status(run.status), end_time_secs=time)
        data = self._settings_data.HParamsPluginData(session_end_info=info)
        values.append(self._of_settings(self._settings.SESSION_END_INFO_TAG, data))
        return self._summary(values, run.kept_epoch, time)

    def _scalar(self, tag: str, value: float) -> Any:
        return self._summaries.Summary.Value(tag=tag, simple_value=value)

    def _picture(self, tag: str, png: bytes) -> Any:
        width, height = SIZE.unpack_from(png, 16)
        image = self._summaries.Summary.Image(width=width, height=height, colorspace=RGBA, encoded_image_string=png)
        return self._summaries.Summary.Value(tag=tag, image=image)

    def _text(self, tag: str, markdown: str) -> Any:
        plugin = self._summaries.SummaryMetadata.PluginData(plugin_name=TEXT)
        tensor = self._tensors.TensorProto(dtype=self._types.DT_STRING, string_val=[markdown.encode()])
        tensor.tensor_shape.dim.add(size=1)
        metadata = self._summaries.SummaryMetadata(plugin_data=plugin)
        return self._summaries.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)

    def _of_settings(self, tag: str, data: Any) -> Any:
        metadata = self._settings.create_summary_metadata(data)
        data.version = self._settings.PLUGIN_DATA_VERSION
        metadata.plugin_data.content = data.SerializeToString(
            deterministic=True
        )  # settings in the same order each time
        return self._summaries.Summary.Value(tag=tag, metadata=metadata, tensor=self._settings.NULL_TENSOR)

    def _summary(self, values: Sequence[Any], step: int, time: float) -> bytes:
        summary = self._summaries.Summary(value=values)
        return self._record(self._events.Event(wall_time=time, step=step, summary=summary))

    def _record(self, event: Any) -> bytes:
        file = io.BytesIO()
        self._writer(file).write(event.SerializeToString(deterministic=True))
        return file.getvalue()


def whole_records(content: bytes) -> int:
    """The bytes of the events that are whole: what a crash cut off is left out."""
    return max(_ends(content), default=0)


def _ends(content: bytes) -> Iterator[int]:
    place = 0
    while place + LENGTH.size <= len(content):
        (length,) = LENGTH.unpack_from(content, place)
        place += LENGTH.size + 4 + length + 4
        if place <= len(content):
            yield place


def _status(status: Status) -> int:
    """As TensorBoard numbers them: unknown, success, failure, running."""
    if status is Status.RUNNING:
        return 3
    return 1 if status in (Status.COMPLETED, Status.EARLY_STOPPED) else 2 if status.is_bad else 0
