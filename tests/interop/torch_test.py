"""A model means the same here and in torch: weights travel by name, outputs agree."""

import unittest

from programs import InteropTest, run

try:
    import torch
    from safetensors.torch import load_file, save_file
except ImportError:
    torch = None


def make_model(dtype):
    """As in models.cpp."""
    nn = torch.nn
    return nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 6), nn.Tanh(),
                         nn.Linear(6, 2)).to(dtype)


@unittest.skipUnless(torch, "torch is not installed")
class TorchTest(InteropTest):
    def test_tensors_of_torchs_smaller_types_keep_their_bits(self):
        bits = torch.arange(65536).to(torch.uint16)
        tensors = {"half": bits.view(torch.float16),
                   "brain": bits.clone().view(torch.bfloat16),
                   "int8": torch.arange(-128, 128).to(torch.int8)}
        save_file(tensors, self.folder / "a.safetensors")
        run("rewrite", self.folder / "a.safetensors", self.folder / "b.safetensors")
        got = load_file(self.folder / "b.safetensors")
        for name, tensor in tensors.items():
            with self.subTest(name):
                self.assertEqual(got[name].dtype, tensor.dtype)
                self.assertTrue(torch.equal(got[name].view(torch.uint8), tensor.view(torch.uint8)))

    def assert_close(self, got, wanted):
        self.assertEqual((got.dtype, got.shape), (wanted.dtype, wanted.shape))
        # Three sums of at most 9 products each, added in another order, and tanh to 2 ulp: some
        # 30 roundings of values near 1.
        tolerance = 30 * torch.finfo(got.dtype).eps
        torch.testing.assert_close(got, wanted, rtol=tolerance, atol=tolerance)

    def test_what_torch_trained_gives_the_same_outputs_here(self):
        for dtype in (torch.float32, torch.float64):
            with self.subTest(dtype=dtype):
                torch.manual_seed(1)
                model, x = make_model(dtype), torch.randn(64, 5, dtype=dtype)
                optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
                for _ in range(100):
                    optimizer.zero_grad()
                    torch.nn.functional.mse_loss(model(x), torch.sin(x[:, :2])).backward()
                    optimizer.step()
                model.eval()
                save_file(model.state_dict(), self.folder / "weights.safetensors")
                save_file({"x": x}, self.folder / "x.safetensors")
                run("models", "forward", self.folder / "weights.safetensors",
                    self.folder / "x.safetensors", self.folder / "y.safetensors")
                with torch.no_grad():
                    self.assert_close(load_file(self.folder / "y.safetensors")["y"], model(x))

    def test_what_was_trained_here_gives_the_same_outputs_in_torch(self):
        for dtype in ("float32", "float64"):
            with self.subTest(dtype=dtype):
                run("models", "train", dtype, self.folder / "weights.safetensors",
                    self.folder / "result.safetensors")
                model = make_model(getattr(torch, dtype))
                model.load_state_dict(load_file(self.folder / "weights.safetensors"), strict=True)
                model.eval()
                result = load_file(self.folder / "result.safetensors")
                # Trained: not the weights that every model starts with.
                error = torch.nn.functional.mse_loss(result["y"], torch.tanh(result["x"][:, :2]))
                self.assertLess(error, 0.1)
                with torch.no_grad():
                    self.assert_close(result["y"], model(result["x"]))

    def test_a_name_that_differs_is_noticed(self):
        state = make_model(torch.float32).state_dict()
        weights = {"layer." + name: value for name, value in state.items()}
        save_file(weights, self.folder / "weights.safetensors")
        save_file({"x": torch.zeros(1, 5)}, self.folder / "x.safetensors")
        with self.assertRaisesRegex(AssertionError, "names differ"):
            run("models", "forward", self.folder / "weights.safetensors",
                self.folder / "x.safetensors", self.folder / "y.safetensors")


if __name__ == "__main__":
    unittest.main()
