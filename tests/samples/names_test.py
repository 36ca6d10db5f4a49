"""names from the outside: what it learns and says, its files, and folders that are none."""

import csv
import pathlib
import re

from sample import main
from trainer import ResumableSampleTest
from training import safetensors_in

DATA = pathlib.Path(__file__).parent.parent.parent / "samples/names/data"
LAST = "test_accuracy={} test_f1={} test_loss={} steps={}"
SMALL = ["--size", 8]


class Names(ResumableSampleTest):
    flags = ["--names", "--model", "--size", "--dropout", "--epochs", "--max-step", "--batch-size", "--learning-rate",
             "--seed", "--model-dir", "--save-every", "--log-dir", "--export", "--list-test", "--predict", "--weights"]
    short = [*SMALL, "--max-step", 3]

    def arguments(self):
        return [str(flag) for flag in self.short]

    def folder_of(self, name="own", **languages):
        place = self.folder / name
        place.mkdir()
        for language, names in languages.items():
            (place / f"{language}.txt").write_text("".join(f"{one}\n" for one in names), encoding="utf-8")
        return place

    def easy(self):
        """Two languages that the last letter tells apart, of names of many lengths."""
        stems = [a + b * n for a in "bdfg" for b in "lmnr" for n in range(1, 6)]
        return self.folder_of(Left=[f"{one}a" for one in stems], Right=[f"{one}é" for one in stems])

    def test_some_epochs_find_most_languages_of_the_test(self):
        # Whoever says the largest language always is right on a tenth, and has an F1 of 0.014.
        accuracy, f1, _, steps = self.last_line(LAST, "--size", 48, "--epochs", 4, "--learning-rate", 0.01,
                                                "--list-test", "test.csv")
        self.assertGreater(accuracy, 0.6)
        self.assertGreater(f1, 0.55)
        self.assertEqual(steps, 4 * 100)
        with open(self.folder / "test.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        right = sum(row["language"] == row["said"] for row in rows)
        self.assertAlmostEqual(right / len(rows), accuracy, delta=1e-6)
        for path in DATA.glob("*.txt"):  # a fifth of each language, of its own names
            own = set(path.read_text(encoding="utf-8").split("\n"))
            held_out = [row["name"] for row in rows if row["language"] == path.stem]
            self.assertLess(abs(len(held_out) - (len(own) - 1) / 5), 1.5, path.stem)
            self.assertLessEqual(set(held_out), own)

    def test_both_networks_tell_easy_languages_apart_and_say_so(self):
        for model in ("gru", "transformer"):
            with self.subTest(model):
                names = self.folder / "own" if (self.folder / "own").exists() else self.easy()
                accuracy, f1, _, _ = self.last_line(
                    LAST, "--names", names, "--model", model, "--size", 16, "--dropout", 0.1, "--batch-size", 16,
                    "--learning-rate", 0.01, "--epochs", 60, "--export", "x.safetensors")
                self.assertEqual((accuracy, f1), (1, 1))
                text = self.output_of("--weights", "x.safetensors", "--predict", "glllla", "brré", "dnna")
                lines = re.findall(r"^(\w+): (\w+) ([01]\.\d{3}), (\w+) ([01]\.\d{3})$", text, re.MULTILINE)
                self.assertEqual([line[:2] for line in lines], [("glllla", "Left"), ("brré", "Right"), ("dnna", "Left")])
                for line in lines:
                    self.assertAlmostEqual(float(line[2]) + float(line[4]), 1, delta=0.002)
                self.assertEqual(text.splitlines()[-1], "names=3")

    def test_the_table_counts_the_test(self):
        text = self.output_of("--names", self.easy(), *self.short)
        rows = re.findall(r"^(Left|Right) +(\d+|\.) +(\d+|\.)$", text, re.MULTILINE)
        self.assertEqual([sum(0 if count == "." else int(count) for count in row[1:]) for row in rows], [16, 16])

    def test_a_resumed_training_ends_with_the_bytes_of_one_that_ran_through(self):
        names = self.easy()
        for model in ("gru", "transformer"):
            flags = ["--names", names, "--model", model, *SMALL, "--batch-size", 16, "--epochs", 3]  # 8 steps an epoch
            through, kept, resumed = (f"{name}-{model}" for name in ("through", "kept", "resumed"))
            self.output_of(*flags, "--export", f"{through}.safetensors")
            self.output_of(*flags, "--model-dir", kept, "--save-every", 3, "--max-step", 11)
            text = self.output_of(*flags, "--model-dir", kept, "--export", f"{resumed}.safetensors")
            self.assertRegex(text, rf"Resumed at step 11 from {kept}/\S+\.\n")
            self.assertEqual((self.folder / f"{resumed}.safetensors").read_bytes(),
                             (self.folder / f"{through}.safetensors").read_bytes())

    def test_checkpoints_of_another_training_are_refused(self):
        self.output_of(*self.short, "--model-dir", "kept")
        self.assert_refused("comes of another training: --seed was 1 and is 2 now", *self.short, "--model-dir", "kept",
                            "--seed", 2)
        self.assert_refused("another", *self.short, "--model-dir", "kept", "--names", self.easy())

    def test_ctrl_c_saves_and_the_next_start_goes_on(self):
        self.assert_ctrl_c_goes_on(*SMALL, "--epochs", 10000)

    def test_logs_hold_each_step_and_a_table_of_epochs(self):
        self.output_of("--names", self.easy(), *SMALL, "--epochs", 2, "--log-dir", "logs")
        (events,) = (self.folder / "logs").glob("events.out.tfevents.*")
        self.assertEqual(events.read_bytes().count(b"accuracy/validation\x15"), 2)
        table = (self.folder / "logs/epochs.csv").read_text().splitlines()
        self.assertEqual(table[0], "epoch,step,loss,accuracy,val_loss,val_accuracy,val_f1,lr")
        self.assertEqual(len(table), 3)

    def test_the_export_holds_weights_by_pytorchs_names(self):
        self.output_of("--names", self.easy(), *self.short, "--export", "x.safetensors")
        tensors = safetensors_in(self.folder / "x.safetensors")
        kinds = 2 + len(set("bdfglmnraé"))
        both = {f"gru.{name}_l0{end}": size for name, size in
                (("weight_ih", 192), ("weight_hh", 192), ("bias_ih", 24), ("bias_hh", 24)) for end in ("", "_reverse")}
        self.assertEqual({name: len(values) for name, values in tensors.items()},
                         {**both, "embedding.weight": kinds * 8, "out.weight": 32, "out.bias": 2})
        self.assertIn("Wrote x.onnx.", self.output_of(*self.short, "--export", "x.onnx"))

    def test_folders_that_are_none_are_refused(self):
        self.assert_refused("none: No such file", "--names", "none")
        self.assert_refused("one: 1 files LANGUAGE.txt; at least two", "--names", self.folder_of("one", A="abcdef"))
        self.assert_refused("B.txt: 4 names; a language needs 5", "--names", self.folder_of("few", A="abcdef", B="abcd"))
        torn = self.folder_of("torn", A="abcdef", B="abcdef")
        (torn / "B.txt").write_bytes(b"abc\ndef\n\xff\xfe\nx\ny\n")
        self.assert_refused(r"torn/B.txt:3: characters: byte 0 of 2 is 0xff", "--names", torn)

    def test_weights_that_are_none_are_refused(self):
        self.assert_refused("cannot open: none: No such file", "--weights", "none", "--predict", "x")
        self.output_of(*self.short, "--export", "x.safetensors")
        content = (self.folder / "x.safetensors").read_bytes()
        (self.folder / "torn.safetensors").write_bytes(content[:-7])
        self.assert_refused("torn.safetensors", "--weights", "torn.safetensors", "--predict", "x")
        (self.folder / "other.safetensors").write_bytes(content.replace(b'"sizes"', b'"other"'))
        self.assert_refused("^names: other.safetensors: these aren't the weights of such a network", "--weights", "other.safetensors", "--predict", "x")
        self.assert_refused("--predict", "--weights", "x.safetensors")
        self.assert_refused("--weights", "--predict", "x")

    def test_flags_out_of_range_are_refused(self):
        for flag in ("--epochs", "--batch-size"):
            self.assert_flag_refused(flag, "0", "whole number, 1 or more")
        self.assert_flag_refused("--size", "3", "whole number, 4 or more")
        self.assert_flag_refused("--dropout", "1", "finite number from 0 and below 1")
        self.assert_flag_refused("--model", "lstm", "gru or transformer")
        self.assert_refused("--size: 6; a transformer needs a multiple of 4", "--model", "transformer", "--size", 6)
        self.assert_refused("--export: cannot write into the folder none: No such file", "--export", "none/x.npz")
        self.assert_refused("--list-test: cannot write into the folder none: No such file", "--list-test", "none/x.csv")

    def test_progress_is_for_terminals_only(self):
        self.assert_terminal_sees(r"\r\x1b\[Kepoch \d+/10000", *SMALL, "--epochs", 10000)
        self.assertNotRegex(self.output_of(*self.short), r"\r|\x1b")


if __name__ == "__main__":
    main(Names)
