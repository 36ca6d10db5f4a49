"""Each kind of layer means the same here and in torch: states travel both ways, outputs agree."""

import unittest

from programs import InteropTest, run

try:
    import torch
    from safetensors.torch import load_file, save_file
    from torch import nn
except ImportError:
    torch = None


if torch:
    class SelfAttention(nn.MultiheadAttention):
        def forward(self, x):
            output, weights = super().forward(x, x, x)
            return torch.cat([output.flatten(), weights.flatten()])

    class SelfTransformer(nn.Transformer):
        def forward(self, x):
            mask = self.generate_square_subsequent_mask(len(x), dtype=x.dtype)
            return super().forward(x, x.flip(0), tgt_mask=mask)

    class Flat(nn.Module):
        """A recurrent network, two of whose rows are shorter than the others."""

        def forward(self, x):
            packed = nn.utils.rnn.pack_padded_sequence(x, [5, 2, 4], enforce_sorted=False)
            output, states = super().forward(packed)
            h = states[0] if isinstance(states, tuple) else states
            return torch.cat([nn.utils.rnn.pad_packed_sequence(output)[0].flatten(), h.flatten()])

    class Along(nn.Module):
        """A cell, along the first dimension."""

        def forward(self, x):
            state = None
            for step in x:
                state = super().forward(step, state)
            return state[0] if isinstance(state, tuple) else state

    class FlatRNN(Flat, nn.RNN):
        pass

    class FlatGRU(Flat, nn.GRU):
        pass

    class FlatLSTM(Flat, nn.LSTM):
        pass

    class AlongRNN(Along, nn.RNNCell):
        pass

    class AlongGRU(Along, nn.GRUCell):
        pass

    class AlongLSTM(Along, nn.LSTMCell):
        pass


def encoder_layer(**options):
    return nn.TransformerEncoderLayer(4, 2, dim_feedforward=6, **options)


def layers():
    """name -> (torch's layers, the shape of their input); as in layers.cpp."""
    sequence = (5, 3, 4)
    line, image, volume = (3, 4, 9), (3, 2, 6, 5), (3, 2, 4, 5, 4)
    return {
        "Conv1d": ([nn.Conv1d(4, 6, 3, stride=2, groups=2)], line),
        "Conv2d": ([nn.Conv2d(2, 3, (3, 2), padding=1, padding_mode="reflect")], image),
        "Conv3d": ([nn.Conv3d(2, 3, 2, padding="same", dilation=2, bias=False)], volume),
        "ConvTranspose1d": ([nn.ConvTranspose1d(4, 6, 3, stride=2, groups=2)], line),
        "ConvTranspose2d": ([nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1)], image),
        "ConvTranspose3d": ([nn.ConvTranspose3d(2, 3, (1, 2, 2))], volume),
        "MaxPool1d": ([nn.MaxPool1d(3, stride=2, padding=1)], line),
        "MaxPool2d": ([nn.MaxPool2d(2, ceil_mode=True)], image),
        "MaxPool3d": ([nn.MaxPool3d(2, dilation=(1, 2, 1))], volume),
        "AvgPool1d": ([nn.AvgPool1d(3, stride=2, padding=1)], line),
        "AvgPool2d": ([nn.AvgPool2d(3, padding=1, count_include_pad=False)], image),
        "AvgPool3d": ([nn.AvgPool3d(2, divisor_override=3)], volume),
        "LPPool1d": ([nn.LPPool1d(2, 3)], line),
        "LPPool2d": ([nn.LPPool2d(2, 2, stride=1)], image),
        "LPPool3d": ([nn.LPPool3d(2, 2)], volume),
        "AdaptiveAvgPool1d": ([nn.AdaptiveAvgPool1d(3)], line),
        "AdaptiveAvgPool2d": ([nn.AdaptiveAvgPool2d((2, 3))], image),
        "AdaptiveAvgPool3d": ([nn.AdaptiveAvgPool3d(2)], volume),
        "AdaptiveMaxPool1d": ([nn.AdaptiveMaxPool1d(3)], line),
        "AdaptiveMaxPool2d": ([nn.AdaptiveMaxPool2d((2, 3))], image),
        "AdaptiveMaxPool3d": ([nn.AdaptiveMaxPool3d(2)], volume),
        "BatchNorm1d": ([nn.BatchNorm1d(4)], line),
        "BatchNorm2d": ([nn.BatchNorm2d(2, momentum=None)], image),
        "BatchNorm3d": ([nn.BatchNorm3d(2, affine=False)], volume),
        "InstanceNorm1d": ([nn.InstanceNorm1d(4)], line),
        "InstanceNorm2d": ([nn.InstanceNorm2d(2, affine=True, track_running_stats=True)], image),
        "InstanceNorm3d": ([nn.InstanceNorm3d(2, affine=True)], volume),
        "LayerNorm": ([nn.LayerNorm((6, 5))], image),
        "RMSNorm": ([nn.RMSNorm(5)], image),
        "GroupNorm": ([nn.GroupNorm(2, 4)], line),
        "LocalResponseNorm": ([nn.LocalResponseNorm(2)], image),
        "Embedding": ([nn.Embedding(7, 3, padding_idx=2)], None),
        "EmbeddingBag": ([nn.EmbeddingBag(7, 3, mode="max", padding_idx=2)], None),
        "PReLU": ([nn.PReLU(4)], line),
        "Dropout1d": ([nn.Dropout1d()], line),
        "Dropout2d": ([nn.Dropout2d()], image),
        "Dropout3d": ([nn.Dropout3d()], volume),
        "Flatten": ([nn.Flatten(), nn.Unflatten(1, (2, -1))], image),
        "PixelShuffle": ([nn.PixelShuffle(2)], (2, 8, 2, 3)),
        "PixelUnshuffle": ([nn.PixelUnshuffle(2)], (2, 1, 4, 6)),
        "Upsample": ([nn.Upsample(scale_factor=1.7)], image),
        "Upsample, linear": ([nn.Upsample(size=7, mode="linear")], line),
        "Upsample, bilinear": ([nn.Upsample(scale_factor=2.5, mode="bilinear")], image),
        "Upsample, aligned": ([nn.Upsample(size=(4, 9), mode="bilinear", align_corners=True)], image),
        "RNN": ([FlatRNN(4, 3, 2)], sequence),
        "GRU": ([FlatGRU(4, 3, 2, bidirectional=True)], sequence),
        "LSTM": ([FlatLSTM(4, 3, 2, bidirectional=True)], sequence),
        "RNNCell": ([AlongRNN(4, 3)], sequence),
        "GRUCell": ([AlongGRU(4, 3)], sequence),
        "LSTMCell": ([AlongLSTM(4, 3)], sequence),
        "MultiheadAttention": ([SelfAttention(4, 2)], sequence),
        "TransformerEncoderLayer": ([encoder_layer()], sequence),
        "TransformerEncoder": ([nn.TransformerEncoder(encoder_layer(activation="gelu", norm_first=True), 2,
                                                      nn.LayerNorm(4), enable_nested_tensor=False)], sequence),
        "Transformer": ([SelfTransformer(4, 2, 2, 1, dim_feedforward=6)], sequence),
        "activations": ([nn.ELU(1.5), nn.LeakyReLU(0.2), nn.SiLU(), nn.GELU(), nn.CELU(), nn.SELU(), nn.Mish(),
                         nn.Hardswish(), nn.Softsign(), nn.Tanhshrink(), nn.LogSigmoid(), nn.Softplus(2)], line),
        "bounded activations": ([nn.Hardtanh(-2, 2), nn.Hardshrink(0.1), nn.Softshrink(0.1), nn.Threshold(-1, 0.5),
                                 nn.ReLU6(), nn.Hardsigmoid(), nn.GLU(1), nn.Softmax(1), nn.LogSoftmax(1),
                                 nn.Identity()], line),
    }


def cases():
    """(name, model, input) of each."""
    torch.manual_seed(1)
    for name, (parts, shape) in layers().items():
        x = torch.randn(shape, dtype=torch.float64) if shape else torch.tensor([[2, 0, 6], [1, 2, 3]])
        yield name, nn.Sequential(*parts).double(), x


@unittest.skipUnless(torch, "torch is not installed")
class LayersTest(InteropTest):
    def path(self, name):
        return self.folder / f"{name}.safetensors"

    def assert_output(self, model, x):
        model.eval()
        with torch.no_grad():
            wanted = model(x)
        # Sums of at most 72 products of numbers near 1, and a few functions right to some units.
        torch.testing.assert_close(load_file(self.path("y"))["y"], wanted, rtol=1e-13, atol=1e-13)

    def test_every_layer_is_known_to_both(self):
        self.assertEqual(run("layers", "names").splitlines(), sorted(layers()))

    def test_torchs_states_give_the_same_outputs_here(self):
        for name, model, x in cases():
            with self.subTest(name):
                for _ in range(3):
                    model(x)  # running moments follow
                save_file(model.state_dict(), self.path("state"))
                save_file({"x": x}, self.path("x"))
                run("layers", "forward", name, self.path("state"), self.path("x"), self.path("y"))
                self.assert_output(model, x)

    def test_states_from_here_give_the_same_outputs_in_torch(self):
        for name, model, x in cases():
            with self.subTest(name):
                save_file({"x": x}, self.path("x"))
                run("layers", "make", name, self.path("x"), self.path("state"), self.path("y"))
                model.load_state_dict(load_file(self.path("state")), strict=True)
                self.assert_output(model, x)


if __name__ == "__main__":
    unittest.main()
