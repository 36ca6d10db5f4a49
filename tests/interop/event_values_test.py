"""TensorBoard's own reader gives back what the summary writer was given, bit for bit."""

import io
import math
import tempfile
import unittest
from pathlib import Path

import numpy as np
import safetensors.numpy
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2, metadata as hparams_metadata
from tensorboard.plugins.pr_curve import metadata as curve_metadata
from tensorboard.util import tensor_util

from buckets import tensorflow_buckets, tensorflow_limits
from programs import InteropTest, run

STEP = 7
EVERYTHING = dict.fromkeys(
    ["scalars", "histograms", "compressedHistograms", "images", "tensors"], 0)


def as_bytes(text):
    return np.frombuffer(text.encode(), np.uint8)


class EventValuesTest(InteropTest):
    def log(self, values):
        """Has the values logged in a new folder and gives back TensorBoard's view of it."""
        self.run_folder = Path(tempfile.mkdtemp(dir=self.folder))
        safetensors.numpy.save_file(values, self.folder / "values.safetensors")
        run("events", "log", self.folder / "values.safetensors", self.run_folder)
        return self.read(self.run_folder)

    def read(self, folder):
        # By default TensorBoard keeps a sample of the values.
        return EventAccumulator(str(folder), size_guidance=EVERYTHING).Reload()


class ScalarsTest(EventValuesTest):
    def assert_scalars(self, numbers, steps, times, tag="loss"):
        values = {f"scalar:{tag}": np.array(numbers, np.float64),
                  f"steps:{tag}": np.array(steps, np.int64),
                  f"times:{tag}": np.array(times, np.float64)}
        got = self.log(values).Scalars(tag)
        self.assert_same(np.array([e.step for e in got], np.int64), values[f"steps:{tag}"])
        self.assert_same(np.array([e.wall_time for e in got]), values[f"times:{tag}"])
        with np.errstate(over="ignore"):
            wanted = values[f"scalar:{tag}"].astype(np.float32)
        got = np.array([e.value for e in got]).astype(np.float32)
        self.assert_same(got, wanted)

    def test_numbers_at_every_edge_of_float32_come_back(self):
        tiny, huge = np.finfo(np.float32).smallest_subnormal, np.finfo(np.float32).max
        numbers = [0.0, -0.0, 1 / 3, math.inf, -math.inf, math.nan, tiny, -tiny, tiny / 2,
                   np.finfo(np.float32).tiny, huge, -huge, 1e300, 1e-300, 16777217.0]
        count = len(numbers)
        self.assert_scalars(numbers, range(count), [1e9 + i for i in range(count)])

    def test_ten_thousand_numbers_of_all_sizes_come_back(self):
        random = np.random.default_rng(1)
        numbers = random.standard_normal(10_000) * 10.0 ** random.integers(-44, 38, 10_000)
        self.assert_scalars(numbers, range(10_000), random.uniform(1e9, 2e9, 10_000))

    def test_steps_at_every_edge_of_int64_come_back(self):
        steps = [-2**63, -1, 0, 1, 2**31, 2**32 + 1, 2**63 - 1]
        self.assert_scalars([float(i) for i in range(7)], steps, [1.5] * 7)

    def test_wall_times_come_back_to_the_last_bit(self):
        times = [0.0, 1.0, 1234567890.123456789, 4e9 + 2**-20]
        self.assert_scalars([1.0] * 4, range(4), times)

    def test_any_text_may_be_a_tag(self):
        for tag in ("a", "model/layer 1/weight", "größe/€", "x" * 5000):
            with self.subTest(tag=tag[:30]):
                self.assert_scalars([2.5], [1], [1.0], tag)

    def test_a_group_of_scalars_is_a_run_for_each(self):
        numbers = np.random.default_rng(2).standard_normal((20, 2))
        self.log({"scalars:loss/total": numbers})
        for column, name in enumerate(["train", "test_mean"]):
            got = self.read(self.run_folder / f"loss_total_{name}").Scalars("loss/total")
            self.assertEqual([e.step for e in got], list(range(20)))
            self.assert_same(np.array([e.value for e in got]).astype(np.float32),
                             numbers[:, column].astype(np.float32))


class HistogramsTest(EventValuesTest):
    def assert_histogram(self, array):
        [event] = self.log({"histogram:weights": array}).Histograms("weights")
        self.assertEqual(event.step, STEP)
        got = event.histogram_value
        values = array.astype(np.float64).ravel()
        values = values[np.isfinite(values)]
        limits, counts = tensorflow_buckets(values)
        self.assert_same(np.array(got.bucket_limit), limits)
        self.assert_same(np.array(got.bucket), counts)
        self.assertEqual(got.num, len(values))
        if len(values):
            self.assertEqual((got.min, got.max), (values.min(), values.max()))
        # The sum is rounded once for each value, to 2^-53 of what was summed so far at most.
        rounding = len(values) * 2.0**-53
        self.assertAlmostEqual(got.sum, math.fsum(values),
                               delta=rounding * math.fsum(np.abs(values)))
        squares = math.fsum(values * values)
        self.assertAlmostEqual(got.sum_squares, squares, delta=(rounding + 2.0**-52) * squares)

    def test_every_dtype_falls_into_tensorflows_buckets(self):
        random = np.random.default_rng(3)
        for dtype in ("float32", "float64", "int32", "int64", "uint8", "bool"):
            with self.subTest(dtype=dtype):
                self.assert_histogram((random.standard_normal((30, 40)) * 3).astype(dtype))

    def test_values_of_all_sizes_and_signs(self):
        random = np.random.default_rng(4)
        sizes = 10.0 ** random.uniform(-15, 22, 5000)
        self.assert_histogram(sizes * random.choice([-1, 1], 5000))

    def test_values_on_the_limits_and_next_to_them(self):
        limits = tensorflow_limits()[1:-1]
        self.assert_histogram(np.concatenate(
            [limits, np.nextafter(limits, -np.inf), np.nextafter(limits, np.inf)]))

    def test_one_value_none_and_extremes(self):
        huge = np.finfo(np.float32).max
        for array in ([0.0], [-0.0], [1.0], [], [math.nan], [math.inf, 1.0, -math.inf, math.nan],
                      [huge, -huge], [1e-45, -1e-45]):
            with self.subTest(array=array):
                self.assert_histogram(np.array(array, np.float32))

    def test_the_page_gets_the_same_counts(self):
        """What TensorBoard makes of a histogram for its page: left and right edges, count."""
        from tensorboard.backend.event_processing.plugin_event_accumulator import (
            EventAccumulator as PageReader)
        array = np.random.default_rng(5).standard_normal(1000)
        self.log({"histogram:weights": array})
        [event] = PageReader(str(self.run_folder)).Reload().Tensors("weights")
        rows = tensor_util.make_ndarray(event.tensor_proto)
        self.assertEqual(rows[:, 2].sum(), 1000)
        for left, right, count in rows[1:-1]:
            self.assertEqual(count, np.count_nonzero((array >= left) & (array < right)))


class ImagesTest(EventValuesTest):
    def assert_image(self, image, pixels, mode):
        [event] = self.log({"image:picture": image}).Images("picture")
        self.assertEqual((event.step, event.height, event.width),
                         (STEP, pixels.shape[0], pixels.shape[1]))
        decoded = Image.open(io.BytesIO(event.encoded_image_string))
        self.assertEqual((decoded.format, decoded.mode), ("PNG", mode))
        self.assert_same(np.array(decoded), pixels)

    def test_bytes_come_back_pixel_for_pixel(self):
        random = np.random.default_rng(6)
        for shape, mode in [((13, 17), "L"), ((1, 13, 17), "L"), ((3, 1, 1), "RGB"),
                            ((3, 20, 31), "RGB"), ((4, 9, 300), "RGBA")]:
            with self.subTest(shape=shape):
                image = random.integers(0, 256, shape).astype(np.uint8)
                pixels = image if image.ndim == 2 else np.moveaxis(image, 0, -1)
                self.assert_image(image, np.squeeze(pixels, -1) if shape[0] == 1 else pixels, mode)

    def test_floats_are_rounded_to_the_nearest_byte_and_clamped(self):
        values = np.linspace(-0.5, 1.5, 10_001).reshape(73, 137)
        for dtype in (np.float32, np.float64):
            image = values.astype(dtype)
            scaled = np.clip(image.astype(np.float32), 0, 1) * np.float32(255)
            self.assert_image(image, np.floor(scaled + np.float32(0.5)).astype(np.uint8), "L")


class TextTest(EventValuesTest):
    def test_text_comes_back_byte_for_byte(self):
        for text in ["# Head\n\n| a | b |\n|---|---|\n| 1 | 2 |", "größe €\U0001f600", "", "a\0b",
                     "x" * 100_000]:
            with self.subTest(text=text[:20]):
                reader = self.log({"text:note": as_bytes(text)})
                [event] = reader.Tensors("note")
                self.assertEqual(tensor_util.make_ndarray(event.tensor_proto).tolist(),
                                 [text.encode()])
                self.assertEqual(reader.SummaryMetadata("note").plugin_data.plugin_name, "text")


class CurvesTest(EventValuesTest):
    def counted_curve(self, labels, predictions, thresholds):
        """The rows by definition: at each threshold, what is predicted positive from there on."""
        rows = []
        for k in range(thresholds):
            chosen = np.floor(predictions * (thresholds - 1)) >= k
            hits, misses = np.sum(chosen & labels), np.sum(~chosen & labels)
            false, right = np.sum(chosen & ~labels), np.sum(~chosen & ~labels)
            rows.append([hits, false, right, misses, hits / max(hits + false, 1e-7),
                         hits / max(hits + misses, 1e-7)])
        return np.array(rows, np.float64).T.astype(np.float32)

    def log_curve(self, labels, predictions, thresholds):
        reader = self.log({"labels:curve": labels, "predictions:curve": predictions,
                           "thresholds:curve": np.array(thresholds)})
        [event] = reader.Tensors("curve")
        plugin = reader.SummaryMetadata("curve").plugin_data
        self.assertEqual(plugin.plugin_name, "pr_curves")
        content = curve_metadata.parse_plugin_metadata(plugin.content)
        self.assertEqual(content.num_thresholds, thresholds)
        return tensor_util.make_ndarray(event.tensor_proto)

    def test_a_curve_counts_at_each_threshold(self):
        random = np.random.default_rng(7)
        labels = random.integers(0, 2, 500).astype(bool)
        predictions = np.clip(random.normal(0.3 + 0.4 * labels, 0.25), 0, 1)
        for thresholds in (2, 5, 127, 1000):
            with self.subTest(thresholds=thresholds):
                got = self.log_curve(labels, predictions, thresholds)
                self.assert_same(got, self.counted_curve(labels, predictions, thresholds))

    def test_only_one_class_gives_zeros_and_no_nan(self):
        for labels in (np.zeros(4, bool), np.ones(4, bool)):
            predictions = np.array([0.0, 0.5, 0.5, 1.0])
            self.assert_same(self.log_curve(labels, predictions, 11),
                             self.counted_curve(labels, predictions, 11))

    def test_torch_writes_the_same_curve(self):
        try:
            from torch.utils.tensorboard.summary import pr_curve
        except ImportError:
            self.skipTest("torch is not installed")
        random = np.random.default_rng(8)
        labels, predictions = random.integers(0, 2, 300), random.uniform(0, 1, 300)
        wanted = pr_curve("curve", labels, predictions, 127).value[0]
        got = self.log_curve(labels, predictions, 127)
        self.assert_same(got, np.array(wanted.tensor.float_val, np.float32).reshape(6, 127))


class HparamsTest(EventValuesTest):
    def test_settings_and_metrics_come_back_with_their_types(self):
        reader = self.log({"hparam:lr": np.array(0.1), "hparam:shuffle": np.array(True),
                           "hparam:optimizer": as_bytes("adam"), "hparam:layers": np.array(3),
                           "metric:accuracy": np.array(0.75), "metric:loss/test": np.array(1e-3)})
        parts = reader.PluginTagToContent("hparams")
        experiment = hparams_metadata.parse_experiment_plugin_data(
            parts[hparams_metadata.EXPERIMENT_TAG])
        self.assertEqual({info.name: info.type for info in experiment.hparam_infos},
                         {"lr": api_pb2.DATA_TYPE_FLOAT64, "shuffle": api_pb2.DATA_TYPE_BOOL,
                          "layers": api_pb2.DATA_TYPE_FLOAT64,
                          "optimizer": api_pb2.DATA_TYPE_STRING})
        self.assertEqual([info.name.tag for info in experiment.metric_infos],
                         ["accuracy", "loss/test"])
        start = hparams_metadata.parse_session_start_info_plugin_data(
            parts[hparams_metadata.SESSION_START_INFO_TAG])
        self.assertEqual(start.hparams["lr"].number_value, 0.1)
        self.assertEqual(start.hparams["layers"].number_value, 3)
        self.assertIs(start.hparams["shuffle"].bool_value, True)
        self.assertEqual(start.hparams["optimizer"].string_value, "adam")
        end = hparams_metadata.parse_session_end_info_plugin_data(
            parts[hparams_metadata.SESSION_END_INFO_TAG])
        self.assertEqual(end.status, api_pb2.STATUS_SUCCESS)
        self.assertGreaterEqual(end.end_time_secs, start.start_time_secs)
        [accuracy] = reader.Scalars("accuracy")
        self.assertEqual((accuracy.step, accuracy.value), (0, 0.75))


if __name__ == "__main__":
    unittest.main()
