"""Embeddings and bags of them mean the same here and in torch: outputs, prints, gradients, steps by rows."""

import unittest

from programs import InteropTest, run

try:
    import torch
    from safetensors.torch import load_file, save_file
    from torch import nn
except ImportError:
    torch = None


def cases():
    """name -> torch's layer; as in embeddings.cpp."""
    def lookup(**options):
        return nn.Embedding(7, 3, dtype=torch.float64, **options)

    def bags(**options):
        return nn.EmbeddingBag(7, 3, dtype=torch.float64, **options)

    return {
        "lookup": lookup(),
        "lookup, padding": lookup(padding_idx=-2),
        "lookup, max_norm": lookup(max_norm=0.8, norm_type=1.5),
        "lookup, frequency": lookup(padding_idx=1, scale_grad_by_freq=True),
        "lookup, sparse": lookup(sparse=True),
        "lookup, sparse padding": lookup(padding_idx=4, sparse=True),
        "bags, sum": bags(mode="sum"),
        "bags, mean": bags(),
        "bags, max": bags(mode="max"),
        "bags, padded sum": bags(mode="sum", padding_idx=4),
        "bags, padded mean": bags(padding_idx=4),
        "bags, padded max": bags(mode="max", padding_idx=4),
        "bags, factors": bags(mode="sum"),
        "bags, sparse factors": bags(mode="sum", sparse=True),
        "bags, sparse mean": bags(sparse=True, padding_idx=-3),
        "bags, last offset": bags(mode="sum", include_last_offset=True),
        "bags, frequency": bags(mode="sum", scale_grad_by_freq=True),
        "bags, mean by frequency": bags(scale_grad_by_freq=True),
        "bags, max_norm": bags(max_norm=0.5),
        "rows, mean": bags(),
        "rows, sparse sum": bags(mode="sum", sparse=True),
        "rows, max": bags(mode="max", padding_idx=0),
    }


INDICES = [[4, 1, 5, 4], [0, 2, 2, 3], [4, 4, 6, 1]]


def inputs_of(name, layer):
    """What a layer is given; the bags have 5, 0, 3, 1 and 3 indices."""
    torch.manual_seed(3)
    given = {"weight": layer.weight.detach().clone(), "indices": torch.tensor(INDICES)}
    if name.startswith("bags"):
        offsets = [0, 5, 5, 8, 9]
        given["offsets"] = torch.tensor([*offsets, 12] if layer.include_last_offset else offsets)
    if "factors" in name:
        given["factors"] = torch.randn(12, dtype=torch.float64)
    return given


def output_of(name, layer, given):
    if not name.startswith("bags"):
        return layer(given["indices"])
    if layer.scale_grad_by_freq:
        # torch's bags divide by the counts of other rows; its lookups don't
        rows = nn.functional.embedding(given["indices"].flatten(), layer.weight, scale_grad_by_freq=True)
        ends = [*given["offsets"].tolist()[1:], len(rows)]
        bags = [rows[begin:end] for begin, end in zip(given["offsets"].tolist(), ends)]
        return torch.stack([b.sum(0) / (max(len(b), 1) if layer.mode == "mean" else 1) for b in bags])
    factors = given["factors"].requires_grad_() if "factors" in given else None
    return layer(given["indices"].flatten(), given["offsets"], factors)


@unittest.skipUnless(torch, "torch is not installed")
class EmbeddingsTest(InteropTest):
    def path(self, name):
        return self.folder / f"{name}.safetensors"

    def assert_close(self, got, wanted, tolerance=1e-12):
        torch.testing.assert_close(got, wanted, rtol=tolerance, atol=tolerance)

    def test_every_case_is_known_to_both(self):
        self.assertEqual(run("embeddings", "names").splitlines(), sorted(cases()))

    def test_outputs_gradients_and_prints_are_torchs(self):
        for name, layer in cases().items():
            with self.subTest(name):
                given = inputs_of(name, layer)
                y = output_of(name, layer, given)
                g = torch.randn_like(y)
                save_file({**{k: v.detach() for k, v in given.items()}, "g": g}, self.path("in"))
                printed = run("embeddings", "compute", name, self.path("in"), self.path("out"))
                self.assertEqual(printed.strip(), str(layer))
                (y * g).sum().backward()
                got = load_file(self.path("out"))
                self.assert_close(got["y"], y.detach())
                self.assert_close(got["weight"], layer.weight.detach())
                self.assert_close(got["grad"], layer.weight.grad.to_dense())
                self.assertEqual("rows" in got, layer.sparse)
                if layer.sparse:
                    wanted = layer.weight.grad.coalesce()
                    self.assertEqual(got["rows"].tolist(), wanted.indices()[0].tolist())
                    self.assert_close(got["values"], wanted.values())
                if "factors" in given:
                    self.assert_close(got["factors"], given["factors"].grad)

    def test_steps_by_rows_are_torchs(self):
        rules = {
            "SGD": lambda x: torch.optim.SGD(x, lr=0.05),
            "SGD, momentum": lambda x: torch.optim.SGD(x, lr=0.02, momentum=0.8),
            "Adagrad": lambda x: torch.optim.Adagrad(x, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.2),
            "SparseAdam": lambda x: torch.optim.SparseAdam(list(x), lr=0.1),
            "SparseAdam, maximize": lambda x: torch.optim.SparseAdam(
                list(x), lr=0.03, betas=(0.7, 0.9), eps=1e-4, maximize=True),
        }
        for name, make in rules.items():
            with self.subTest(name):
                torch.manual_seed(4)
                layer = nn.EmbeddingBag(7, 3, mode="sum", sparse=True, dtype=torch.float64)
                layer.weight.data *= 0.5
                batches = torch.randint(0, 7, (10, 4, 2))
                batches[5:] = batches[5:] % 3  # some rows are touched no more
                save_file({"weight": layer.weight.detach(), "indices": batches}, self.path("in"))
                run("embeddings", "train", name, self.path("in"), self.path("out"))
                path = load_file(self.path("out"))["path"]
                rule = make(layer.parameters())
                for step, indices in enumerate(batches):
                    rule.zero_grad()
                    for _ in range(2):  # gradients accumulate
                        layer(indices).pow(3).sum().backward()
                    rule.step()
                    self.assert_close(path[step], layer.weight.detach())


if __name__ == "__main__":
    unittest.main()
