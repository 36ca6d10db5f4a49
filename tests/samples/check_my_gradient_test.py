"""check_my_gradient from the outside: which gradients are right, and what is said of the others."""

from sample import SampleTest, main


class CheckMyGradient(SampleTest):
    flags = ["--help"]

    def test_four_are_right_and_three_are_wrong(self):
        self.assertEqual(self.last_line("right={} wrong={}"), [4, 3])

    def test_each_mistake_is_named(self):
        reports = self.output_of()
        # 2a is twice a; five examples without their mean.
        self.assertIn("it is 0.5 times the numeric one", reports)
        self.assertIn("each element is 5 times the numeric one", reports)
        self.assertIn("the derivative of f by w1, and 2 more, is added to what the result held before", reports)


if __name__ == "__main__":
    main(CheckMyGradient)
