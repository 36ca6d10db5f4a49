"""TensorBoard's own readers see the graphs, the modules' histograms and the embeddings that the
summary writer was given."""

import unittest
import urllib.parse

import numpy as np
import safetensors.numpy
from google.protobuf import text_format
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import graph_pb2, types_pb2
from tensorboard_pictures import LOCAL, answer_of, wait_for

from buckets import tensorflow_buckets
from programs import InteropTest, run


class ModuleEventsTest(InteropTest):
    def log(self, what, **values):
        """Has something logged and gives back TensorBoard's view of the folder."""
        arguments = [what, self.folder / "log"]
        if values:
            safetensors.numpy.save_file(values, self.folder / "values.safetensors")
            arguments.append(self.folder / "values.safetensors")
        run("module_events", *arguments)
        return EventAccumulator(str(self.folder / "log"), size_guidance={"histograms": 0}).Reload()


def described(graph):
    """What each node is: name -> (operation, inputs, type, shape)."""
    nodes = {}
    for node in graph.node:
        dtype = node.attr["T"].type or node.attr["dtype"].type
        [shape] = node.attr["_output_shapes"].list.shape
        nodes[node.name] = (node.op, list(node.input), types_pb2.DataType.Name(dtype),
                            [dim.size for dim in shape.dim])
    assert len(nodes) == len(graph.node)
    return nodes


class GraphsTest(ModuleEventsTest):
    def test_a_training_step_is_a_graph_of_scopes_edges_types_and_shapes(self):
        double = "DT_DOUBLE"
        self.assertEqual(described(self.log("step").Graph()), {
            "data/constant": ("constant", [], double, [12]),
            "data/x": ("view", ["data/constant"], double, [4, 3]),
            "model/w": ("leaf", [], double, [3, 2]),
            "model/matmul": ("matmul", ["data/x", "model/w"], double, [4, 2]),
            "loss/sub": ("sub", ["model/matmul"], double, [4, 2]),
            "loss/square": ("square", ["loss/sub"], double, [4, 2]),
            "loss/mean": ("mean", ["loss/square"], double, []),
            "train/gradients/model/w": ("gradient", ["loss/mean", "model/w"], double, [3, 2]),
            "train/sgd/model/w": ("sgd", ["model/w", "train/gradients/model/w"], double, [3, 2]),
        })

    def test_every_type_is_tensorflows(self):
        nodes = described(self.log("types").Graph())
        types = {"bool": "DT_BOOL", "uint8": "DT_UINT8", "int32": "DT_INT32", "int64": "DT_INT64",
                 "float32": "DT_FLOAT", "float64": "DT_DOUBLE"}
        self.assertEqual(len(nodes), 2 * len(types))
        for name, dtype in types.items():
            total = dtype if "float" in name else "DT_INT64"
            self.assertEqual(nodes[f"{name}/x"], ("constant", [], dtype, [2, 1, 3]))
            self.assertEqual(nodes[f"{name}/sum"], ("sum", [f"{name}/x"], total, []))

    def test_a_module_is_a_graph_with_a_scope_for_each_part(self):
        nodes = described(self.log("module").Graph())
        for name, shape in [("0/weight", [4, 3]), ("0/bias", [4]), ("2/weight", [1, 4]),
                            ("2/bias", [1])]:
            self.assertEqual(nodes[f"model/{name}"], ("leaf", [], "DT_FLOAT", shape))
        self.assertEqual(nodes["model/x"], ("constant", [], "DT_FLOAT", [5, 3]))
        self.assertEqual(nodes["model/1/relu"], ("relu", ["model/0/linear"], "DT_FLOAT", [5, 4]))
        self.assertEqual(nodes["model/2/linear"][2:], ("DT_FLOAT", [5, 1]))
        used = {name for _, inputs, _, _ in nodes.values() for name in inputs}
        self.assertEqual(set(nodes) - used, {"model/2/linear"})  # all the rest leads there
        self.assertLessEqual(used, set(nodes))

    def test_the_page_gets_the_same_graph(self):
        graph = self.log("step").Graph()
        page = self.tensorboard(self.folder / "log")
        wait_for(lambda: answer_of(f"{page}/data/plugin/graphs/info"), "TensorBoard to read")
        with LOCAL.open(f"{page}/data/plugin/graphs/graph?run=.&conceptual=false") as answer:
            shown = text_format.Parse(answer.read().decode(), graph_pb2.GraphDef())
        self.assertEqual(described(shown), described(graph))


class ModuleHistogramsTest(ModuleEventsTest):
    def test_one_call_logs_every_parameter_and_its_gradient(self):
        random = np.random.default_rng(1)
        x = random.standard_normal((50, 3)).astype(np.float32)
        weights = {"0.weight": random.standard_normal((2, 3)).astype(np.float32),
                   "0.bias": random.standard_normal(2).astype(np.float32)}
        reader = self.log("histograms", x=x, **weights)
        wanted = {"0/weight": weights["0.weight"], "0/bias": weights["0.bias"],
                  "0/weight/grad": np.tile(x.sum(0, dtype=np.float64), (2, 1)),
                  "0/bias/grad": np.full(2, 50.0)}
        self.assertEqual(set(reader.Tags()["histograms"]), set(wanted))
        for tag, values in wanted.items():
            [event] = reader.Histograms(tag)
            got = event.histogram_value
            limits, counts = tensorflow_buckets(values.astype(np.float64).ravel())
            self.assertEqual(event.step, 5)
            self.assert_same(np.array(got.bucket_limit), limits)
            self.assert_same(np.array(got.bucket), counts)
            # The gradient is a sum of 50 values in float32.
            np.testing.assert_allclose([got.min, got.max], [values.min(), values.max()], 1e-5)


class EmbeddingTest(ModuleEventsTest):
    def test_the_projector_gets_points_and_labels(self):
        points = np.random.default_rng(2).standard_normal((20, 4)).astype(np.float32)
        self.log("embedding", x=points)
        page = self.tensorboard(self.folder / "log") + "/data/plugin/projector"
        [name] = wait_for(lambda: answer_of(f"{page}/runs"), "TensorBoard to read")
        listed = answer_of(f"{page}/info?{urllib.parse.urlencode({'run': name})}")["embeddings"]
        self.assertEqual([e["tensorShape"] for e in listed], [[20, 4], [20, 4]])
        for entry in listed:
            query = urllib.parse.urlencode({"run": name, "name": entry["tensorName"]})
            with LOCAL.open(f"{page}/tensor?{query}") as answer:
                got = np.frombuffer(answer.read(), np.float32).reshape(20, 4)
            self.assert_same(got, points)
            if "metadataPath" not in entry:
                continue
            with LOCAL.open(f"{page}/metadata?{query}") as answer:
                rows = answer.read().decode().splitlines()
            self.assertEqual(rows, ["name\tgröße"] + [f"point {i}\t{i * i}" for i in range(20)])
        self.assertEqual(sum("metadataPath" in e for e in listed), 1)


if __name__ == "__main__":
    unittest.main()
