// Expected numbers of StandardScaler are scikit-learn 1.5's, by its documentation and by hand.
#include "tapegrad/data/encode.hpp"

#include <cmath>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/io/saver.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

TEST_CASE("labels are numbered in the order of their bytes", "[data][encode]") {
  const LabelEncoder labels = LabelEncoder::fit(Texts{"paris", "paris", "tokyo", "amsterdam"});
  CHECK(labels.classes() == Texts{"amsterdam", "paris", "tokyo"});
  const Tensor encoded = labels.encode(Texts{"tokyo", "tokyo", "paris"});
  CHECK(encoded.dtype() == int64);
  CHECK(encoded.to_vector<double>() == Numbers{2, 2, 1});
  CHECK(labels.decode(encoded) == Texts{"tokyo", "tokyo", "paris"});
  CHECK(LabelEncoder({"b", "a"}).index("b") == 0);
}

TEST_CASE("unknown labels are refused, or have an index of their own", "[data][encode]") {
  const LabelEncoder strict({"a", "b"});
  CHECK(strict.size() == 2);
  CHECK(error_of([&] { strict.index("c"); }) ==
        "LabelEncoder: \"c\" is none of the 2 texts: \"a\", \"b\"");
  const LabelEncoder open({"a", "b"}, UnknownLabel::own_index);
  CHECK(open.size() == 3);
  CHECK(open.encode(Texts{"c", "a", ""}).to_vector<double>() == Numbers{2, 0, 2});
  CHECK(open.text(2) == "?");
  CHECK(error_of<IndexError>([&] { strict.text(2); }) == "LabelEncoder: no text 2 among 2");
  CHECK(contains(error_of<IndexError>([&] { strict.decode(tensor({0, -1})); }), "no text -1"));
  CHECK(contains(error_of<DTypeError>([&] { strict.decode(ones({2})); }), "got float32"));
  CHECK(contains(error_of([] { LabelEncoder({"a", "a"}); }), "\"a\" comes twice"));
  CHECK(contains(error_of([] { LabelEncoder::fit({}); }), "the list of texts is empty"));
}

TEST_CASE("labels are kept with the model, and fit an encoder that knew nothing",
          "[data][encode]") {
  const test::Folder folder;
  LabelEncoder labels({"", "Zürich", std::string("a\0b", 3)}, UnknownLabel::own_index);
  StandardScaler scaler;
  scaler.fit(tensor({{1., 2.}, {3., 6.}}));
  io::Saver saver(folder / "runs");
  saver.add("labels", labels).add("scaler", scaler);
  const std::string path = saver.save(1);
  LabelEncoder loaded;
  loaded.load_state_dict(io::load_checkpoint_part(path, "labels"));
  CHECK(loaded.classes() == labels.classes());
  CHECK(loaded.unknown() == UnknownLabel::own_index);
  StandardScaler scales;
  scales.load_state_dict(io::load_checkpoint_part(path, "scaler"));
  CHECK(scales.mean().to_vector<double>() == Numbers{2, 4});
  CHECK(saver.restore(path).step == 1);
}

TEST_CASE("a state that isn't one is refused, and changes nothing", "[data][encode]") {
  LabelEncoder labels({"a"});
  StateDict state = LabelEncoder({"x", "yz"}).state_dict();
  const auto error = [&](const StateDict& wrong) {
    const std::string text = error_of([&] { labels.load_state_dict(wrong); });
    CHECK(labels.classes() == Texts{"a"});
    return text;
  };
  CHECK(contains(error({}), "no entry \"classes.bytes\" among the 0"));
  const Tensor bytes = state["classes.bytes"], unknown = state["unknown"];
  CHECK(contains(
      error({{"classes.bytes", bytes}, {"classes.lengths", tensor({1, 3})}, {"unknown", unknown}}),
      "text 1 of \"classes\" has 3 bytes of the 2 that are left"));
  CHECK(contains(
      error({{"classes.bytes", bytes}, {"classes.lengths", tensor({1})}, {"unknown", unknown}}),
      "2 bytes behind the texts"));
  CHECK(contains(error({{"classes.bytes", bytes},
                        {"classes.lengths", tensor({1, 2})},
                        {"unknown", full({}, 7)}}),
                 "\"unknown\" is 7; it lies in [0, 2)"));
  CHECK(contains(
      error({{"classes.bytes", bytes}, {"classes.lengths", ones({2})}, {"unknown", unknown}}),
      "float32 of shape [2]"));
  StandardScaler scaler;
  CHECK(contains(
      error_of([&] {
        scaler.load_state_dict({{"mean", ones({2}, float64)}, {"scale", ones({3}, float64)}});
      }),
      "scale float64 of shape [3]"));
}

// [[0, 0], [0, 0], [1, 1], [1, 1]] is scikit-learn's example: mean 0.5, [2, 2] becomes [3, 3].
TEST_CASE("scaled features have mean 0 and deviation 1, as scikit-learn's", "[data][encode]") {
  StandardScaler scaler;
  scaler.fit(tensor({{0., 0.}, {0., 0.}, {1., 1.}, {1., 1.}}));
  CHECK(scaler.mean().to_vector<double>() == Numbers{0.5, 0.5});
  CHECK(scaler.transform(tensor({{2., 2.}})).to_vector<double>() == Numbers{3, 3});
  CHECK(scaler.transform(tensor({2., 2.})).shape() == Shape{2});
  CHECK(scaler.inverse(tensor({{3., -1.}})).to_vector<double>() == Numbers{2, 0});
  CHECK(scaler.transform(ones({1, 2})).dtype() == float32);
}

TEST_CASE("a constant feature is divided by 1, and what isn't known is left aside",
          "[data][encode]") {
  StandardScaler scaler;
  scaler.fit(tensor({{0.1, 1., 5.}, {0.1, NAN, 7.}, {0.1, 3., NAN}}, {.dtype = float64}));
  CHECK(scaler.scale().to_vector<double>() == Numbers{1, 1, 1});
  CHECK(scaler.mean()[1].item<double>() == 2);
  const Numbers scaled =
      scaler.transform(tensor({{0.1, NAN, 8.}}, {.dtype = float64})).to_vector<double>();
  CHECK(std::abs(scaled[0]) < 1e-15);  // the rounding of the mean of 0.1
  CHECK(std::isnan(scaled[1]));
  CHECK(scaled[2] == 2);
}

TEST_CASE("channels are features of images, one or many", "[data][encode]") {
  const Tensor images = arange(2 * 3 * 2 * 2).to(float64).view({2, 3, 2, 2});
  StandardScaler scaler(-3);
  scaler.fit(images);
  // Channel c has 4 c + {0, 1, 2, 3} and the same plus 12.
  CHECK(scaler.mean().to_vector<double>() == Numbers{7.5, 11.5, 15.5});
  const double deviation = std::sqrt(36 + 1.25);
  for (const double s : scaler.scale().to_vector<double>()) CHECK(std::abs(s - deviation) < 1e-14);
  CHECK(scaler.transform(images[0]).shape() == Shape{3, 2, 2});
}

TEST_CASE("what can't be scaled is refused with its shape", "[data][encode]") {
  StandardScaler scaler;
  CHECK(contains(error_of([&] { scaler.transform(ones({2, 2})); }), "nothing was fitted"));
  CHECK(scaler.state_dict().empty());
  CHECK(contains(error_of<DTypeError>([&] { scaler.fit(ones({2}, int64)); }), "got int64"));
  CHECK(contains(error_of([&] {
                   scaler.fit(tensor({{1., NAN}, {1., NAN}}));
                 }),
                 "feature 1 of shape [2, 2]"));
  CHECK(contains(error_of([&] {
                   scaler.fit(tensor({{1., INFINITY}}));
                 }),
                 "feature 1 of shape [1, 2]"));
  CHECK(contains(error_of([&] { scaler.fit(ones({0, 2})); }), "feature 0 of shape [0, 2]"));
  scaler.fit(ones({3, 2}));
  CHECK(contains(error_of<ShapeError>([&] {
                   scaler.transform(ones({2, 3}));
                 }),
                 "2 features were fitted, shape [2, 3] has 3"));
  CHECK(contains(error_of<ShapeError>([&] { scaler.transform(ones({})); }), "shape [] hasn't"));
  CHECK(contains(error_of<IndexError>([] { StandardScaler(1); }), "along dimension 1"));
}

TEST_CASE("what is missing becomes the median or the mean of what was fitted, as in scikit-learn",
          "[data][encode]") {
  const Tensor table = tensor({{1., NAN, 7.}, {2., 5., NAN}, {NAN, 6., NAN}, {10., 8., 7.}});
  const Tensor others = tensor({{NAN, NAN, NAN}, {3., NAN, 4.}}, {.dtype = float64});
  // SimpleImputer(strategy="median").fit(table).transform(others), scikit-learn 1.9.1; "mean"
  // below.
  const Imputer medians = Imputer().fit(table);
  CHECK(medians.values().to_vector<double>() == Numbers{2, 6, 7});
  CHECK(medians.transform(others).to_vector<double>() == Numbers{2, 6, 7, 3, 6, 4});
  CHECK(medians.transform(tensor({NAN, 1., NAN})).to_vector<double>() == Numbers{2, 1, 7});
  CHECK(medians.transform(tensor({NAN, 1., NAN})).dtype() == float32);
  const Imputer means = Imputer(Fill::mean).fit(table);
  CHECK(means.values().to_vector<double>() ==
        Numbers{0x1.1555555555555p+2, 0x1.9555555555555p+2, 7});
  CHECK(Imputer().fit(tensor({{1.}, {4.}, {NAN}, {2.}, {3.}})).values().item<double>() == 2.5);
}

TEST_CASE("an imputer is kept with the model, and passes gradients where a value was",
          "[data][encode]") {
  const Imputer fitted = Imputer().fit(tensor({{1., 4.}, {3., NAN}}));
  Imputer loaded(Fill::mean);
  loaded.load_state_dict(fitted.state_dict());
  Tensor x = tensor({{NAN, 5.}});
  x.requires_grad_();
  const Tensor y = loaded.transform(x);
  CHECK(y.to_vector<double>() == Numbers{2, 5});
  sum(y).backward();
  CHECK(x.grad().to_vector<double>() == Numbers{0, 1});
  CHECK(contains(error_of([&] { loaded.load_state_dict({}); }), "no entry \"values\""));
  CHECK(contains(error_of([&] {
                   loaded.load_state_dict({{"values", ones({2})}});
                 }),
                 "values is float32 of shape [2]"));
  CHECK(loaded.values().to_vector<double>() == Numbers{2, 4});
}

TEST_CASE("what can't be imputed is refused with its shape", "[data][encode]") {
  Imputer imputer;
  CHECK(imputer.state_dict().empty());
  CHECK(contains(error_of([&] { imputer.transform(ones({2, 2})); }), "nothing was fitted"));
  CHECK(contains(error_of<DTypeError>([&] { imputer.fit(ones({2}, int64)); }), "got int64"));
  CHECK(contains(error_of<ShapeError>([&] { imputer.fit(ones({})); }), "shape [] has none"));
  CHECK(contains(error_of([&] {
                   imputer.fit(tensor({{1., NAN}, {1., NAN}}));
                 }),
                 "feature 1 of shape [2, 2]"));
  CHECK(contains(error_of([&] { imputer.fit(tensor({{-INFINITY}})); }), "feature 0 of shape"));
  CHECK(contains(error_of([&] { imputer.fit(ones({0, 2})); }), "feature 0 of shape [0, 2]"));
  imputer.fit(ones({3, 2}));
  CHECK(contains(error_of<ShapeError>([&] {
                   imputer.transform(ones({2, 3}));
                 }),
                 "2 features were fitted, shape [2, 3] has 3"));
}
