// Along dimensions: sums, extremes, norms, scans.
#include "table.hpp"
#include "tapegrad/ops/index/rank.hpp"
#include "tapegrad/ops/reduce.hpp"

using T = const tg::Tensor&;
using Dims = tg::Dims;
using Keep = tg::Keepdim;
using Number = std::optional<double>;
using MaybeInt = std::optional<std::int64_t>;
using Type = tg::DType;

namespace {

/// None stands for torch's default.
double chosen(Number correction) { return correction.value_or(1); }

template <auto f>
void add_variance(Table& t, const std::string& name) {
  t.add(name + "(input, dim=[], correction=1, keepdim=False)",
        [](T x, Dims dims, Number c, Keep keep) { return f(x, dims, keep, chosen(c)); });
  t.add(name + "(input, dim=[], unbiased, keepdim=False)",
        [](T x, Dims dims, bool c, Keep keep) { return f(x, dims, keep, c); });
  t.add(name + "(input, unbiased)", [](T x, bool c) { return f(x, {}, Keep::no, c); });
}

void add_sums(Table& t) {
  using Sum = tg::Tensor (*)(T, const Dims&, Keep);
  const std::pair<const char*, Sum> sums[] = {
      {"sum", tg::sum},         {"mean", tg::mean}, {"nansum", tg::nansum},
      {"nanmean", tg::nanmean}, {"amax", tg::amax}, {"amin", tg::amin},
      {"any", tg::any},         {"all", tg::all},   {"logsumexp", tg::logsumexp},
      {"prod", tg::prod}};
  for (const auto& [name, f] : sums) t.add(std::string(name) + "(input, dim=[], keepdim=False)", f);
  using InType = tg::Tensor (*)(T, const Dims&, Keep, Type);
  const std::pair<const char*, InType> in_types[] = {
      {"sum", [](T x, const Dims& d, Keep k, Type type) { return tg::sum(x, d, k, type); }},
      {"mean", [](T x, const Dims& d, Keep k, Type type) { return tg::mean(x, d, k, type); }},
      {"prod", [](T x, const Dims& d, Keep k, Type type) { return tg::prod(x, d, k, type); }}};
  for (const auto& [name, f] : in_types) {
    t.add(std::string(name) + "(input, dim=[], keepdim=False, dtype)", f);
  }
  t.add("count_nonzero(input, dim=[])", [](T x, Dims dims) { return tg::count_nonzero(x, dims); });
  t.add("sum_to_size(input, size)", tg::sum_to);
  t.add("aminmax(input, dim=[], keepdim=False)", tg::aminmax);
  using Variance = tg::Tensor (*)(T, const Dims&, Keep, double);
  using Both = std::pair<tg::Tensor, tg::Tensor> (*)(T, const Dims&, Keep, double);
  add_variance<static_cast<Variance>(tg::var)>(t, "var");
  add_variance<static_cast<Variance>(tg::std)>(t, "std");
  add_variance<static_cast<Both>(tg::var_mean)>(t, "var_mean");
  add_variance<static_cast<Both>(tg::std_mean)>(t, "std_mean");
  t.add("cov(input, correction=1, fweights=None, aweights=None)",
        [](T x, std::int64_t correction, T counts, T weights) {
          if (counts.defined() || weights.defined()) throw Unfit("observations have no weights");
          return tg::cov(x, correction);
        });
  t.unary("corrcoef", tg::corrcoef);
}

template <auto f>
void add_along(Table& t, const std::string& name) {
  t.add(name + "(input, dim, keepdim=False)",
        [](T x, std::int64_t dim, Keep keep) { return f(x, dim, keep); });
}

void add_extremes(Table& t) {
  using Along = tg::Extremes (*)(T, tg::AsDim, Keep);
  using Where = tg::Tensor (*)(T, tg::AsDim, Keep);
  using Unary = Table::Unary;
  t.unary("max", tg::max);
  t.unary("min", tg::min);
  t.unary("argmax", tg::argmax);
  t.unary("argmin", tg::argmin);
  t.unary("median", static_cast<Unary>(tg::median));
  add_along<static_cast<Along>(tg::max)>(t, "max");
  add_along<static_cast<Along>(tg::min)>(t, "min");
  add_along<static_cast<Along>(tg::median)>(t, "median");
  add_along<static_cast<Where>(tg::argmax)>(t, "argmax");
  add_along<static_cast<Where>(tg::argmin)>(t, "argmin");
  t.unary("nanmedian", static_cast<Unary>(tg::nanmedian));
  add_along<static_cast<Along>(tg::nanmedian)>(t, "nanmedian");
  const std::string quantiles = "(input, q, dim=None, keepdim=False, interpolation='linear')";
  t.add("quantile" + quantiles, [](T x, double q, MaybeInt dim, Keep keep, std::string between) {
    return tg::quantile(x, q, dim, keep, between);
  });
  t.add("quantile" + quantiles, [](T x, T q, MaybeInt dim, Keep keep, std::string between) {
    return tg::quantile(x, q, dim, keep, between);
  });
  t.add("nanquantile" + quantiles, [](T x, double q, MaybeInt dim, Keep keep, std::string between) {
    return tg::nanquantile(x, q, dim, keep, between);
  });
  t.add("nanquantile" + quantiles, [](T x, T q, MaybeInt dim, Keep keep, std::string between) {
    return tg::nanquantile(x, q, dim, keep, between);
  });
}

void add_norms(Table& t) {
  t.add("norm(input, p=2.0, dim=[], keepdim=False)", tg::norm);
  t.add("linalg.vector_norm(input, ord=2.0, dim=[], keepdim=False)", tg::norm);
  t.add("dist(input, other, p=2.0)", tg::dist);
  t.add("cdist(input, x2, p=2.0, compute_mode='')",
        [](T a, T b, double p, std::string) { return tg::cdist(a, b, p); });
  t.add("nn.functional.pairwise_distance(input, x2, p=2.0, eps=1e-6, keepdim=False)",
        tg::nn::pairwise_distance);
  t.add("nn.functional.cosine_similarity(input, x2, dim=1, eps=1e-8)", tg::nn::cosine_similarity);
}

void add_scans(Table& t) {
  const std::pair<const char*, tg::Tensor (*)(T, tg::AsDim)> scans[] = {
      {"softmax", tg::softmax},
      {"log_softmax", tg::log_softmax},
      {"cumsum", tg::cumsum},
      {"cumprod", tg::cumprod},
      {"logcumsumexp", tg::logcumsumexp}};
  for (const auto& [name, f] : scans) t.add(std::string(name) + "(input, dim)", f);
  using InType = tg::Tensor (*)(T, std::int64_t, Type);
  const std::pair<const char*, InType> in_types[] = {
      {"softmax", [](T x, std::int64_t d, Type type) { return tg::softmax(x, d, type); }},
      {"log_softmax", [](T x, std::int64_t d, Type type) { return tg::log_softmax(x, d, type); }},
      {"cumsum", [](T x, std::int64_t d, Type type) { return tg::cumsum(x, d, type); }},
      {"cumprod", [](T x, std::int64_t d, Type type) { return tg::cumprod(x, d, type); }}};
  for (const auto& [name, f] : in_types) t.add(std::string(name) + "(input, dim, dtype)", f);
  t.add("cummax(input, dim)", tg::cummax);
  t.add("cummin(input, dim)", tg::cummin);
  t.add("diff(input, n=1, dim=-1, prepend=None, append=None)", tg::diff);
}

}  // namespace

void add_reductions(Table& table) {
  add_sums(table);
  add_extremes(table);
  add_norms(table);
  add_scans(table);
}
