// einsum(), against sums over all assignments of its labels.
#include "tapegrad/ops/linalg/einsum.hpp"

#include <string>

#include "assignments.hpp"
#include "support/catch.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::naive;
using Tensors = std::vector<Tensor>;
using Ints = std::vector<std::int64_t>;

TEST_CASE("einsum is the sum over all assignments of its labels", "[ops][linalg]") {
  struct Case {
    std::vector<std::string> terms;
    std::string result;
    std::vector<Shape> shapes;
  };
  const Case cases[] = {
      {{"ij", "jk"}, "ik", {{2, 3}, {3, 4}}},
      {{"ij", "jk"}, "", {{2, 3}, {3, 4}}},
      {{"ij", "ij"}, "ij", {{2, 3}, {2, 3}}},
      {{"ij", "ij"}, "j", {{2, 3}, {1, 3}}},
      {{"ij", "kl"}, "lj", {{2, 3}, {4, 2}}},
      {{"bhqd", "bhkd"}, "bhqk", {{2, 3, 4, 5}, {2, 3, 2, 5}}},
      {{"ii"}, "", {{3, 3}}},
      {{"iij"}, "ji", {{3, 3, 2}}},
      {{"iii"}, "i", {{3, 3, 3}}},
      {{"ijij"}, "ij", {{2, 3, 2, 3}}},
      {{"ii", "ij"}, "j", {{3, 3}, {3, 2}}},
      {{"ij", "jk"}, "ik", {{2, 1}, {3, 4}}},
      {{"ij", "ij", "ik"}, "kj", {{2, 3}, {2, 1}, {2, 2}}},
      {{"i", "ij", "j"}, "", {{2}, {2, 3}, {3}}},
      {{"a", "b", "c"}, "cab", {{2}, {3}, {4}}},
      {{"", "i"}, "i", {{}, {3}}},
      {{"bn", "anm", "bm"}, "ba", {{2, 3}, {4, 3, 5}, {2, 5}}},
      {{"Ij", "jI"}, "I", {{2, 3}, {3, 2}}},
  };
  for (const Case& c : cases) {
    Tensors x;
    std::string equation;
    for (std::size_t i = 0; i < c.terms.size(); ++i) {
      x.push_back(test::spread(c.shapes[i], -1, 1, static_cast<int>(i)));
      equation += (i > 0 ? "," : "") + c.terms[i];
    }
    equation += "->" + c.result;
    CAPTURE(equation);
    CHECK(test::difference(einsum(equation, x), naive(c.terms, c.result, x), 0, 1e-14) == "");
  }
}

TEST_CASE("without an arrow einsum keeps what stands once, in alphabetical order",
          "[ops][linalg]") {
  const Tensor a = test::spread({2, 3}, -1, 1);
  const Tensor b = test::spread({3, 4}, -1, 1, 2);
  CHECK(test::difference(einsum("kj,ji", a, b), einsum("kj,ji->ik", a, b), 0, 0) == "");
  CHECK(test::difference(einsum("aB", a), a.t(), 0, 0) == "");
  CHECK(test::difference(einsum("ii", tensor({{1, 2}, {3, 4}})), tensor(5), 0, 0) == "");
  CHECK(test::difference(einsum(" i j , j k ", a, b), matmul(a, b), 0, 1e-15) == "");
}

TEST_CASE("the dots of einsum stand for any dimensions", "[ops][linalg]") {
  const Tensor a = test::spread({5, 2, 3}, -1, 1);
  const Tensor b = test::spread({4, 1, 3, 2}, -1, 1, 2);
  CHECK(test::difference(einsum("...ij,...jk", a, b), matmul(a, b), 0, 1e-15) == "");
  CHECK(test::difference(einsum("...ij,...jk->ik...", a, b), matmul(a, b).permute(2, 3, 0, 1), 0,
                         1e-15) == "");
  CHECK(test::difference(einsum("i...->...", a), sum(a, 0), 0, 1e-15) == "");
  CHECK(test::difference(einsum("...i->i", a), sum(a, {0, 1}), 0, 1e-14) == "");
  CHECK(test::difference(einsum("...", a), a, 0, 0) == "");
  CHECK(test::difference(einsum("i...i->i...", eye(2).unsqueeze(1)), ones({2, 1}), 0, 0) == "");
}

TEST_CASE("einsum of one operand may be a view", "[ops][linalg]") {
  const Tensor a = test::spread({2, 2}, -1, 1);
  CHECK(einsum("ij->ji", a).shares_storage_with(a));
  CHECK(einsum("ii->i", a).shares_storage_with(a));
}
