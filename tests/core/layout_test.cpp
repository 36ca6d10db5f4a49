// Layouts against a model that knows no strides: the list of places, in row-major order.
#include "core/layout.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "support/catch.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using Places = std::vector<std::int64_t>;
using Position = std::vector<std::int64_t>;

namespace {

/// Calls f(position) in row-major order.
void each_position(const Shape& shape, const std::function<void(const Position&)>& f) {
  if (numel(shape) == 0) return;
  Position at(shape.size(), 0);
  while (true) {
    f(at);
    std::size_t d = shape.size();
    while (d > 0 && ++at[d - 1] == shape[d - 1]) at[--d] = 0;
    if (d == 0) return;
  }
}

Places places_of(const Layout& layout) {
  Places places;
  each_position(layout.shape(), [&](const Position& at) {
    std::int64_t place = layout.offset();
    for (std::size_t d = 0; d < at.size(); ++d) place += at[d] * layout.strides()[d];
    places.push_back(place);
  });
  return places;
}

/// What a layout should be.
struct Model {
  Shape shape;
  Places places;

  std::int64_t at(const Position& position) const {
    std::int64_t i = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) i = i * shape[d] + position[d];
    return places[static_cast<std::size_t>(i)];
  }
  /// The model of shape `to` whose element at p is this one's at from(p).
  Model mapped(const Shape& to, const std::function<Position(Position)>& from) const {
    Model result{to, {}};
    each_position(to, [&](const Position& p) { result.places.push_back(at(from(p))); });
    return result;
  }
};

Model model_of(const Shape& shape) {
  Model model{shape, Places(static_cast<std::size_t>(numel(shape)))};
  std::iota(model.places.begin(), model.places.end(), 0);
  return model;
}

void check_same(const Layout& layout, const Model& model) {
  INFO("shape " << to_string(layout.shape()) << ", strides " << to_string(layout.strides()));
  REQUIRE(layout.shape() == model.shape);
  REQUIRE(places_of(layout) == model.places);
  REQUIRE(layout.numel() == static_cast<std::int64_t>(model.places.size()));
  bool dense = true;
  for (std::size_t i = 0; i < model.places.size(); ++i) {
    dense = dense && model.places[i] == model.places[0] + static_cast<std::int64_t>(i);
  }
  REQUIRE(layout.is_contiguous() == dense);
  const std::set<std::int64_t> distinct(model.places.begin(), model.places.end());
  REQUIRE(layout.overlaps_itself() == (distinct.size() < model.places.size()));
  if (!distinct.empty()) REQUIRE(layout.extent("test") == *distinct.rbegin() + 1);
}

/// Whether any strides give these places to this shape.
bool expressible(const Model& model) {
  Strides strides;
  for (std::size_t d = 0; d < model.shape.size(); ++d) {
    Position unit(model.shape.size(), 0);
    unit[d] = 1;
    strides.push_back(model.shape[d] > 1 ? model.at(unit) - model.places[0] : 0);
  }
  return places_of(Layout(model.shape, strides, model.places[0])) == model.places;
}

/// Numbers without a pattern that a bug could share; the same in every run.
class Choice {
 public:
  explicit Choice(std::uint32_t seed) : state_(seed * 2654435761u + 1) {}
  std::size_t below(std::size_t n) {
    state_ = state_ * 1664525u + 1013904223u;
    return (state_ >> 16) % n;
  }

 private:
  std::uint32_t state_;
};

struct Pair {
  Layout layout;
  Model model;
};

Pair transposed(const Pair& x, Choice& choice) {
  const std::size_t rank = x.model.shape.size();
  if (rank == 0) return x;
  const std::size_t a = choice.below(rank);
  const std::size_t b = choice.below(rank);
  Shape shape = x.model.shape;
  std::swap(shape[a], shape[b]);
  return {x.layout.transposed(a, b), x.model.mapped(shape, [=](Position p) {
            std::swap(p[a], p[b]);
            return p;
          })};
}

Pair permuted(const Pair& x, Choice& choice) {
  const std::size_t rank = x.model.shape.size();
  Dims order;
  for (std::size_t d = 0; d < rank; ++d) order.insert(choice.below(d + 1), std::int64_t(d));
  Shape shape = x.model.shape;
  for (std::size_t d = 0; d < rank; ++d) shape[d] = x.model.shape[std::size_t(order[d])];
  return {x.layout.permuted(order), x.model.mapped(shape, [=](const Position& p) {
            Position from(p.size());
            for (std::size_t d = 0; d < p.size(); ++d) from[std::size_t(order[d])] = p[d];
            return from;
          })};
}

Pair selected(const Pair& x, Choice& choice) {
  if (x.model.shape.size() < 3) return x;
  const std::size_t dim = choice.below(x.model.shape.size());
  if (x.model.shape[dim] == 0) return x;
  const auto index = std::int64_t(choice.below(std::size_t(x.model.shape[dim])));
  Shape shape = x.model.shape;
  shape.erase(dim);
  return {x.layout.selected(dim, index), x.model.mapped(shape, [=](Position p) {
            p.insert(p.begin() + std::ptrdiff_t(dim), index);
            return p;
          })};
}

Pair sliced(const Pair& x, Choice& choice) {
  if (x.model.shape.empty()) return x;
  const std::size_t dim = choice.below(x.model.shape.size());
  const auto size = std::size_t(x.model.shape[dim]);
  const auto start = std::int64_t(choice.below(size + 1));
  const auto step = std::int64_t(choice.below(3)) + 1;
  const std::int64_t room = (std::int64_t(size) - start + step - 1) / step;
  const auto length = room - std::int64_t(choice.below(2)) * (room > 0);
  Shape shape = x.model.shape;
  shape[dim] = length;
  return {x.layout.sliced(dim, start, length, step), x.model.mapped(shape, [=](Position p) {
            p[dim] = start + p[dim] * step;
            return p;
          })};
}

Pair unsqueezed(const Pair& x, Choice& choice) {
  if (x.model.shape.size() > 5) return x;
  const std::size_t dim = choice.below(x.model.shape.size() + 1);
  Shape shape = x.model.shape;
  shape.insert(dim, 1);
  return {x.layout.unsqueezed(dim), {shape, x.model.places}};
}

Pair squeezed(const Pair& x, Choice&) {
  const auto one = std::ranges::find(x.model.shape, 1);
  if (one == x.model.shape.end()) return x;
  const auto dim = std::size_t(one - x.model.shape.begin());
  Shape shape = x.model.shape;
  shape.erase(dim);
  return {x.layout.squeezed(dim), {shape, x.model.places}};
}

Pair stretched(const Pair& x, Choice& choice) {
  Shape shape = x.model.shape;
  for (std::int64_t& size : shape) {
    if (size == 1) size = std::int64_t(choice.below(3)) + 1;
  }
  const std::size_t lead = shape.size() < 5 ? choice.below(2) : 0;
  if (lead == 1) shape.insert(0, 2);
  if (numel(shape) > 200) return x;
  return {x.layout.broadcast_to(shape), x.model.mapped(shape, [=, &x](Position p) {
            if (lead == 1) p.erase(p.begin());
            for (std::size_t d = 0; d < p.size(); ++d) {
              if (x.model.shape[d] == 1) p[d] = 0;
            }
            return p;
          })};
}

/// Merges two neighbours, or splits one dimension in two.
Pair viewed(const Pair& x, Choice& choice) {
  const std::size_t rank = x.model.shape.size();
  Shape shape = x.model.shape;
  if (rank >= 2 && choice.below(2) == 0) {
    const std::size_t d = choice.below(rank - 1);
    shape[d] *= shape[d + 1];
    shape.erase(d + 1);
  } else if (rank >= 1 && rank < 6) {
    const std::size_t d = choice.below(rank);
    const std::int64_t part = shape[d] % 2 == 0 ? 2 : shape[d] % 3 == 0 ? 3 : 1;
    shape[d] /= part;
    shape.insert(d + choice.below(2), part);
  }
  const Model wanted{shape, x.model.places};
  const std::optional<Layout> layout = x.layout.viewed(shape);
  INFO("viewed as " << to_string(shape) << ": strides " << to_string(x.layout.strides())
                    << " of shape " << to_string(x.layout.shape()));
  REQUIRE(layout.has_value() == (wanted.places.empty() || expressible(wanted)));
  return layout ? Pair{*layout, wanted} : x;
}

}  // namespace

TEST_CASE("a fresh layout lies row by row", "[core][layout]") {
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{5}, Shape{2, 3, 4}, Shape{2, 0, 4},
                             Shape{1, 3, 1}, Shape{2, 1, 2, 1, 2, 1, 2, 1}}) {
    check_same(Layout(shape), model_of(shape));
  }
  CHECK(Layout(Shape{2, 3, 4}).strides() == Strides{12, 4, 1});
  CHECK_THROWS_AS(Layout(Shape{2, -3}), ShapeError);
}

TEST_CASE("any sequence of views reaches the places of the naive model", "[core][layout]") {
  using View = Pair (*)(const Pair&, Choice&);
  const View views[] = {transposed, permuted, selected,  sliced,
                        unsqueezed, squeezed, stretched, viewed};
  const Shape starts[] = {{2, 3, 4}, {6, 4}, {12}, {2, 2, 3, 2}, {1, 5, 1}, {}, {3, 0, 2}};
  for (std::uint32_t seed = 0; seed < 700; ++seed) {
    Choice choice(seed);
    const Shape& start = starts[seed % std::size(starts)];
    Pair x{Layout(start), model_of(start)};
    for (int step = 0; step < 12; ++step) {
      x = views[choice.below(std::size(views))](x, choice);
      check_same(x.layout, x.model);
    }
  }
}

TEST_CASE("dimensions and indices count from the end when negative", "[core][layout]") {
  CHECK(wrap_dim("f", 0, 3) == 0);
  CHECK(wrap_dim("f", -1, 3) == 2);
  CHECK(wrap_dim("f", -3, 3) == 0);
  CHECK_THROWS_WITH(wrap_dim("f", 3, 3), "f: dim 3 is out of range for rank 3; use -3 to 2");
  CHECK_THROWS_AS(wrap_dim("f", -4, 3), IndexError);
  CHECK_THROWS_AS(wrap_dim("f", 0, 0), IndexError);
  CHECK(wrap_index("f", -2, 5) == 3);
  CHECK_THROWS_WITH(wrap_index("f", 5, 5), "f: index 5 is out of range for a dimension of size 5");
  CHECK_THROWS_AS(wrap_index("f", 0, 0), IndexError);
}

TEST_CASE("a shape reaches another by broadcasting or it doesn't", "[core][layout]") {
  CHECK(broadcasts_to({}, {2, 3}));
  CHECK(broadcasts_to({3}, {2, 3}));
  CHECK(broadcasts_to({2, 1}, {2, 3}));
  CHECK(broadcasts_to({1}, {0}));
  CHECK_FALSE(broadcasts_to({2, 3}, {3}));
  CHECK_FALSE(broadcasts_to({2}, {2, 3}));
  CHECK_FALSE(broadcasts_to({2, 3}, {2, 1}));
}
