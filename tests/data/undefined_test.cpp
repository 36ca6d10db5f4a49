#include "support/undefined_rows.hpp"
#include "tapegrad/data/encode.hpp"
#include "tapegrad/data/images.hpp"
#include "tapegrad/data/sampler.hpp"
#include "tapegrad/data/split.hpp"
#include "tapegrad/data/tokens.hpp"
#include "tapegrad/data/transform.hpp"
#include "tapegrad/ops/create.hpp"

using namespace tapegrad;
using namespace tapegrad::data;

TEST_CASE("what takes a tensor refuses an undefined one", "[data][undefined]") {
  const Tensor none;
  Generator random;
  StandardScaler scaler;
  test::check_undefined({
      {"balanced_weights", 1, [&] { balanced_weights(none); }},
      {"stratified_split", 2, [&] { stratified_split(TensorDataset(ones({1})), none, {1}); }},
      {"stratified_k_fold", 1, [&] { stratified_k_fold(none, 2); }},
      {"LabelEncoder.decode", 1, [&] { LabelEncoder({"a"}).decode(none); }},
      {"Vocabulary.decode", 1, [&] { Vocabulary({"a"}).decode(none); }},
      {"StandardScaler.fit", 1, [&] { scaler.fit(none); }},
      {"StandardScaler.transform", 1, [&] { scaler.transform(none); }},
      {"StandardScaler.inverse", 1, [&] { scaler.inverse(none); }},
      {"Imputer.fit", 1, [&] { Imputer().fit(none); }},
      {"Imputer.transform", 1, [&] { Imputer().transform(none); }},
      {"save_image", 2, [&] { save_image("x", none); }},
      {"Compose", 1, [&] { Compose{ToFloat()}(none, random); }},
      {"ToFloat", 1, [&] { ToFloat()(none); }},
      {"Normalize", 1, [&] { Normalize({0}, {1})(none); }},
      {"Resize", 1, [&] { Resize(1, 1)(none); }},
      {"CenterCrop", 1, [&] { CenterCrop(1, 1)(none); }},
      {"RandomCrop", 1, [&] { RandomCrop(1, 1)(none, random); }},
      {"RandomHorizontalFlip", 1, [&] { RandomHorizontalFlip()(none, random); }},
      {"RandomVerticalFlip", 1, [&] { RandomVerticalFlip()(none, random); }},
      {"Pad", 1, [&] { Pad(1)(none); }},
      {"OneHot", 1, [&] { OneHot(1)(none); }},
  });
}
