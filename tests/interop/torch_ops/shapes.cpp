// Elements in another place, views, conversions, and tensors made from nothing.
#include "table.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape.hpp"

using T = const tg::Tensor&;
using Tensor = tg::Tensor;
using Dims = tg::Dims;
using Int = std::int64_t;
using MaybeInt = std::optional<Int>;

namespace {

void add_views(Table& t) {
  t.add("view(input, size)", [](T x, Dims size) { return x.view(size); });
  t.add("reshape(input, shape)", [](T x, Dims shape) { return x.reshape(shape); });
  t.add("view_as(input, other)", tg::view_as);
  t.add("reshape_as(input, other)", [](T x, T other) { return x.reshape(other.shape()); });
  t.add("flatten(input, start_dim=0, end_dim=-1)",
        [](T x, Int first, Int last) { return x.flatten(first, last); });
  t.add("ravel(input)", [](T x) { return x.flatten(); });
  t.add("unflatten(input, dim, sizes)", tg::unflatten);
  t.add("transpose(input, dim0, dim1)", [](T x, Int a, Int b) { return x.transpose(a, b); });
  t.add("permute(input, dims)", [](T x, Dims dims) { return x.permute(dims); });
  t.add("t(input)", [](T x) { return x.t(); });
  t.add("T(input)", [](T x) { return x.t(); });
  t.add("mT(input)", [](T x) { return x.mT(); });
  t.add("movedim(input, source, destination)", tg::movedim);
  t.add("select(input, dim, index)", [](T x, Int dim, Int index) { return x.select(dim, index); });
  t.add("slice(input, dim=0, start=None, end=None, step=1)",
        [](T x, Int dim, MaybeInt start, MaybeInt end, Int step) {
          return x.slice(dim, start, end, step);
        });
  t.add("narrow(input, dim, start, length)",
        [](T x, Int dim, Int start, Int length) { return x.narrow(dim, start, length); });
  t.add("expand(input, size)", [](T x, Dims size) { return x.expand(size); });
  t.add("expand_as(input, other)", tg::expand_as);
  t.add("broadcast_to(input, size)", tg::broadcast_to);
  t.add("squeeze(input)", [](T x) { return x.squeeze(); });
  t.add("squeeze(input, dim)", [](T x, Int dim) { return x.squeeze(dim); });
  t.add("squeeze(input, dim)", [](T x, Dims dims) { return x.squeeze(dims); });
  t.add("unsqueeze(input, dim)", [](T x, Int dim) { return x.unsqueeze(dim); });
  t.add("unfold(input, dimension, size, step)", tg::unfold);
  t.add("as_strided(input, size, stride, storage_offset=0)", tg::as_strided);
  t.add("diagonal(input, offset=0, dim1=0, dim2=1)", tg::diagonal);
  t.add("linalg.diagonal(input, offset=0, dim1=-2, dim2=-1)", tg::diagonal);
  t.add("contiguous(input)", [](T x) { return x.contiguous(); });
  t.add("clone(input)", [](T x) { return x.clone(); });
}

void add_moves(Table& t) {
  t.add("diag(input, diagonal=0)", tg::diag);
  t.add("diagflat(input, offset=0)", tg::diagflat);
  t.add("tril(input, diagonal=0)", tg::tril);
  t.add("triu(input, diagonal=0)", tg::triu);
  t.add("flip(input, dims)", tg::flip);
  t.add("roll(input, shifts, dims)",
        [](T x, Dims shifts, Dims dims) { return tg::roll(x, shifts, dims); });
  t.add("roll(input, shifts)", [](T x, Int shift) { return tg::roll(x, shift); });
  t.add("rot90(input, k=1, dims=None)", [](T x, Int k, std::optional<Dims> dims) {
    return dims ? tg::rot90(x, k, *dims) : tg::rot90(x, k);
  });
  t.add("repeat(input, repeats)", tg::repeat);
  t.add("tile(input, dims)", tg::tile);
  t.add("repeat_interleave(input, repeats)",
        [](T x, Int n) { return tg::repeat_interleave(x, n); });
  t.add("repeat_interleave(input, repeats, dim)",
        [](T x, Int n, Int dim) { return tg::repeat_interleave(x, n, dim); });
  t.add("repeat_interleave(input, repeats, dim)",
        [](T x, T n, Int dim) { return tg::repeat_interleave(x, n, dim); });
  t.add("constant_pad_nd(input, pad, value=0)",
        [](T x, std::vector<Int> widths, tg::Scalar v) { return tg::pad(x, widths, v); });
  t.add("nn.functional.pad(input, pad, mode='constant', value=0)",
        [](T x, std::vector<Int> widths, std::string mode, tg::Scalar v) {
          const auto of = mode == "reflect"     ? tg::PadMode::reflect
                          : mode == "replicate" ? tg::PadMode::replicate
                          : mode == "circular"  ? tg::PadMode::circular
                                                : tg::PadMode::constant;
          return tg::pad(x, widths, of, v);
        });
}

void add_lists(Table& t) {
  t.add("cat(tensors, dim=0)", tg::cat);
  t.add("stack(tensors, dim=0)", tg::stack);
  t.add("vstack(tensors)", tg::vstack);
  t.add("hstack(tensors)", tg::hstack);
  t.add("dstack(tensors)", tg::dstack);
  t.add("block_diag(tensors)", tg::block_diag);
  t.add("broadcast_tensors(tensors)", tg::broadcast_tensors);
  t.add("meshgrid(tensors, indexing='ij')", [](Tensors tensors, std::string indexing) {
    return tg::meshgrid(tensors, indexing == "xy" ? tg::Indexing::xy : tg::Indexing::ij);
  });
  t.add("split(input, split_size, dim=0)",
        [](T x, Int n, Int dim) { return tg::split(x, n, dim); });
  for (const std::string name : {"split", "split_with_sizes"}) {
    t.add(name + "(input, split_sizes, dim=0)",
          [](T x, std::vector<Int> sizes, Int dim) { return tg::split(x, sizes, dim); });
  }
  t.add("chunk(input, chunks, dim=0)", tg::chunk);
  t.add("unbind(input, dim=0)", tg::unbind);
}

void add_new(Table& t) {
  using Type = std::optional<tg::DType>;
  t.add("zeros(size, dtype=None)", [](Dims s, Type d) { return tg::zeros(s, {.dtype = d}); });
  t.add("ones(size, dtype=None)", [](Dims s, Type d) { return tg::ones(s, {.dtype = d}); });
  t.add("full(size, fill_value, dtype=None)",
        [](Dims s, tg::Scalar v, Type d) { return tg::full(s, v, {.dtype = d}); });
  t.add("zeros_like(input, dtype=None)",
        [](T x, Type d) { return tg::zeros_like(x, {.dtype = d}); });
  t.add("ones_like(input, dtype=None)", [](T x, Type d) { return tg::ones_like(x, {.dtype = d}); });
  t.add("full_like(input, fill_value, dtype=None)",
        [](T x, tg::Scalar v, Type d) { return tg::full_like(x, v, {.dtype = d}); });
  t.add("new_zeros(input, size, dtype=None)",
        [](T x, Dims s, Type d) { return tg::new_zeros(x, s, {.dtype = d}); });
  t.add("new_ones(input, size, dtype=None)",
        [](T x, Dims s, Type d) { return tg::new_ones(x, s, {.dtype = d}); });
  t.add("new_full(input, size, fill_value, dtype=None)",
        [](T x, Dims s, tg::Scalar v, Type d) { return tg::new_full(x, s, v, {.dtype = d}); });
  t.add("eye(n, dtype=None, requires_grad=False)",
        [](Int n, Type d, bool) { return tg::eye(n, {.dtype = d}); });
  t.add("eye(n, m, dtype=None, requires_grad=False)",
        [](Int n, Int m, Type d, bool) { return tg::eye(n, m, {.dtype = d}); });
  t.add("arange(end, dtype=None)",
        [](tg::Scalar e, Type d) { return tg::arange(e, {.dtype = d}); });
  t.add("arange(start, end, step=1, dtype=None)",
        [](tg::Scalar a, tg::Scalar e, tg::Scalar step, Type d) {
          return tg::arange(a, e, step, {.dtype = d});
        });
  t.add("linspace(start, end, steps, dtype=None)",
        [](tg::Scalar a, tg::Scalar e, Int steps, Type d) {
          return tg::linspace(a, e, steps, {.dtype = d});
        });
  t.add("logspace(start, end, steps, base=10.0, dtype=None)",
        [](tg::Scalar a, tg::Scalar e, Int steps, double base, Type d) {
          return tg::logspace(a, e, steps, base, {.dtype = d});
        });
  t.add("fill(input, value)", [](T x, tg::Scalar v) { return x.clone().fill_(v); });
  t.add("zero_(input)", [](T x) { return x.clone().zero_(); });
  t.add("to(input, dtype, non_blocking=False, copy=False)",
        [](T x, tg::DType dtype, bool, bool) { return x.to(dtype); });
  t.add("bool(input)", [](T x) { return x.to(tg::boolean); });
  t.add("byte(input)", [](T x) { return x.to(tg::uint8); });
  t.add("char(input)", [](T x) { return x.to(tg::int8); });
  t.add("short(input)", [](T x) { return x.to(tg::int16); });
  t.add("half(input)", [](T x) { return x.to(tg::float16); });
  t.add("bfloat16(input)", [](T x) { return x.to(tg::bfloat16); });
  t.add("int(input)", [](T x) { return x.to(tg::int32); });
  t.add("long(input)", [](T x) { return x.to(tg::int64); });
  t.add("float(input)", [](T x) { return x.to(tg::float32); });
  t.add("double(input)", [](T x) { return x.to(tg::float64); });
}

}  // namespace

void add_shapes(Table& table) {
  add_views(table);
  add_moves(table);
  add_lists(table);
  add_new(table);
}
