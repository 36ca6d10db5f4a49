"""text from the outside: what it learns and writes, its files, and texts that are none."""

import collections
import math
import pathlib
import re

from sample import main
from trainer import ResumableSampleTest
from training import safetensors_in

DATA = pathlib.Path(__file__).parent.parent.parent / "samples/text/data/pride_and_prejudice.txt"
LAST = "test_perplexity={} test_loss={} steps={}"
SMALL = ["--size", 16, "--heads", 2, "--layers", 1, "--window", 16, "--sample", 40]


def perplexity_of_pairs(text):
    """Of the last tenth, by how often a character follows another in the rest: a model that sees one character."""
    learned, held_out = text[:len(text) - len(text) // 10], text[len(text) - len(text) // 10:]
    pairs, firsts, kinds = collections.Counter(zip(learned, learned[1:])), collections.Counter(learned), len(set(text))
    return math.exp(-sum(math.log((pairs[pair] + 1) / (firsts[pair[0]] + kinds))
                         for pair in zip(held_out, held_out[1:])) / (len(held_out) - 1))


class Text(ResumableSampleTest):
    flags = ["--text", "--model", "--size", "--layers", "--heads", "--window", "--dropout", "--epochs", "--max-step",
             "--batch-size", "--learning-rate", "--seed", "--model-dir", "--save-every", "--log-dir", "--export",
             "--sample", "--temperature", "--prompt", "--weights"]
    short = [*SMALL, "--max-step", 3]

    def arguments(self):
        return [str(flag) for flag in self.short]

    def rhyme(self):
        return self.file("rhyme.txt", "the cat sat on the mat.\n" * 120)

    def test_one_epoch_of_the_novel_says_more_than_pairs_of_characters(self):
        text = DATA.read_text()
        perplexity, loss, _ = self.last_line(LAST, "--size", 64, "--layers", 1, "--epochs", 1, "--learning-rate", 0.01,
                                             "--sample", 10)
        self.assertLess(perplexity, perplexity_of_pairs(text))
        self.assertAlmostEqual(perplexity, math.exp(loss), delta=1e-4)

    def test_both_networks_learn_a_line_by_heart_and_write_it(self):
        for model in ("lstm", "transformer"):
            with self.subTest(model):
                flags = ["--text", self.rhyme(), "--model", model, *SMALL[2:], "--size", 32, "--dropout", 0,
                         "--learning-rate", 0.01, "--epochs", 20, "--temperature", 0]
                perplexity, _, _ = self.last_line(LAST, *flags, "--export", "x.safetensors")
                # What comes after the blank of a window that begins with it can't be known; all else can.
                self.assertLess(perplexity, 1.5)
                written = ["--weights", "x.safetensors", "--sample", 48, "--temperature", 0, "--prompt", "the cat sat"]
                self.assertEqual(self.output_of(*written),
                                 ("the cat sat on the mat.\n" * 3)[:11 + 48] + "\ncharacters=48\n")

    def test_the_temperature_and_the_seed_choose_what_is_written(self):
        self.output_of(*self.short, "--export", "x.safetensors")
        write = ["--weights", "x.safetensors", "--sample", 60]
        careful = [self.output_of(*write, "--temperature", 0, "--seed", seed) for seed in (1, 2)]
        self.assertEqual(*careful)
        drawn = [self.output_of(*write, "--temperature", 1, "--seed", seed) for seed in (1, 1, 2)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertEqual(self.output_of(*write, "--temperature", "1e-300"), careful[0])

    def test_a_perplexity_is_printed_for_each_epoch(self):
        text = self.output_of("--text", self.rhyme(), *SMALL, "--epochs", 3)
        self.assertEqual(len(re.findall(r"^epoch [123]/3  \d:\d\d  loss .* val_perplexity [\d.]+ lr", text, re.M)), 3)

    def test_a_resumed_training_ends_with_the_bytes_of_one_that_ran_through(self):
        for model in ("lstm", "transformer"):
            flags = ["--text", self.rhyme(), "--model", model, *SMALL, "--epochs", 2]  # 10 steps an epoch
            through, kept, resumed = (f"{name}-{model}" for name in ("through", "kept", "resumed"))
            self.output_of(*flags, "--export", f"{through}.safetensors")
            self.output_of(*flags, "--model-dir", kept, "--save-every", 3, "--max-step", 14)
            text = self.output_of(*flags, "--model-dir", kept, "--export", f"{resumed}.safetensors")
            self.assertRegex(text, rf"Resumed at step 14 from {kept}/\S+\.\n")
            self.assertEqual((self.folder / f"{resumed}.safetensors").read_bytes(),
                             (self.folder / f"{through}.safetensors").read_bytes())

    def test_checkpoints_of_another_training_are_refused(self):
        self.output_of(*self.short, "--model-dir", "kept")
        self.assert_refused("comes of another training: --seed was 1 and is 2 now", *self.short, "--model-dir", "kept",
                            "--seed", 2)
        self.assert_refused("comes of another training: data was", *self.short, "--model-dir", "kept", "--text",
                            self.rhyme())

    def test_ctrl_c_saves_and_the_next_start_goes_on(self):
        self.assert_ctrl_c_goes_on(*SMALL, "--epochs", 10000)

    def test_logs_hold_each_step_and_a_table_of_epochs(self):
        self.output_of("--text", self.rhyme(), *SMALL, "--epochs", 2, "--log-dir", "logs")
        (events,) = (self.folder / "logs").glob("events.out.tfevents.*")
        self.assertEqual(events.read_bytes().count(b"perplexity/validation\x15"), 2)
        table = (self.folder / "logs/epochs.csv").read_text().splitlines()
        self.assertEqual(table[0], "epoch,step,loss,perplexity,val_loss,val_perplexity,lr")
        self.assertEqual(len(table), 3)

    def test_the_export_holds_weights_by_pytorchs_names_and_the_characters(self):
        self.output_of(*self.short, "--text", self.rhyme(), "--export", "x.safetensors")
        tensors = safetensors_in(self.folder / "x.safetensors")
        kinds = len(set("the cat sat on the mat.\n"))
        self.assertEqual({name: len(values) for name, values in tensors.items()},
                         {"embedding.weight": kinds * 16, "lstm.weight_ih_l0": 1024, "lstm.weight_hh_l0": 1024,
                          "lstm.bias_ih_l0": 64, "lstm.bias_hh_l0": 64, "out.weight": kinds * 16, "out.bias": kinds})
        self.assertIn("Wrote x.onnx.", self.output_of(*self.short, "--export", "x.onnx"))

    def test_texts_that_are_none_are_refused(self):
        self.assert_refused("cannot open: none: No such file", "--text", "none")
        self.assert_refused("this is a folder: .", "--text", ".")
        self.assert_refused(r"empty.txt: 0 characters; a tenth of them is held out, .* a window of 128", "--text",
                            self.file("empty.txt", ""))
        self.assert_refused("short.txt: 1000 characters", "--text", self.file("short.txt", "a" * 999 + "\n"))
        (self.folder / "latin.txt").write_bytes(b"good\n" + "caf\xe9\n".encode("latin-1") + b"x" * 3000)
        self.assert_refused(r"latin.txt:2: characters: byte 3 of 4 is 0xe9", "--text", "latin.txt")

    def test_weights_that_are_none_are_refused(self):
        self.assert_refused("cannot open: none: No such file", "--weights", "none")
        self.output_of(*self.short, "--export", "x.safetensors")
        content = (self.folder / "x.safetensors").read_bytes()
        (self.folder / "torn.safetensors").write_bytes(content[:-7])
        self.assert_refused("torn.safetensors", "--weights", "torn.safetensors")
        (self.folder / "other.safetensors").write_bytes(content.replace(b'"sizes"', b'"other"'))
        self.assert_refused("^text: other.safetensors: these aren't the weights of such a network", "--weights", "other.safetensors")

    def test_flags_out_of_range_are_refused(self):
        for flag in ("--epochs", "--batch-size", "--size", "--layers", "--heads"):
            self.assert_flag_refused(flag, "0", "whole number, 1 or more")
        self.assert_flag_refused("--window", "1", "whole number, 2 or more")
        self.assert_flag_refused("--temperature", "-1", "finite number from 0")
        self.assert_flag_refused("--dropout", "1", "finite number from 0 and below 1")
        self.assert_flag_refused("--model", "gru", "lstm or transformer")
        self.assert_refused("--heads: 5 heads don't divide a --size of 16", "--model", "transformer", "--size", 16,
                            "--heads", 5)
        self.assert_refused("--prompt: the text that was learned has no character \"é\"", "--prompt", "né")
        self.assert_refused("--export: cannot write into the folder none: No such file", "--export", "none/x.npz")

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"\r\x1b\[Kepoch \d+/10000", *SMALL, "--epochs", 10000)
        self.assertNotRegex(self.output_of(*self.short), r"\r|\x1b")


if __name__ == "__main__":
    main(Text)
