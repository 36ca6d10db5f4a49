"""TensorBoard as users start it, with its fast loader, has all values for its page: the answers of
its server, without a browser."""

import io
import unittest
import urllib.parse

import numpy as np
import safetensors.numpy
from PIL import Image
from tensorboard_pictures import LOCAL, answer_of, wait_for

from programs import InteropTest, run


def some_values():
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 200)
    return {
        "scalar:loss": random.standard_normal(2000),
        "steps:loss": np.arange(2000),
        "times:loss": 1e9 + np.arange(2000.0),
        "scalars:both": random.standard_normal((10, 2)),
        "histogram:weights": random.standard_normal((20, 30)),
        "image:picture": random.integers(0, 256, (3, 8, 9)).astype(np.uint8),
        "text:note": np.frombuffer(b"some *text*", np.uint8),
        "labels:curve": labels,
        "predictions:curve": np.clip(random.normal(0.3 + 0.4 * labels, 0.2), 0, 1),
        "thresholds:curve": np.array(11),
        "hparam:lr": np.array(0.25),
        "hparam:shuffle": np.array(True),
        "metric:accuracy": np.array(0.75),
    }


class ServerTest(InteropTest):
    def serve(self, folder, tags):
        """Starts TensorBoard and waits until it has read the tags."""
        self.plugins = f"{self.tensorboard(folder)}/data/plugin"
        wait_for(lambda: set(tags) <= set(self.get("scalars/tags").get(".", {})),
                 f"TensorBoard to read {tags}")

    def get(self, path, **query):
        return answer_of(f"{self.plugins}/{path}?{urllib.parse.urlencode(query)}")

    def test_every_plugin_answers_with_what_was_logged(self):
        values = some_values()
        safetensors.numpy.save_file(values, self.folder / "values.safetensors")
        run("events", "log", self.folder / "values.safetensors", self.folder / "log")
        self.serve(self.folder / "log", ["loss", "accuracy"])

        got = np.array(self.get("scalars/scalars", run=".", tag="loss"))
        self.assert_same(got[:, 0], values["times:loss"])
        self.assert_same(got[:, 1], values["steps:loss"].astype(np.float64))
        self.assert_same(got[:, 2].astype(np.float32), values["scalar:loss"].astype(np.float32))
        for i, name in enumerate(["train", "test_mean"]):
            got = self.get("scalars/scalars", run=f"both_{name}", tag="both")
            self.assert_same(np.array(got)[:, 2].astype(np.float32),
                             values["scalars:both"][:, i].astype(np.float32))

        [[_, step, buckets]] = self.get("histograms/histograms", run=".", tag="weights")
        buckets = np.array(buckets)
        self.assertEqual((step, buckets[:, 2].sum()), (7, 600))
        self.assertEqual((buckets[0, 0], buckets[-1, 1]),
                         (values["histogram:weights"].min(), values["histogram:weights"].max()))

        [image] = self.get("images/images", run=".", tag="picture", sample=0)
        with LOCAL.open(f"{self.plugins}/images/individualImage?{image['query']}") as png:
            pixels = np.array(Image.open(io.BytesIO(png.read())))
        self.assert_same(pixels, np.moveaxis(values["image:picture"], 0, -1))
        [text] = self.get("text/text", run=".", tag="note")
        self.assertIn("<p>some <em>text</em></p>", text["text"])
        [curve] = self.get("pr_curves/pr_curves", run=".", tag="curve")["."]
        self.assertEqual((curve["step"], len(curve["precision"])), (7, 11))
        self.assertEqual(curve["true_positives"][0], values["labels:curve"].sum())
        self.assert_hparams()

    def assert_hparams(self):
        query = {"experimentName": "", "allowedStatuses": ["STATUS_SUCCESS"], "colParams": [],
                 "startIndex": 0, "sliceSize": 10}
        [group] = answer_of(f"{self.plugins}/hparams/session_groups", query)["sessionGroups"]
        self.assertEqual(group["hparams"], {"lr": 0.25, "shuffle": True})
        [metric] = [m for m in group["metricValues"] if m["name"]["tag"] == "accuracy"]
        self.assertEqual(metric["value"], 0.75)

    def test_the_writers_of_many_processes_are_one_run(self):
        run("events", "crowd", self.folder / "log", 3, 2, 100)
        tags = [f"process{p}/writer{w}" for p in range(3) for w in range(2)]
        self.serve(self.folder / "log", tags)
        for tag in tags:
            got = self.get("scalars/scalars", run=".", tag=tag)
            self.assertEqual([[step, value] for _, step, value in got],
                             [[i, i] for i in range(100)], tag)

    def counts(self):
        return [[step, value] for _, step, value in
                self.get("scalars/scalars", run=".", tag="count")]

    def test_a_run_that_goes_on_shows_no_step_twice(self):
        run("events", "steps", self.folder / "log", 0, 100, 1)
        run("events", "steps", self.folder / "log", 60, 80, 2, "purge")
        self.serve(self.folder / "log", ["count"])
        self.assertEqual(self.counts(), [[i, 1 if i < 60 else 2] for i in range(80)])


if __name__ == "__main__":
    unittest.main()
