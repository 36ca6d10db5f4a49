// What optimizers do with gradients of rows: follow them to the bit of dense ones, or refuse.
#include <string>
#include <vector>

#include "optim/sparse_problem.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/values.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/nn/clip.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/optim/adadelta.hpp"
#include "tapegrad/optim/adagrad.hpp"
#include "tapegrad/optim/adam.hpp"
#include "tapegrad/optim/adamax.hpp"
#include "tapegrad/optim/lbfgs.hpp"
#include "tapegrad/optim/lion.hpp"
#include "tapegrad/optim/nadam.hpp"
#include "tapegrad/optim/radam.hpp"
#include "tapegrad/optim/rmsprop.hpp"
#include "tapegrad/optim/rprop.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/optim/sparse_adam.hpp"
#include "tapegrad/sparse_grad.hpp"

using namespace tapegrad;
using test::contains;
using test::error_of;
using test::Table;

namespace {

void take_step(const Table& table, optim::Optimizer& rule, int t, bool sparse) {
  rule.zero_grad();
  table.loss(t, sparse).backward();
  rule.step();
}

template <class Rule>
void check_same_bits(const typename Rule::Options& options) {
  for (const DType dtype : {float32, float64}) {
    const Table dense(dtype), sparse(dtype);
    Rule of_dense({dense.x}, options), of_sparse({sparse.x}, options);
    for (int t = 0; t < 8; ++t) {
      take_step(dense, of_dense, t, false);
      take_step(sparse, of_sparse, t, true);
      CHECK(test::difference(sparse.x.detach(), dense.x.detach(), 0, 0) == "");
    }
  }
}

template <class Rule>
void check_refuses(const typename Rule::Options& options, const std::string& message) {
  const Table first(float32), table(float32);
  const Tensor before = first.x.detach().clone();
  Rule rule({first.x, table.x}, options);
  first.loss(0, false).backward();
  table.loss(0, true).backward();
  const std::string error = error_of([&] { rule.step(); });
  INFO(error);
  CHECK(contains(error, std::string(rule.name()) + ": the gradient of parameter 1 of group 0, of "
                                                   "shape [6, 3], is one of rows"));
  CHECK(contains(error, message));
  CHECK(test::difference(first.x.detach(), before, 0, 0) == "");
  // One that was made dense can be followed.
  CHECK(table.x.grad().defined());
  CHECK_NOTHROW(rule.step());
}

/// What is here after some steps is what is there after being saved on the way.
template <class Rule>
void check_resumes(const typename Rule::Options& options) {
  const Table whole(float32), resumed(float32);
  Rule rule({whole.x}, options);
  for (int t = 0; t < 4; ++t) take_step(whole, rule, t, true);
  const StateDict state = rule.state_dict().clone();
  {
    const NoGrad guard;
    Tensor(resumed.x).copy_(whole.x);
  }
  Rule other({resumed.x});
  other.load_state_dict(state);
  for (int t = 4; t < 9; ++t) {
    take_step(whole, rule, t, true);
    take_step(resumed, other, t, true);
  }
  CHECK(test::difference(resumed.x.detach(), whole.x.detach(), 0, 0) == "");
}

}  // namespace

TEST_CASE("steps by rows are those by dense gradients to the bit", "[optim][sparse]") {
  check_same_bits<optim::SGD>({.lr = 0.05});
  check_same_bits<optim::SGD>({.lr = 0.05, .maximize = true});
  check_same_bits<optim::SGD>({.lr = 0.05, .momentum = 0.9, .dampening = 0.1});
  check_same_bits<optim::Adagrad>({.lr = 0.1, .lr_decay = 0.2});
  check_same_bits<optim::Adagrad>({.initial_accumulator_value = 0.5, .maximize = true});
}

TEST_CASE("rules that change every row refuse gradients of rows", "[optim][sparse]") {
  const std::string every = "changes every row in each step; use SparseAdam";
  check_refuses<optim::SGD>({.weight_decay = 0.1}, "weight_decay is 0.1, which changes every row");
  check_refuses<optim::Adagrad>({.weight_decay = 0.1}, "weight_decay is 0.1");
  check_refuses<optim::Adam>({}, every);
  check_refuses<optim::AdamW>({}, every);
  check_refuses<optim::Adamax>({}, every);
  check_refuses<optim::NAdam>({}, every);
  check_refuses<optim::RAdam>({}, every);
  check_refuses<optim::Lion>({}, every);
  check_refuses<optim::Adadelta>({}, every);
  check_refuses<optim::RMSprop>({}, every);
  check_refuses<optim::Rprop>({}, every);
}

TEST_CASE("LBFGS makes gradients of rows dense, as PyTorch's does", "[optim][sparse]") {
  const Table dense(float64), sparse(float64);
  const auto run = [](const Table& table, bool rows) {
    optim::LBFGS rule({table.x}, {.lr = 0.1});
    rule.step([&] {
      rule.zero_grad();
      const Tensor loss = table.loss(0, rows);
      loss.backward();
      return loss;
    });
  };
  run(dense, false);
  run(sparse, true);
  CHECK(test::difference(sparse.x.detach(), dense.x.detach(), 0, 0) == "");
}

TEST_CASE("runs by rows resume from a state bit for bit", "[optim][sparse]") {
  check_resumes<optim::SparseAdam>({.lr = 0.1});
  check_resumes<optim::Adagrad>({.lr = 0.1});
  check_resumes<optim::SGD>({.lr = 0.1, .momentum = 0.5});
}

TEST_CASE("gradients of rows are clipped as they are", "[optim][sparse]") {
  const Table dense(float64), sparse(float64);
  const auto check = [&](const auto& clip) {
    for (const Table* table : {&dense, &sparse}) {
      Tensor(table->x).set_grad({});
      table->loss(1, table == &sparse).backward();
    }
    const double of_dense = clip(std::vector<Tensor>{dense.x});
    const double of_sparse = clip(std::vector<Tensor>{sparse.x});
    CHECK(of_sparse == Approx(of_dense).epsilon(1e-14));
    CHECK(test::difference(sparse_grad(sparse.x)->to_dense(), dense.x.grad(), 1e-14, 0) == "");
  };
  for (const double p : {2.0, 1.0, 0.0, 3.0, std::numeric_limits<double>::infinity()}) {
    check([&](const std::vector<Tensor>& x) {
      return nn::clip_grad_norm_(x, 0.5, {.norm_type = p}).item<double>();
    });
  }
  check([](const std::vector<Tensor>& x) {
    nn::clip_grad_value_(x, 0.3);
    return 0.0;
  });
  Tensor(sparse.x).set_grad({});
  sparse.loss(1, true).backward();  // rows 3 and 5 are 0
  const double least = -std::numeric_limits<double>::infinity();
  CHECK(nn::clip_grad_norm_({sparse.x}, 1, {.norm_type = least}).item<double>() == 0);
}

TEST_CASE("modules with sparse embeddings are trained, copied and moved", "[optim][sparse]") {
  nn::Embedding embedding(5, 2, {.sparse = true});
  optim::SparseAdam rule(embedding.parameters(), {.lr = 0.1});
  const auto train = [&] {
    rule.zero_grad();
    embedding(tensor({1, 3, 1})).sum().backward();
    rule.step();
  };
  train();
  nn::Embedding copy = embedding;
  REQUIRE(copy.parameters().size() == 1);
  CHECK_FALSE(copy.weight.grad().defined());
  train();
  copy(tensor({4})).sum().backward();
  CHECK(sparse_grad(copy.weight)->indices.to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{4});
  embedding = copy;  // values come, the tensor and its optimizer stay
  CHECK_FALSE(embedding.weight.grad().defined());
  train();
  embedding = std::move(copy);
  train();
  CHECK(sparse_grad(embedding.weight));
}

TEST_CASE("a trace lists steps by rows", "[optim][sparse]") {
  const Table table(float32);
  optim::SparseAdam rule({table.x});
  const std::vector<TapeRecord> records = trace([&] { take_step(table, rule, 0, true); });
  bool found = false;
  for (const TapeRecord& record : records) found = found || record.operation == "sparseadam";
  CHECK(found);
}
