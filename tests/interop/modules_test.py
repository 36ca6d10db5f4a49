"""Modules with the state of torch's give its results, and its gradients of inputs and parameters, in train and eval mode."""

import unittest

from programs import InteropTest, run

try:
    import torch
    from safetensors.torch import load_file, save_file
    from torch import nn
    from torch.nn.utils import parametrizations
except ImportError:
    torch = None


if torch:
    class Function(nn.Module):
        """A function as a module."""

        def __init__(self, f, **parts):
            super().__init__()
            self.f = f
            self.parts = parts

        def forward(self, *x):
            return self.f(*x)

    class Row(nn.LSTM):
        """All results of an LSTM in a row."""

        lengths = None

        def forward(self, x):
            if self.lengths:
                x = nn.utils.rnn.pack_padded_sequence(x, self.lengths, enforce_sorted=False)
            output, (h, c) = super().forward(x)
            if self.lengths:
                output = nn.utils.rnn.pad_packed_sequence(output)[0]
            return torch.cat([output.flatten(), h.flatten(), c.flatten()])

    class Ragged(Row):
        lengths = [5, 2, 4]

    class Adaptive(nn.AdaptiveLogSoftmaxWithLoss):
        def forward(self, x, target):
            output, loss = super().forward(x, target)
            return torch.cat([output, loss.reshape(1), self.log_prob(x).flatten(), self.predict(x).double()])

    class Attention(nn.MultiheadAttention):
        """Output and weights of each head in a row."""

        causal = False

        def forward(self, q, k, v):
            mask = torch.triu(torch.ones(len(q), len(k), dtype=torch.bool), 1) if self.causal else None
            output, weights = super().forward(q, k, v, attn_mask=mask, average_attn_weights=False)
            return torch.cat([output.flatten(), weights.flatten()])

    class Causal(Attention):
        causal = True

    class Ctc(nn.CTCLoss):
        def forward(self, x, *others):
            return super().forward(x.log_softmax(-1), *others)


def integers(*values):
    return torch.tensor(values)


def ctc_inputs(targets, steps=(6, 5), letters=(3, 2)):
    return (torch.randn(6, 2, 4, dtype=torch.float64), torch.tensor(targets), torch.tensor(steps), torch.tensor(letters))


def pooled(pool, x):
    """What an unpooling takes."""
    return pool(x.double())


def fractions(planes, dimensions):
    """Where a fractional pool has its windows."""
    return torch.rand(*planes, dimensions, dtype=torch.float64)


def cases():
    """name -> (torch's module, its inputs or their shapes); as in modules.cpp."""
    line, image, volume = (2, 4, 9), (2, 3, 6, 5), (2, 2, 4, 3, 4)
    functional = nn.functional
    sequences = [(4, 3, 6), (5, 3, 6), (5, 3, 6)]
    heads = [(2, 1, 3, 4), (3, 5, 4), (2, 3, 5, 2)]

    def resize(mode, **how):
        return Function(lambda x: functional.interpolate(x, mode=mode, antialias=True, **how))

    all_cases = {
        "Bilinear": (nn.Bilinear(3, 4, 2), [(2, 5, 3), (2, 5, 4)]),
        "weight_norm, Linear": (parametrizations.weight_norm(nn.Linear(4, 3)), [(5, 4)]),
        "weight_norm, Conv2d": (parametrizations.weight_norm(nn.Conv2d(2, 3, 2), dim=None), [(2, 2, 4, 5)]),
        "weight_norm, ConvTranspose1d": (parametrizations.weight_norm(nn.ConvTranspose1d(4, 3, 2), dim=1), [line]),
        "spectral_norm, Linear": (parametrizations.spectral_norm(nn.Linear(4, 3)), [(5, 4)]),
        "spectral_norm, Conv2d": (parametrizations.spectral_norm(nn.Conv2d(2, 3, 2), n_power_iterations=3),
                                  [(2, 2, 4, 5)]),
        "spectral_norm, ConvTranspose2d": (parametrizations.spectral_norm(nn.ConvTranspose2d(2, 3, 2)), [(2, 2, 4, 5)]),
        "LSTM, projected": (Row(4, 5, proj_size=3), [(5, 3, 4)]),
        "LSTM, projected, ragged": (Ragged(4, 5, 2, bidirectional=True, proj_size=2), [(5, 3, 4)]),
        "bicubic": (nn.Upsample(size=(9, 4), mode="bicubic"), [image]),
        "bicubic, scaled": (nn.Upsample(scale_factor=(1.7, 2.3), mode="bicubic"), [image]),
        "bicubic, aligned": (nn.Upsample(size=(9, 4), mode="bicubic", align_corners=True), [image]),
        "bicubic, one": (nn.Upsample(size=1, mode="bicubic", align_corners=True), [image]),
        "antialias, bilinear": (resize("bilinear", size=(4, 3)), [(2, 3, 11, 7)]),
        "antialias, bilinear, aligned": (resize("bilinear", size=(3, 8), align_corners=True), [(2, 3, 11, 7)]),
        "antialias, bicubic": (resize("bicubic", size=(4, 9)), [(2, 3, 11, 7)]),
        "antialias, bicubic, scaled": (resize("bicubic", scale_factor=(0.37, 0.6)), [(2, 3, 11, 7)]),
        "antialias, bicubic, one": (resize("bicubic", size=1, align_corners=True), [(2, 3, 11, 7)]),
        "nearest-exact": (nn.Upsample(size=(9, 4), mode="nearest-exact"), [image]),
        "area": (nn.Upsample(size=(4, 3), mode="area"), [image]),
        "UpsamplingNearest2d": (nn.UpsamplingNearest2d(scale_factor=2), [image]),
        "UpsamplingBilinear2d": (nn.UpsamplingBilinear2d(size=(7, 8)), [image]),
        "ConstantPad1d": (nn.ConstantPad1d((1, 2), 1.5), [line]),
        "ConstantPad2d": (nn.ConstantPad2d(1, -2), [image]),
        "ConstantPad3d": (nn.ConstantPad3d((1, 0, 2, 1, 0, 1), 0.5), [volume]),
        "Unfold": (nn.Unfold((2, 3), dilation=(2, 1), padding=1, stride=(1, 2)), [image]),
        "Fold": (nn.Fold((6, 5), (2, 3), dilation=(2, 1), padding=1, stride=(1, 2)), [(2, 12, 18)]),
        "ChannelShuffle": (nn.ChannelShuffle(2), [line]),
        "CosineSimilarity": (nn.CosineSimilarity(2), [line, line]),
        "PairwiseDistance": (nn.PairwiseDistance(3, 1e-4, True), [line, line]),
        "AdaptiveLogSoftmaxWithLoss": (Adaptive(8, 12, [3, 7], div_value=2, head_bias=True),
                                       [(6, 8), integers(0, 11, 5, 2, 7, 3)]),
        "CTCLoss": (Ctc(), ctc_inputs([[1, 1, 2], [3, 2, 0]])),
        "CTCLoss, each": (Ctc(2, "none"), ctc_inputs([[1, 0, 1], [3, 3, 0]])),
        "CTCLoss, behind one another": (Ctc(0, "sum"), ctc_inputs([1, 1, 2, 3, 2])),
        "CTCLoss, without infinity": (Ctc(zero_infinity=True), ctc_inputs([[1, 1, 1], [3, 2, 0]], (4, 5))),
        "CTCLoss, one": (Ctc(), (torch.randn(5, 3, dtype=torch.float64), integers(1, 2), torch.tensor(4),
                                 torch.tensor(2))),
        "Softmin": (nn.Softmin(1), [line]),
        "Softmax2d": (nn.Softmax2d(), [image]),
        "RReLU": (nn.RReLU(0.1, 0.5), [line]),
        "AlphaDropout": (nn.AlphaDropout(0), [line]),
        "MaxUnpool1d": (nn.MaxUnpool1d(2), pooled(nn.MaxPool1d(2, return_indices=True), torch.randn(line))),
        "MaxUnpool2d": (nn.MaxUnpool2d(2, (2, 3)), pooled(nn.MaxPool2d(2, (2, 3), return_indices=True),
                                                          torch.randn(image))),
        "MaxUnpool3d": (nn.MaxUnpool3d((1, 2, 2)), pooled(nn.MaxPool3d((1, 2, 2), return_indices=True),
                                                          torch.randn(2, 2, 3, 4, 4))),
        "FractionalMaxPool2d": (nn.FractionalMaxPool2d((2, 3), output_size=(3, 2), _random_samples=fractions((2, 3), 2)),
                                [(2, 3, 7, 9)]),
        "FractionalMaxPool2d, by ratio": (nn.FractionalMaxPool2d(2, output_ratio=(0.6, 0.3),
                                                                 _random_samples=fractions((2, 3), 2)), [(2, 3, 11, 8)]),
        "FractionalMaxPool2d, alone": (nn.FractionalMaxPool2d(3, output_size=(5, 1),
                                                              _random_samples=fractions((1, 3), 2)), [(3, 9, 8)]),
        "FractionalMaxPool3d": (nn.FractionalMaxPool3d((2, 1, 3), output_size=(3, 4, 2),
                                                       _random_samples=fractions((2, 2), 3)), [(2, 2, 5, 6, 7)]),
        "fractional, places": (Function(lambda x, s: functional.fractional_max_pool2d(
            x, 2, 4, return_indices=True, _random_samples=s.detach())[1].double() + 0 * x.sum()),
            [(2, 3, 7, 9), fractions((2, 3), 2)]),
        "TripletMarginWithDistanceLoss": (nn.TripletMarginWithDistanceLoss(
            distance_function=lambda a, b: 1 - functional.cosine_similarity(a, b), margin=0.5, swap=True),
            [(5, 3), (5, 3), (5, 3)]),
        "attention, more keys": (Attention(6, 2, add_bias_kv=True, add_zero_attn=True), sequences),
        "attention, a learnt key": (Attention(6, 2, bias=False, add_bias_kv=True, kdim=4, vdim=5),
                                    [(4, 3, 6), (5, 3, 4), (5, 3, 5)]),
        "attention, a zero, causal": (Causal(6, 2, add_zero_attn=True), sequences),
        "attention, more keys, alone": (Attention(6, 3, add_bias_kv=True, add_zero_attn=True), [(4, 6), (5, 6), (5, 6)]),
        "attention, broadcast": (Function(functional.scaled_dot_product_attention), heads),
        "attention, grouped": (Function(lambda q, k, v: functional.scaled_dot_product_attention(
            q, k, v, is_causal=True, enable_gqa=True)), [(2, 6, 3, 4), (2, 2, 3, 4), (2, 2, 3, 5)]),
    }
    for name, widths in (("ZeroPad", ((1, 2), (1, 0, 2, -1), 1)), ("ReflectionPad", ((1, 2), (1, 0, 2, 1), 1)),
                         ("ReplicationPad", ((1, 2), (1, 0, 2, 1), 2)), ("CircularPad", ((1, 2), (1, 0, 2, 1), 1))):
        for rank, (width, shape) in enumerate(zip(widths, (line, image, volume)), 1):
            all_cases[f"{name}{rank}d"] = (getattr(nn, f"{name}{rank}d")(width), [shape])
    return all_cases


# Noise that can't be the same in both.
ONLY_EVAL = {"RReLU"}


@unittest.skipUnless(torch, "torch is not installed")
class ModulesTest(InteropTest):
    def path(self, name):
        return self.folder / f"{name}.safetensors"

    def wanted(self, module, inputs):
        """What modules.cpp saves, by torch."""
        x = [t.clone().requires_grad_(t.is_floating_point()) for t in inputs]
        y = module(*x)
        w = torch.randn(y.shape, dtype=torch.float64)
        (y * w).sum().backward()
        all_of_it = {"y": y.detach()}
        all_of_it.update({f"x{i}": t.grad for i, t in enumerate(x) if t.grad is not None})
        all_of_it.update({f"grad {k}": p.grad for k, p in module.named_parameters() if p.grad is not None})
        all_of_it.update({f"after {k}": t for k, t in module.state_dict().items()})
        return w, all_of_it

    def compare(self, name, mode, module, inputs):
        module.train(mode == "train")
        state = {k: t.clone() for k, t in module.state_dict().items()}
        save_file(state, self.path("state"))
        w, wanted = self.wanted(module, inputs)
        tensors = {f"x{i}": t.contiguous() for i, t in enumerate(inputs)}
        save_file({**tensors, "w": w}, self.path("x"))
        run("modules", "run", name, mode, self.path("state"), self.path("x"), self.path("y"))
        got = load_file(self.path("y"))
        self.assertEqual(sorted(got), sorted(wanted))
        for key, tensor in wanted.items():
            # Some hundred roundings of numbers near 1.
            torch.testing.assert_close(got[key], tensor, rtol=1e-10, atol=1e-12, msg=lambda m, k=key: f"{k}: {m}")

    def test_every_module_is_known_to_both(self):
        self.assertEqual(run("modules", "names").splitlines(), sorted(cases()))

    def test_torchs_states_give_its_results_and_gradients(self):
        torch.manual_seed(1)
        for name, (module, given) in cases().items():
            inputs = [t if isinstance(t, torch.Tensor) else torch.randn(t, dtype=torch.float64) for t in given]
            for mode in ("train", "eval"):
                if mode == "train" and name in ONLY_EVAL:
                    continue
                with self.subTest(name, mode=mode):
                    module.zero_grad()
                    self.compare(name, mode, module.double(), inputs)


if __name__ == "__main__":
    unittest.main()
