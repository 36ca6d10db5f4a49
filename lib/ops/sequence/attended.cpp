#include "ops/sequence/attended.hpp"

#include <limits>
#include <optional>
#include <vector>

#include "autograd/several.hpp"
#include "kernels/attention.hpp"
#include "ops/composed.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index/mask.hpp"
#include "tapegrad/ops/linalg/matmul.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape/diagonal.hpp"

namespace tapegrad {

using namespace kernels;

namespace {

/// Tensors as the kernel reads them, alive while it does. Queries, keys and values are [batch,
/// places, heads, size], whose last dimension it needs dense.
class Read {
 public:
  Read(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, const Tensor& kept,
       const Weighing& w)
      : q_(dense(q)), k_(dense(k)), v_(dense(v)), mask_(mask), kept_(kept) {
    const Shape weights{q.size(0), q.size(2), q.size(1), k.size(1)};
    if (mask_.defined()) mask_ref_ = ref(mask_ = mask_.expand(weights));
    if (kept_.defined()) kept_ref_ = ref(kept_);
    all_ = {ref(q_),
            ref(k_),
            ref(v_),
            mask_ref_ ? &*mask_ref_ : nullptr,
            kept_ref_ ? &*kept_ref_ : nullptr,
            w.scale,
            w.more,
            w.causal};
  }
  Read(const Read&) = delete;
  Read& operator=(const Read&) = delete;
  const Attention& operator*() const { return *all_; }

 private:
  static Tensor dense(const Tensor& x) {
    const Layout& layout = impl_of(x).layout;
    return layout.shape()[3] <= 1 || layout.strides()[3] == 1 ? x : x.contiguous();
  }

  Tensor q_, k_, v_, mask_, kept_;
  std::optional<Ref> mask_ref_, kept_ref_;
  std::optional<Attention> all_;
};

struct AttentionToInputs {
  static constexpr std::string_view name = "attention_to_inputs";
  static constexpr bool takes_undefined = true;
  Weighing weighing;
  std::vector<Meta> results(const Tensor&, const Tensor& q, const Tensor& k, const Tensor& v,
                            const Tensor&, const Tensor&) const {
    return {like(q), like(k), like(v)};
  }
  void into(Outputs outs, const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
            const Tensor& mask, const Tensor& kept) const {
    const Read all(q, k, v, mask, kept, weighing);
    const Tensor gradient = g.contiguous();
    attention_back(ref(outs[0]), ref(outs[1]), ref(outs[2]), ref(gradient), *all);
  }
};

/// Inputs: query, key and value [batch, places, heads, size], mask, kept.
struct Attending {
  static constexpr std::string_view name = "scaled_dot_product_attention";
  static constexpr bool takes_undefined = true;
  static constexpr Needs saves(Needs) { return save_inputs; }
  Weighing weighing;
  void attributes(AttributeList& list) const {
    list("scale", weighing.scale);
    list("is_causal", weighing.causal);
  }
  Meta result(const Tensor& q, const Tensor&, const Tensor& v, const Tensor&, const Tensor&) const {
    return {q.dtype(), {q.size(0), q.size(1), q.size(2), v.size(3)}};
  }
  void into(const Tensor& out, const Tensor& q, const Tensor& k, const Tensor& v,
            const Tensor& mask, const Tensor& kept) const {
    attention(ref(out), *Read(q, k, v, mask, kept, weighing));
  }
  Grads vjp(const Saved& s, const Tensor& g) const;
};

/// softmax, with zeros where a place sees no key.
Tensor weights_of(const Tensor& scores, bool sees_all) {
  if (sees_all || scores.numel() == 0) return softmax(scores, -1);
  constexpr double never = -std::numeric_limits<double>::infinity();
  const Tensor blind = amax(scores.detach(), -1, keepdim) == never;
  return masked_fill(softmax(masked_fill(scores, blind, 0), -1), blind, 0);
}

/// Of [batch, heads, ...]. Of 16 bits, as in the operation, only results are: the scores of float16
/// may be too large for it.
Attended composed(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask,
                  const Tensor& kept, const Weighing& w) {
  if (const DType narrow = q.dtype(); narrow == float16 || narrow == bfloat16) {
    const auto wide = [](const Tensor& x) { return x.defined() ? x.to(float32) : x; };
    const Attended all = composed(wide(q), wide(k), wide(v), wide(mask), kept, w);
    return {all.output.to(narrow), all.weights.to(narrow)};
  }
  constexpr double never = -std::numeric_limits<double>::infinity();
  Tensor scores = matmul(q * w.scale, k.mT());
  if (mask.defined()) scores = scores + mask;
  if (w.causal) {
    scores = masked_fill(scores, tril(ones_like(scores.detach())) == 0, never);
  }
  Tensor weights = weights_of(scores, !mask.defined());
  if (kept.defined()) weights = where(kept != 0, weights * w.more, 0);
  return {matmul(weights, v), weights};
}

Grads Attending::vjp(const Saved& s, const Tensor& g) const {
  if (recording()) {
    return Grads(composed_gradients(s, {g}, [&](const std::vector<Tensor>& x) {
      const auto turned = [](const Tensor& t) { return t.transpose(1, 2); };
      return std::vector<Tensor>{
          turned(composed(turned(x[0]), turned(x[1]), turned(x[2]), x[3], x[4], weighing).output)};
    }));
  }
  return Grads(untaped_several(AttentionToInputs{weighing}, g, s[0], s[1], s[2], s[3], s[4]));
}

}  // namespace

Tensor attended(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& mask,
                const Tensor& kept, const Weighing& weighing) {
  if (tracked(mask)) return composed(query, key, value, mask, kept, weighing).output;
  const auto turned = [](const Tensor& x) { return x.transpose(1, 2); };
  return turned(apply(Attending{weighing}, turned(query), turned(key), turned(value), mask, kept));
}

Attended attended_with_weights(const Tensor& query, const Tensor& key, const Tensor& value,
                               const Tensor& mask, const Tensor& kept, const Weighing& weighing) {
  return composed(query, key, value, mask, kept, weighing);
}

}  // namespace tapegrad
