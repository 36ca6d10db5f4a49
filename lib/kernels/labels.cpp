#include "kernels/labels.hpp"

#include "core/dispatch.hpp"

namespace tapegrad::kernels {
void pick_labels(Ref out, Ref in, const Labels& labels, const LabelWeights& weights) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    const Weighting<T> weighted(weights);
    const T* from = in.as<const T>();
    T* to = out.as<T>();
    long double total = 0;  // of numbers whose mean is in range, though their sum may not be
    labels.each([&](std::int64_t i, std::int64_t label, std::int64_t place) {
      const T picked = -weighted(label, from[place]);
      if (weights.each) to[i] = picked;
      total += picked;
    });
    if (!weights.each) *to = static_cast<T>(total * weights.scale);
  });
}

void spread_labels(Ref out, Ref in, const Labels& labels, const LabelWeights& weights) {
  dispatch_known_floating(in.dtype, [&]<class T>(std::type_identity<T>) {
    const Weighting<T> weighted(weights);
    const T scale = static_cast<T>(weights.scale);
    const std::int64_t step = weights.each ? 1 : 0;
    const T* from = in.as<const T>();
    T* to = out.as<T>();
    labels.each([&](std::int64_t i, std::int64_t label, std::int64_t place) {
      to[place] = -weighted(label, from[i * step]) * scale;
    });
  });
}

}  // namespace tapegrad::kernels
