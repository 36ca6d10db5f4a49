// Arguments that modules and the functions beside them refuse, and in whose name.
#include <functional>
#include <limits>

#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/dtype.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/init.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/parameter.hpp"
#include "tapegrad/nn/sequential.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("undefined tensors are refused in the name of who was called", "[nn][misuse]") {
  const Tensor none;
  CHECK(contains(error_of([&] { nn::Linear(2, 2)(none); }), "linear: argument 1 is an undefined"));
  CHECK(contains(error_of([&] { nn::Dropout(0.5)(none); }), "dropout: argument 1 is an undefined"));
  nn::Dropout idle(0.5);
  idle.eval();
  CHECK(contains(error_of([&] { idle(none); }), "dropout: argument 1 is an undefined"));
  CHECK(contains(error_of([&] { nn::Sequential()(none); }), "Sequential: argument 1 is an undef"));
  CHECK(contains(error_of([&] { nn::Sequential(nn::ReLU{})(none); }), "Sequential: argument 1"));
  CHECK(contains(error_of([&] { nn::dropout(none, 0); }), "dropout: argument 1 is an undefined"));
  CHECK(contains(error_of([&] { nn::ReLU()(none); }), "relu: argument 1 is an undefined"));
  CHECK(contains(error_of([&] { nn::Parameter{none}; }), "Parameter: argument 1 is an undefined"));
  CHECK(contains(error_of([&] { nn::Buffer{none}; }), "Buffer: argument 1 is an undefined"));
  namespace init = nn::init;
  for (const auto& f : std::vector<std::function<void()>>{
           [&] { init::uniform_(none); }, [&] { init::normal_(none); },
           [&] { init::constant_(none, 1); }, [&] { init::zeros_(none); },
           [&] { init::ones_(none); }, [&] { init::calculate_fans(none); },
           [&] { init::xavier_uniform_(none); }, [&] { init::xavier_normal_(none); },
           [&] { init::kaiming_uniform_(none); }, [&] { init::kaiming_normal_(none); }}) {
    const std::string message = error_of(f);
    CHECK(contains(message, ": argument 1 is an undefined tensor"));
    CHECK(message.rfind("init::", 0) == 0);
  }
}

TEST_CASE("a layer whose weights went elsewhere says so", "[nn][misuse]") {
  nn::Linear layer(2, 2);
  const nn::Linear moved = std::move(layer);
  CHECK(contains(error_of([&] { layer(ones({1, 2})); }), "Linear: it has no weight"));
  CHECK(contains(error_of([&] { static_cast<void>(layer.in_features()); }),
                 "Linear: it has no weight"));
  CHECK(to_string(layer) == "Linear(moved from)");
}

TEST_CASE("element types that are none are refused in the name of who was called", "[nn][misuse]") {
  const auto none = static_cast<DType>(77);
  CHECK(contains(error_of([&] { nn::Linear(2, 2, {.dtype = none}); }), "Linear: DType(77) is no"));
  nn::Linear layer(2, 2);
  CHECK(contains(error_of([&] { layer.to(none); }), "module: DType(77) is no element type"));
}

TEST_CASE("a probability is a number from 0 to 1", "[nn][misuse]") {
  for (const double p : {not_a_number, inf, -inf, -1e-300, 1.0000000001}) {
    CHECK_THROWS_WITH(nn::Dropout(p), Catch::Contains("a probability lies in [0, 1]"));
    CHECK_THROWS_WITH(nn::dropout(ones({2}), p), Catch::Contains("a probability lies in [0, 1]"));
    const Tensor x = ones({2, 3});
    for (const auto& [call, message] : std::vector<std::pair<std::function<void()>, std::string>>{
             {[&] { nn::dropout(x, p); }, "dropout: p is"},
             {[&] { nn::channel_dropout(x, 1, p); }, "channel_dropout: p is"},
             {[&] { nn::alpha_dropout(x, p); }, "alpha_dropout: p is"},
             {[&] { nn::feature_alpha_dropout(x, p); }, "feature_alpha_dropout: p is"},
             {[&] { nn::AlphaDropout layer(p); }, "alpha_dropout: p is"},
             {[&] { nn::FeatureAlphaDropout layer(p); }, "feature_alpha_dropout: p is"}}) {
      CHECK(error_of(call).starts_with(message));
    }
  }
}

TEST_CASE("beginnings refuse bounds that are none and leave the tensor alone", "[nn][misuse]") {
  Tensor x = full({2, 2}, 7.0);
  namespace init = nn::init;
  for (const auto& f : std::vector<std::function<void()>>{
           [&] { init::uniform_(x, 1, 0); }, [&] { init::uniform_(x, not_a_number, 1); },
           [&] { init::uniform_(x, 0, inf); }, [&] { init::normal_(x, 0, -1); },
           [&] { init::normal_(x, not_a_number, 1); }, [&] { init::normal_(x, 0, inf); },
           [&] { init::xavier_uniform_(x, not_a_number); }, [&] { init::xavier_normal_(x, inf); },
           [&] { init::xavier_uniform_(x, -1); }, [&] { init::xavier_normal_(x, -1); },
           [&] { init::kaiming_uniform_(x, {.a = not_a_number}); },
           [&] { init::kaiming_normal_(x, {.a = inf}); },
           [&] { init::calculate_gain(init::Nonlinearity::leaky_relu, not_a_number); }}) {
    CHECK_THROWS_AS(f(), Error);
    CHECK(x.to_vector<float>() == std::vector<float>(4, 7));
  }
  CHECK_THROWS_AS(init::uniform_(zeros({2}, {.dtype = int64})), DTypeError);
}

TEST_CASE("numbers that are no enumerator are refused", "[nn][misuse]") {
  namespace init = nn::init;
  const auto fan = static_cast<init::Fan>(7);
  const auto nonlinearity = static_cast<init::Nonlinearity>(99);
  const Tensor x = ones({2, 2});
  CHECK_THROWS_WITH(init::calculate_gain(nonlinearity), "init: no nonlinearity has the number 99");
  CHECK_THROWS_WITH(init::kaiming_normal_(x, {.mode = fan}),
                    "init: no side of a weight (Fan) has the number 7");
  CHECK_THROWS_AS(init::kaiming_uniform_(x, {.nonlinearity = nonlinearity}), Error);
  CHECK(x.to_vector<float>() == std::vector<float>(4, 1));
}

TEST_CASE("a Linear has floating-point parameters", "[nn][misuse]") {
  CHECK(
      contains(error_of<DTypeError>([] { nn::Linear(2, 2, {.dtype = int64}); }), "Linear: int64"));
  CHECK(contains(error_of<DTypeError>([] { nn::Parameter{zeros({2}, {.dtype = int64})}; }),
                 "only floating-point tensors have derivatives"));
}

TEST_CASE("an empty function is refused", "[nn][misuse]") {
  nn::Sequential net;
  CHECK_THROWS_WITH(net.apply(nullptr), "apply: an empty function");
  CHECK_THROWS_AS(nn::Linear(1, 1).apply({}), Error);
}
