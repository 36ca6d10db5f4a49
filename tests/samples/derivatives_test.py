"""derivatives from the outside: the numbers of its stops, worked out by hand."""

from sample import SeededSampleTest, main

LAST = "largest_difference={}"


class Derivatives(SeededSampleTest):
    flags = ["--seed", "--examples", "--features", "--dot"]

    def test_every_derivative_agrees_for_every_seed(self):
        for seed in range(5):
            (difference,) = self.last_line(LAST, "--seed", seed)
            self.assertLess(difference, 1e-6)

    def test_the_slopes_of_the_notes_are_shown(self):
        text = self.output_of()
        # 4a rises by 4 for any step; a^2 from 2 rises by (2.1^2 - 4) / 0.1 = 4.1 for the step 0.1.
        self.assertRegex(text, r"0\.1 +4\.00000000")
        self.assertRegex(text, r"0\.1 +4\.10000000")
        self.assertRegex(text, r"dJ/db +6\.0+ ")
        self.assertRegex(text, r"dJ/dc +9\.0+ ")

    def test_a_step_downhill_ends_where_the_notes_end(self):
        text = self.output_of()
        for line in ("w1 = 10 - 0.001 * 2 = 9.998", "w2 = 20 - 0.001 * 1 = 19.999",
                     "b  = 5 - 0.001 * 3 = 4.997"):
            self.assertIn(line, text)

    def test_any_number_of_examples_and_features_agrees(self):
        for examples, features in ((1, 1), (1, 7), (3, 1), (5000, 20), (10, 1000)):
            flags = ["--examples", examples, "--features", features]
            self.assertLess(self.last_line(LAST, *flags)[0], 1e-6)

    def test_the_tape_is_shown_as_text_and_as_dot(self):
        text = self.output_of()
        for operation in ("mul", "add", "sigmoid", "log", "neg"):
            self.assertIn(operation, text)
        self.assertIn("digraph", text)
        self.assertIn("->", text)

    def test_the_picture_goes_to_a_file_when_asked(self):
        file = self.folder / "tape.dot"
        self.assertIn(str(file), self.output_of("--dot", file))
        picture = file.read_text()
        self.assertTrue(picture.startswith("digraph"))
        self.assertEqual(picture.count("{"), picture.count("}"))
        self.assert_refused("cannot write the picture", "--dot", "/no/such/folder/tape.dot")

    def test_flags_out_of_range_are_refused(self):
        for flag in ("--examples", "--features"):
            for value in ("0", "-3", "2.5", "many"):
                self.assert_flag_refused(flag, value, "whole number from 1")


if __name__ == "__main__":
    main(Derivatives)
