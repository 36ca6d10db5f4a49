#include "nn/multiply_adds.hpp"

#include <array>
#include <string_view>

#include "tapegrad/shape.hpp"

namespace tapegrad::nn {
namespace {

/// The shapes of a record's inputs and of its result.
class Shapes {
 public:
  Shapes(const TapeRecord& record, const std::vector<TapeRecord>& all)
      : record_(record), all_(all) {}
  const Shape& in(std::size_t i) const { return all_[*record_.inputs[i]].shape; }
  std::int64_t elements(std::size_t i) const { return numel(in(i)); }
  std::int64_t result() const { return numel(record_.shape); }

 private:
  const TapeRecord& record_;
  const std::vector<TapeRecord>& all_;
};

/// Each element of the result is a sum along the last dimension of the first factor.
std::int64_t of_product(const Shapes& s) { return s.result() * s.in(0).back(); }

/// Elements of a kernel, for one of its first dimension.
std::int64_t kernel(const Shape& weight) {
  std::int64_t product = 1;
  for (std::size_t i = 1; i < weight.size(); ++i) product *= weight[i];
  return product;
}

std::int64_t of_conv(const Shapes& s) { return s.result() * kernel(s.in(1)); }
std::int64_t of_conv_transpose(const Shapes& s) { return s.elements(0) * kernel(s.in(1)); }

/// Query, key and value are [batch, places, heads, size]: scores, and sums of values.
std::int64_t of_attention(const Shapes& s) { return (s.elements(0) + s.result()) * s.in(1)[1]; }

/// Gates are [steps, batch, gates], the state is [batch, size].
std::int64_t of_steps(const Shapes& s) { return s.elements(0) * s.in(1)[1]; }

struct Rule {
  std::string_view operation;
  std::int64_t (*count)(const Shapes&);
};

/// Everything else that has products that are added up is made of these.
constexpr std::array rules{
    Rule{"linear", of_product},
    Rule{"matmul", of_product},
    Rule{"conv", of_conv},
    Rule{"conv_transpose", of_conv_transpose},
    Rule{"scaled_dot_product_attention", of_attention},
    Rule{"rnn", of_steps},
    Rule{"gru", of_steps},
    Rule{"lstm", of_steps},
};

}  // namespace

std::int64_t multiply_adds(const TapeRecord& record, const std::vector<TapeRecord>& all) {
  if (record.result.value_or(0) != 0) return 0;  // counted with the first of its results
  for (const Rule& rule : rules) {
    if (rule.operation == record.operation) return rule.count(Shapes(record, all));
  }
  return 0;
}

}  // namespace tapegrad::nn
